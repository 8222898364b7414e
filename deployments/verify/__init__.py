"""Programs that check what this one wrote, of the standard library alone; they are given away with the files."""
