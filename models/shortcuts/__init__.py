"""What was measured to be too slow the plain way: statements made once, a page known by its year's revision."""
