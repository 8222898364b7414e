"""What is kept? Every table of the database, a module a subject; no query and nothing that writes."""
