"""How is an act filled in, previewed, and done once?"""
