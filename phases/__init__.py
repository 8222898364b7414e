"""What is a phase: its facts, its rules, what it stands on; one module a phase, and the book that lists them."""
