"""How is a year played: packs and their generator, plays, the people of a demonstration; nobody in it exists."""
