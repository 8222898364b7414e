from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli import main
from tests.support.originals import once


@dataclass(frozen=True)
class Ran:
    """What one command left behind: its exit status, its data, its messages."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.out)


Talent = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, and a folder of its own to write in."""
    for name in [name for name in os.environ if name.startswith("TALENT_") and name != "TALENT_TEST_POSTGRES"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _new_databases(tables_at_once: None) -> None:
    """Most commands begin with a database that is not there; `test_db.py` has it migrated step by step."""


@pytest.fixture
def talent(capsys: pytest.CaptureFixture[str]) -> Talent:
    """Run a command line in this process."""

    def run(*argv: str) -> Ran:
        status = main(argv)
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def played(kept: Path) -> Path:
    """The season of 2022 up to 09:00 of 7 February, when Yancheng's shortlist is late."""

    def play(path: Path) -> None:
        told = ("--until", "2022-02-07T09:00", "--keep", f"sqlite:///{path}", "--hold-letters", "--json")
        assert main(["rehearse", "2022", *told]) == 0

    return once(kept / "commands.db", play)


@pytest.fixture
def season(talent: Talent, played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talent:
    """Run a command line on a copy of that season, half an hour later."""
    monkeypatch.setenv("TALENT_DATABASE__URL", f"sqlite:///{shutil.copy(played, tmp_path / 'season.db')}")
    monkeypatch.setenv("TALENT_OPERATOR", "王办")

    def run(*argv: str) -> Ran:
        return talent(*argv, "--as-of", "2022-02-07T09:30") if "--as-of" not in argv else talent(*argv)

    return run
