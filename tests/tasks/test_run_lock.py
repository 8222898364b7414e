"""A run that finds another at the same work leaves it to that one; one that has died holds nobody up."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from acts.offices import set_office
from acts.on_paper import NOTHING, Paper
from acts.open_year import open_year
from calendars.files import load
from models.database import Database
from models.stamp import Stamp
from phases.book import BOOK
from settings import Settings
from tasks.advancing import advance_cities
from tasks.passes import Pass
from tasks.posting import send_due
from tasks.run_lock import alone
from tests.support.fates import counted
from tests.support.outbox import fill, now
from tests.support.scenes import instant

pytestmark = pytest.mark.slow  # Prefect is imported

FRIDAY = instant("2026-11-27T10:00")
"""Within office hours, as the letters that an advance writes want it."""

HOLDS = """
import sys, time
from models.database import Database
from phases.book import BOOK
from tasks.run_lock import alone
with alone("post", Database(sys.argv[1], BOOK)) as ours:
    print(ours, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _mailbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TALENT_MAILDIR", str(tmp_path / "mail"))


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database, 3)
    return database


def send(database: Database) -> object:
    return asyncio.run(send_due.fn(database, Settings(), Stamp("proof", now(), now())))


def test_only_the_first_is_told_that_it_is_alone_and_the_next_once_it_ends(filled: Database) -> None:
    other = Database("sqlite:///elsewhere.db", BOOK)
    with alone("post", filled) as first, alone("post", filled) as second:
        with alone("post", other) as of_another, alone("announce", filled) as at_other_work:
            assert [first, second, of_another, at_other_work] == [True, False, True, True]
        assert send(filled) is None
        assert counted(filled) == {"queued": 3}
    assert send(filled) is not None
    assert counted(filled) == {"sent": 3}


async def test_runs_that_overlap_do_everything_once(database: Database) -> None:
    at = FRIDAY
    stamp, settings = Stamp("省办", at, at), Settings()
    assert open_year(database, load(2022), stamp, paper=Paper(NOTHING, "试验")).done
    for city in load(2022).cities:
        set_office(database, city.slug, city.name, email=f"{city.slug}@office.example")
    passes = [advance_cities.fn(database, 2022, stamp) for _ in range(3)]
    rounds = [send_due.fn(database, settings, stamp) for _ in range(3)]
    advanced = [one for one in await asyncio.gather(*passes, *rounds) if isinstance(one, Pass)]
    await send_due.fn(database, settings, stamp)
    assert [one.failed for one in advanced] == [()] * 3
    assert sorted(one.moves for one in advanced) == [0, 0, 13]
    assert counted(database) == {"sent": 13}  # the first phase is open; a year that begins late has nothing overdue
    assert len(list((settings.maildir / "new").iterdir())) == 13


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
