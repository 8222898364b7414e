"""Copies of the database are gone with the process that made them, at the latest when the next one looks."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from rehearsal.fork_copies import COPY, PREFIX, place, sweep


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_by_the_killed(folder: Path, name: str) -> Path:
    left = folder / name
    left.mkdir()
    (left / COPY).write_text("x")
    return left


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_is_not(folder: Path) -> None:
    left, other = left_by_the_killed(folder, f"{PREFIX}1"), left_by_the_killed(folder, "another")
    beginning = folder / f"{PREFIX}2"
    beginning.mkdir()
    with place() as mine:
        mine.write_text("x")
        assert (left.exists(), other.exists(), beginning.exists()) == (False, True, True)
        sweep()
        with place():
            assert mine.exists(), "another fork is under way"
    assert not mine.parent.exists()


def test_what_is_somebody_elses_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = left_by_the_killed(folder, f"{PREFIX}1")
    aside = folder / "aside"
    left.rename(aside)
    left.symlink_to(aside)
    sweep()
    monkeypatch.setattr("rehearsal.fork_copies.os.getuid", lambda: -1)
    theirs = left_by_the_killed(folder, f"{PREFIX}3")
    sweep()
    assert ((aside / COPY).exists(), theirs.exists()) == (True, True)
