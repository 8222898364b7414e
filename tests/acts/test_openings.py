"""An opening is owed by recipient and due day: told again with another day, to whoever joins, never twice for a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from models.columns import table_of
from models.database import Database
from models.tables.season import Letter
from phases.book import BOOK
from season import correspondence, owing
from season.outcome import Changes
from season.transaction import sitting
from tests.support.scenes import NANJING, YEAR, Scene, stamp

SHORTLIST, INTERVIEW = "shortlist", "interview"
SENT = "2022-02-07T10:00"
LEFT = "2022-02-07T09:31"
"""A minute after the earlier release left its database."""


@pytest.fixture
def told(scene: Scene) -> Scene:
    """The interview is open, and both its openings have gone out."""
    scene.through(SHORTLIST, NANJING)
    scene.advance(SENT)
    with scene.database.write(YEAR) as connection:
        connection.execute(update(table_of(Letter)).values(state="sent"))
    return scene


def put_back_and_opened_again(scene: Scene, at: str, again: str, until: date) -> None:
    scene.rerun(SHORTLIST, NANJING, at, until)
    assert scene.states(NANJING)[INTERVIEW] == "waiting"
    scene.submit(SHORTLIST, NANJING, again)
    assert scene.states(NANJING)[INTERVIEW] == "open"


def openings(scene: Scene) -> list[tuple[str, str, str]]:
    table = table_of(Letter)
    query = select(table.c.recipient, table.c.slot, table.c.state).where(
        table.c.kind == "opened", table.c.phase == INTERVIEW
    )
    with scene.database.read() as connection:
        found = sorted(tuple(row) for row in connection.execute(query))
    return [(recipient.partition(":")[0], slot, state) for recipient, slot, state in found]


def test_opened_again_for_another_day_it_is_told_again(told: Scene) -> None:
    put_back_and_opened_again(told, "2022-02-17T10:00", "2022-02-25T10:00", date(2022, 2, 28))
    day = "2022-03-02"
    first = [("city", "2022-02-20", "sent"), ("mentor", "2022-02-20", "sent")]
    assert openings(told) == sorted([*first, ("city", day, "queued"), ("mentor", day, "queued")])


def test_opened_again_for_the_same_day_it_is_told_to_who_was_not_told(told: Scene) -> None:
    table = table_of(Letter)
    with told.database.write(YEAR) as connection:
        connection.execute(delete(table).where(table.c.kind == "opened", table.c.recipient.like("mentor:%")))
    put_back_and_opened_again(told, "2022-02-08T10:00", "2022-02-08T11:00", date(2022, 2, 10))
    assert openings(told) == [("city", "2022-02-20", "sent"), ("mentor", "2022-02-20", "queued")]


@pytest.fixture
def left(released_url: str) -> Iterator[Database]:
    """What an earlier release left: its openings have one key for ever."""
    opened = Database(released_url, BOOK)
    yield opened
    opened.dispose()


def owed_once_more(database: Database) -> Changes:
    with sitting(database, YEAR, stamp(LEFT)) as season:
        under_way = [cell for cell in season.cells.values() if (cell.state, cell.attempt) == ("open", 1)]
        assert under_way
        for cell in under_way:
            owing.opened(season, cell)
    return season.changes


def test_what_an_earlier_release_told_is_not_told_again(left: Database) -> None:
    with left.read() as connection:
        table = table_of(Letter)
        slots = set(connection.execute(select(table.c.slot).where(table.c.kind == "opened")).scalars())
    assert slots == {"*"}
    assert owed_once_more(left).letters == ()


def test_by_its_new_key_alone_it_would_be(left: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(correspondence, "opened_before", lambda *_: set())
    assert {row.kind for row in owed_once_more(left).letters} == {"opened"}
