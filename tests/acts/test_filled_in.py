"""What a workbook filled in afterwards brings with it: addresses in force."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from acts.decide_address import decide_address
from models.columns import table_of
from models.database import Database
from models.pool import Party
from models.season import Letter
from tests import sheets
from tests.acts.test_addresses import APPLICATION, NEW, OLD, ROLL, address, logged, roll, waiting
from tests.acts.test_on_paper import LATE, begin, fill_in
from tests.scenes import NANJING, WUXI, YEAR, Scene, stamp

FILLED = "2022-02-08T09:00"


@pytest.fixture
def late(database: Database) -> Scene:
    """Opened on 7 February, done on paper up to the shortlist; the interview is open."""
    scene, opened = begin(database, "shortlist")
    assert opened.done
    scene.advance(LATE)
    return scene


def to_parties(scene: Scene, **where: str) -> list[tuple[str, ...]]:
    """Phase, kind, city, kind of party, state and address of each letter to a party."""
    letter = table_of(Letter)
    query = select(letter).where(letter.c.recipient.like("%:%")).filter_by(**where).order_by(letter.c.id)
    with scene.database.read() as connection:
        return [
            (row.phase, row.kind, row.concerns, row.recipient.partition(":")[0], row.state, row.address)
            for row in connection.execute(query)
            if row.recipient.partition(":")[2].isdecimal()
        ]


# Addresses.


def test_a_roll_filled_in_says_addresses_and_the_next_letter_to_its_mentor_goes_there(database: Database) -> None:
    scene, _ = begin(database, "application", "2022-01-25T09:00")
    assert scene.load(ROLL, NANJING, roll(scene, NANJING, OLD), "2022-01-26T09:00").done
    assert (address(scene), address(scene, "institution", "共用大学")) == (OLD, "kyc@unit.example")
    applied = sheets.students(scene.city(NANJING))
    applied = tuple(row.model_copy(update={"mentor": "共用导师", "institution": "共用大学"}) for row in applied)
    assert scene.load(APPLICATION, NANJING, sheets.application(applied), "2022-01-26T09:10").done
    with database.read() as connection:
        assert set(connection.execute(select(table_of(Party).c.email)).scalars()) > {OLD, "kyc@unit.example"}
        assert "" not in connection.execute(select(table_of(Party).c.email)).scalars().all()
    assert scene.file("shortlist", NANJING, sheets.shortlist(applied), "2022-01-27T10:00").done
    assert to_parties(scene) == [("shortlist", "passed", NANJING, "mentor", "queued", OLD)]


def test_an_address_that_another_city_contradicts_waits_for_the_province(late: Scene) -> None:
    first = late.load(ROLL, NANJING, roll(late, NANJING, OLD), FILLED)
    second = late.load(ROLL, WUXI, roll(late, WUXI, NEW), FILLED)
    assert "邮箱" not in first.message
    assert "；1 个邮箱与现用的不同，函件仍发往现用的邮箱，由省级管理办公室决定用哪一个。" in second.message
    assert address(late) == OLD
    assert "邮箱与现用的不同，待省级管理办公室决定：导师 #" in logged(late, WUXI, "backfill")[0]
    (one,) = waiting(late)
    assert (one.city, one.email, one.held_by) == (WUXI, NEW, (NANJING,))
    at = stamp("2022-02-09T10:00")
    assert decide_address(late.database, YEAR, one.id, at, choice="new", reason="已电话核实").done
    assert (address(late), waiting(late)) == (NEW, ())


def test_an_address_is_corrected_by_filling_it_in_again(late: Scene) -> None:
    fill_in(late)
    name = sheets.mentor(late.city(NANJING)).name
    was = address(late, name=name)
    changed = sheets.roll(sheets.mentor(late.city(NANJING), email=NEW))
    said = late.load(ROLL, NANJING, changed, "2022-02-09T10:00")
    assert (was != NEW, address(late, name=name)) == (True, NEW)
    assert logged(late, NANJING, "backfill")[-1].partition("；")[2].startswith("更新邮箱：导师 #")
    assert "邮箱与现用的不同" not in said.message


def test_a_broken_rule_keeps_no_address_out(late: Scene) -> None:
    filled = roll(late, NANJING, OLD)
    filled = {**filled, "team": ()}
    said = late.load(ROLL, NANJING, filled, FILLED)
    assert said.verdict
    assert not said.verdict.passed
    assert address(late) == OLD
