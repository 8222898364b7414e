"""Mentors, institutions and schools are written to before the days that are theirs, by the addresses cities filed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
from sqlalchemy import Connection, insert, update

from acts.return_mentors import return_mentors
from models.columns import table_of
from models.letter_states import LetterState
from models.parties import Reach
from models.tables.pool import Party, StatedAddress
from models.tables.season import Letter
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp

ROLL, APPLICATION = "mentor-recommendation", "application"
THEN = instant("2021-01-10T10:00")


def filed(connection: Connection, kind: str, name: str, place: str, year: int) -> None:
    """Nanjing filed this address in a year."""
    email = f"{name}@unit.example"
    made = (
        insert(table_of(Party)).values(kind=kind, name=name, place=place, email=email).returning(table_of(Party).c.id)
    )
    row = {"party": connection.execute(made).scalar_one(), "office": NANJING, "year": year, "email": email}
    signed = {"settled": True, "by": "市办", "at": THEN, "as_of": THEN}
    connection.execute(insert(table_of(StatedAddress)).values(row | signed))


@pytest.fixture
def known(scene: Scene) -> Scene:
    with scene.database.write(YEAR) as connection:
        filed(connection, "mentor", "南京导师1", "南京大学", YEAR - 1)
        filed(connection, "mentor", "往年导师", "南京大学", YEAR - 3)
        filed(connection, "institution", "南京大学", "", YEAR - 1)
        filed(connection, "school", "南京一中", "", YEAR - 1)
    return scene


def told(scene: Scene, kind: str, phase: str) -> list[tuple[str, str]]:
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.kind, row.phase) == (kind, phase)]
    mine = [row for row in rows if row.concerns == NANJING and not row.recipient.startswith("city:")]
    return sorted((f"{row.queued_as_of:%m-%d}", row.addressee) for row in mine)


def test_whom_the_city_filed_last_year_hears_at_once_and_who_did_before_no_more(known: Scene) -> None:
    known.advance("2021-12-31T09:00")
    assert told(known, "opened", ROLL) == [("12-31", "南京大学"), ("12-31", "南京导师1老师")]
    known.file(ROLL, NANJING)
    known.advance("2022-01-05T11:00")
    assert told(known, "opened", APPLICATION) == [("01-05", "南京一中")]


def test_a_roll_that_waits_for_single_mentors_tells_those_of_last_year_the_day_that_moved(known: Scene) -> None:
    """The city reads it in what it gets back; to whom nothing was told nothing is."""
    for morning in ("2021-12-31T09:00", "2022-01-05T09:00"):
        known.advance(morning)
    letter, unsent = table_of(Letter), LetterState.QUEUED.value
    with known.database.write(YEAR) as connection:
        connection.execute(update(letter).where(letter.c.state == unsent).values(state=LetterState.SENT.value))
    known.load(ROLL, NANJING, known.sheets(ROLL, NANJING), "2022-01-14T10:00")
    assert known.submit(ROLL, NANJING, "2022-01-14T11:00").done
    given = (known.database, YEAR, NANJING, ["南京导师1（南京大学）"], stamp("2022-01-17T10:00"))
    said = return_mentors(*given, reason="请核对", passes=False, until=date(2022, 1, 28))
    assert said.done, said.message
    mine = [row for row in said.changes.letters if (row.phase, row.concerns) == (ROLL, NANJING)]
    assert sorted((row.recipient.partition(":")[0], row.kind) for row in mine) == [
        ("city", "returned"), ("institution", "moved"), ("mentor", "moved"),
    ]  # fmt: skip


def test_a_mentor_is_reminded_of_his_form_until_the_city_has_it(known: Scene) -> None:
    known.advance("2021-12-31T09:00")
    known.advance("2022-01-05T09:00")
    assert told(known, "reminder", ROLL) == [("01-05", "南京导师1老师")]
    known.load(ROLL, NANJING, sheets.roll(sheets.mentor(known.city(NANJING))), "2022-01-06T10:00")
    known.advance("2022-01-11T09:00")
    assert told(known, "reminder", ROLL) == [("01-05", "南京导师1老师")], "his form is there"
    known.advance("2022-01-17T09:00")
    assert told(known, "overdue", ROLL) == []


def test_a_mentor_hears_that_his_day_went_by_while_the_city_has_no_form_of_his(known: Scene) -> None:
    known.advance("2021-12-31T09:00")
    known.advance("2022-01-17T09:00")
    assert told(known, "overdue", ROLL) == [("01-17", "南京导师1老师")]


def test_without_the_guard_he_would_hear_once_more(known: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken control."""
    monkeypatch.setattr(Reach, "_named", lambda *_: defaultdict(dict))
    known.advance("2021-12-31T09:00")
    known.load(ROLL, NANJING, sheets.roll(sheets.mentor(known.city(NANJING))), "2022-01-06T10:00")
    known.advance("2022-01-11T09:00")
    assert told(known, "reminder", ROLL) == [("01-11", "南京导师1教授")]
