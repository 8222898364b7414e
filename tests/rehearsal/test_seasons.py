"""Seasons that are made, and one that is filed from outside, are played to their ends; on SQLite, as they are long."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from acts.consistency import contradictions
from calendars.files import load
from models import signs_of_life
from models.columns import table_of
from models.database import Database
from models.invariants import Contradiction
from models.tables.season import ProgrammeYear
from phases.book import BOOK
from rehearsal.generator import generate
from rehearsal.packs import read_pack
from rehearsal.play import Play, Rehearsed, ends
from tests.support.inviting import INVITING
from tests.support.packs import DEMO, SHARED, came_to, expected

pytestmark = pytest.mark.slow

Rehearse = Callable[[int, Path], Rehearsed]
STEPS = int(os.environ.get("TALENT_TEST_STEPS", "100"))
"""A season is held against itself at every so manieth step; at each by `make proof-consistent`."""


@pytest.fixture
def rehearse(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Rehearse]:
    database = Database(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'played.db')}", BOOK)

    def play(year: int, folder: Path) -> Rehearsed:
        calendar = load(year)
        played = Play(database, calendar, read_pack(folder), ends(calendar), "省办")
        for step, at in enumerate(played.steps()):
            if step % STEPS == STEPS - 1:
                assert at_odds(database, at) == []
        return played.ended()

    yield play
    database.dispose()


def at_odds(database: Database, at: datetime) -> list[Contradiction]:
    """What contradicts itself at an instant: as in a rehearsal, and as in a year in earnest that `watch` looked at."""
    with database.write("every") as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(clock=at, rehearsal=False))
        signs_of_life.leave(connection, "watch", at, timedelta(minutes=30))
    in_earnest = contradictions(database)
    with database.write("every") as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(rehearsal=True))
    return in_earnest + contradictions(database)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not there: the season filed from outside is not played")
def test_the_season_filed_from_outside_ends_as_expected(rehearse: Rehearse, tmp_path: Path) -> None:
    ended = rehearse(2022, SHARED)
    assert came_to(ended.as_json()) == expected(SHARED)
    assert ended.unmet == []
    with sqlite3.connect(tmp_path / "played.db") as connection:
        letters = [text for (text,) in connection.execute("SELECT text FROM letter_body")]
    assert any("依据" in text for text in letters)
    assert [text for text in letters if INVITING.search(text)] == []


def test_a_season_of_another_seed_year_and_size_ends_as_the_demonstration_does(
    rehearse: Rehearse, tmp_path: Path
) -> None:
    generate(BOOK, load(2027), tmp_path / "pack", seed=2, times=3)
    ended, wanted = rehearse(2027, tmp_path / "pack"), expected(DEMO)
    assert came_to(ended.as_json()) == {
        "totals": wanted["totals"] | {"admitted": 3 * 57, "certificates": 3 * 57 - 2},
        "cities": wanted["cities"],
    }
    assert ended.unmet == []


@pytest.mark.skipif(STEPS != 1, reason="what it came to is asked elsewhere; at every step: make proof-consistent")
def test_the_demonstration_contradicts_itself_at_no_step(rehearse: Rehearse) -> None:
    assert rehearse(2022, DEMO).unmet == []
