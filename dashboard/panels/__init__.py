"""What stands on a page beside its history, each panel with its template: what may be done there, who was told."""
