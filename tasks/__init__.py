"""One effect each: Prefect tasks, every one a thin shell over an act."""
