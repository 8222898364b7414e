"""In what order? One Prefect flow a phase, and watch, rerun, post, rehearse. Read a phase's file to see what it is."""
