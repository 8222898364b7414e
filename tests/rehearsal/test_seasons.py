"""Seasons that are made, and one that is filed from outside, are played to their ends; on SQLite, as they are long."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from calendars.files import load
from models.database import Database
from phases.book import BOOK
from rehearsal.generator import generate
from rehearsal.packs import read_pack
from rehearsal.play import Play, Rehearsed, ends
from tests.support.inviting import INVITING
from tests.support.packs import DEMO, SHARED, came_to, expected

pytestmark = pytest.mark.slow

Rehearse = Callable[[int, Path], Rehearsed]


@pytest.fixture
def rehearse(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Rehearse]:
    database = Database(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'played.db')}", BOOK)

    def play(year: int, folder: Path) -> Rehearsed:
        calendar = load(year)
        played = Play(database, calendar, read_pack(folder), ends(calendar), "省办")
        for _ in played.steps():
            pass
        return played.ended()

    yield play
    database.dispose()


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
