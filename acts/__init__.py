"""What may be done: each act one unit of work, with facts, gate, letters and log in one transaction."""
