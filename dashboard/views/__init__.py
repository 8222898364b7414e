"""What does a page say? Words and shapes made of what was read."""
