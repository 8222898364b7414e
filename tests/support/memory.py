"""Where the folders of the tests stand: in memory where there is room, for what they wait for most is a disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30
"""What a killed process has written stands in memory as on a disk: no machine is made to crash here."""


def settle() -> None:
    """Make folders there from now on, in this process and in those it starts, unless TMPDIR names a place."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
