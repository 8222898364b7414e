"""Rows into facts: set-based queries, one function a phase, for any number of cities at once."""
