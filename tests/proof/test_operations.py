from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_what_may_befall_a_database_loses_nothing_and_every_broken_control_fails() -> None:
    """The short form of `make proof-ops`; what needs all that `talent up` runs is its long form's, and `test_up`'s."""
    short = [sys.executable, "-m", "tests.proof.operations", "--short"]
    proven = subprocess.run(short, cwd=ROOT, capture_output=True, text=True, check=False)
    assert proven.returncode == 0, proven.stdout + proven.stderr
