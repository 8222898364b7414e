"""What a workbook filled in afterwards brings with it: addresses in force, and word of what is open to who is new."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from acts.decide_address import decide_address
from models.columns import table_of
from models.database import Database
from models.tables.pool import Party
from models.tables.season import Letter
from tests.acts.test_on_paper import DONE, LATE, begin, fill_in
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp
from tests.support.shared_addresses import APPLICATION, NEW, OLD, ROLL, address, logged, roll, waiting

FILLED, OPENS = "2022-02-08T09:00", "2022-02-09T09:00"


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
    assert to_parties(scene) == [
        ("shortlist", "passed", NANJING, "mentor", "queued", OLD),
        ("shortlist", "passed", NANJING, "school", "queued", "yz@school.example"),
    ]


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


def test_an_address_is_corrected_by_filling_it_in_again_and_what_was_held_goes_there(late: Scene) -> None:
    fill_in(late)
    name = sheets.mentor(late.city(NANJING)).name
    was = address(late, name=name)
    changed = sheets.roll(sheets.mentor(late.city(NANJING), email=NEW))
    said = late.load(ROLL, NANJING, changed, "2022-02-09T10:00")
    assert (was != NEW, address(late, name=name)) == (True, NEW)
    assert logged(late, NANJING, "backfill")[-1].partition("；")[2].startswith("更新邮箱：导师 #")
    assert "邮箱与现用的不同" not in said.message
    assert {row[-1] for row in to_parties(late)} == {NEW}


def test_a_broken_rule_keeps_no_address_out(late: Scene) -> None:
    filled = roll(late, NANJING, OLD)
    filled = {**filled, "team": ()}
    said = late.load(ROLL, NANJING, filled, FILLED)
    assert said.verdict
    assert not said.verdict.passed
    assert address(late) == OLD


# Letters of what is open.


def test_who_is_filled_in_is_told_once_of_the_phase_that_is_open(late: Scene) -> None:
    assert to_parties(late) == []
    fill_in(late, phases=DONE[:2])
    assert to_parties(late) == []
    said = late.load("shortlist", NANJING, late.sheets("shortlist", NANJING), FILLED)
    assert said.message.endswith("“导师面试”正在办理，由此列入名单的导师、高校、中学将收到开放通知，共 1 封。")
    assert len(said.changes.letters) == 1
    told = [("interview", "opened", NANJING, "mentor", "queued", sheets.mentor(late.city(NANJING)).email)]
    assert to_parties(late) == told
    before = ledger.fingerprint(late.database)
    fill_in(late)
    assert ledger.fingerprint(late.database) == before
    late.advance(OPENS)
    fewer = sheets.shortlist(sheets.students(late.city(NANJING))[:3])
    assert late.load("shortlist", NANJING, fewer, "2022-02-09T10:00").done
    assert to_parties(late) == [*told, (*told[0][:1], "reminder", *told[0][2:])]


def test_they_are_told_the_day_that_holds_and_hear_when_it_moves(late: Scene) -> None:
    assert late.extend("interview", [NANJING], FILLED, date(2022, 2, 25)).done
    fill_in(late)
    letter = table_of(Letter)
    with late.database.read() as connection:
        query = select(letter.c.valid_until).where(letter.c.recipient.like("mentor:%"))
        assert connection.execute(query).scalars().all() == [instant("2022-02-23T00:00")]
    with late.database.write(YEAR) as connection:
        connection.execute(letter.update().values(state="sent"))
    moved = late.extend("interview", [NANJING], "2022-02-09T10:00", date(2022, 2, 28))
    assert {row.kind for row in moved.changes.letters if row.recipient.startswith("mentor:")} == {"moved"}


def test_nobody_is_told_twice_whatever_became_of_the_first(late: Scene) -> None:
    """Returned and open again under a rerun, the phase goes on: who had its opening once has been told."""
    fill_in(late)
    with late.database.write(YEAR) as connection:
        connection.execute(table_of(Letter).update().values(state="sent"))
    assert late.advance("2022-02-21T09:00").failures == {}
    assert late.rerun("interview", NANJING, "2022-02-21T10:00", date(2022, 2, 28)).done
    fewer = sheets.shortlist(sheets.students(late.city(NANJING))[:3])
    assert late.load("shortlist", NANJING, fewer, "2022-02-22T10:00").done
    assert [row[1] for row in to_parties(late, phase="interview")].count("opened") == 1


def test_schools_are_told_too_and_a_preview_writes_to_nobody(database: Database) -> None:
    scene, _ = begin(database, "interview", "2022-02-22T09:00")
    scene.advance("2022-02-22T09:00")
    at = "2022-02-23T09:00"
    fill_in(scene, at=at)
    assert to_parties(scene) == []
    before = ledger.fingerprint(database)
    filled = scene.sheets("interview", NANJING)
    preview = scene.load("interview", NANJING, filled, at, dry_run=True)
    assert ledger.fingerprint(database) == before
    assert scene.load("interview", NANJING, filled, at) == preview
    told = {row[:5] for row in to_parties(scene)}
    assert told == {("meeting", "opened", NANJING, who, "queued") for who in ("mentor", "school")}


def test_every_phase_that_is_open_is_told_of(database: Database) -> None:
    scene, _ = begin(database, "midterm", "2022-11-07T09:00")
    scene.advance("2022-11-07T09:00")
    at = "2022-11-08T09:00"
    with_all = {"year-end": {"mentor", "school", "institution"}, "cultivation": {"mentor"}}
    fill_in(scene, phases=(*DONE, "interview"), at=at)
    told = {(phase, who) for phase, kind, _, who, _, _ in to_parties(scene) if kind == "opened"}
    assert told == {(phase, who) for phase, whom in with_all.items() for who in whom}


def test_no_other_citys_parties_are_told(late: Scene) -> None:
    fill_in(late, WUXI)
    assert {row[2] for row in to_parties(late)} == {WUXI}
    assert not to_parties(late, concerns=NANJING)
