from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cli import main


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
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:  # noqa: ANN401
    """No setting of this machine, and a folder of its own to write in."""
    import os

    for name in [name for name in os.environ if name.startswith("TALENT_") and name != "TALENT_TEST_POSTGRES"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def talent(capsys: pytest.CaptureFixture[str]) -> Talent:
    """Run a command line in this process."""

    def run(*argv: str) -> Ran:
        status = main(argv)
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return run
