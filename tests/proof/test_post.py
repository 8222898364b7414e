from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.outbox import Taken, ledger

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_post_keeps_its_promises_and_every_broken_control_fails() -> None:
    """The short form of `make proof-post`; its table is shown where something does not hold."""
    short = [sys.executable, "-m", "tests.proof", "--short"]
    proven = subprocess.run(short, cwd=ROOT, capture_output=True, text=True, check=False)
    assert proven.returncode == 0, proven.stdout + proven.stderr


def test_a_line_that_is_being_written_is_no_letter_yet(tmp_path: Path) -> None:
    kept = tmp_path / "ledger"
    whole = json.dumps({"id": "1", "to": "a@city.example", "at": 1.5, "text": "x"})
    kept.write_text(f"{whole}\n{whole[:30]}")
    assert ledger(kept) == [Taken("1", "a@city.example", 1.5, "x")]
