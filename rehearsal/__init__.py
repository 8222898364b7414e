"""How is a year played? The season of a rehearsal, made by a seeded generator: nobody in it exists."""
