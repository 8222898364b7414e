"""A run that finds another at the same work leaves it to that one; one that has died holds nobody up."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import Database
from models.stamp import Stamp
from settings import Settings
from tasks.alone import alone
from tasks.posting import send_due
from tests.proof.fates import counted
from tests.proof.outbox import fill, now

pytestmark = pytest.mark.slow  # Prefect is imported

HOLDS = """
import sys, time
from models.database import Database
from tasks.alone import alone
with alone("post", Database(sys.argv[1])) as ours:
    print(ours, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def filled(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Database]:
    monkeypatch.setenv("TALENT_MAILDIR", str(tmp_path / "mail"))
    database = Database(database_url)
    fill(database, 3)
    yield database
    database.dispose()


def send(database: Database) -> object:
    return asyncio.run(send_due.fn(database, Settings(), Stamp("proof", now(), now())))


def test_only_the_first_is_told_that_it_is_alone_and_the_next_once_it_ends(filled: Database) -> None:
    other = Database("sqlite:///elsewhere.db")
    with alone("post", filled) as first, alone("post", filled) as second:
        with alone("post", other) as of_another, alone("announce", filled) as at_other_work:
            assert [first, second, of_another, at_other_work] == [True, False, True, True]
        assert send(filled) is None
        assert counted(filled) == {"queued": 3}
    assert send(filled) is not None
    assert counted(filled) == {"sent": 3}


def test_a_run_that_is_killed_holds_nobody_up(filled: Database) -> None:
    command = [sys.executable, "-P", "-c", HOLDS, filled.url]
    with subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        with alone("post", filled) as ours:
            assert not ours
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with alone("post", filled) as ours:
        assert ours
