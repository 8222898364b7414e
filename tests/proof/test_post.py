from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_post_keeps_its_promises_and_every_broken_control_fails() -> None:
    """The short form of `make proof-post`; its table is shown where something does not hold."""
    short = [sys.executable, "-m", "tests.proof", "--short"]
    proven = subprocess.run(short, cwd=ROOT, capture_output=True, text=True, check=False)
    assert proven.returncode == 0, proven.stdout + proven.stderr
