"""Where does it run? Deployments made from the calendar, their sync with a server, and the one-process run."""

import os
from pathlib import Path


def have_a_home() -> None:
    """Let a user without a name, as in many a container, have a home: without one Prefect cannot be imported."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = str(Path("var").absolute())


have_a_home()
