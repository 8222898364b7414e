"""How is a year played: packs, plays, the people of a demonstration."""
