"""What `talent doctor` looks at, a module for each thing that can be out of order."""
