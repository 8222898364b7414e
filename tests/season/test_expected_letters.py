"""Why not: of each letter that somebody may expect, what became of it, or why there is none; never nothing, or untrue.

What it says is to come, the advance of that instant writes, and nothing else; what it lists is what was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from acts.advance import advance
from acts.extend import extend
from letters.occurrences import KINDS
from models.columns import table_of
from models.database import Database
from models.letterbox import TrackedLetter
from models.tables.season import Letter
from phases.book import BOOK
from phases.letter_kinds import LETTER_KINDS, UNTOLD, Kind
from season.expected_letters import FATES, CityPhaseLetters, ExpectedLetter, expected_digests, read_city
from season.occasions import OF_TIME, WHY
from season.unit_of_work import Season
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp
from tests.support.window import copied

ROLL, APPLICATION, SHORTLIST = "mentor-recommendation", "application", "shortlist"
NOW, CITY = "2022-02-07T09:00", f"city:{NANJING}"
OF_A_PHASE = tuple(kind for kind in KINDS if kind != "digest")
BY_TIME: tuple[Kind, ...] = ("opened", "reminder", "overdue", "escalation")
Key = tuple[str, str, str, str]
ON_ONE = pytest.mark.parametrize("kind", ["sqlite"])
"""What is asked of either database is asked of both by one test here."""


@pytest.fixture
def played(season_file: Path, tmp_path: Path) -> Iterator[Database]:
    database = Database(copied(season_file, tmp_path), BOOK)
    yield database
    database.dispose()


def whom(season: Season, city: str) -> list[str]:
    letter = table_of(Letter)
    written = season.connection.execute(select(letter.c.recipient).where(letter.c.concerns == city)).scalars()
    return sorted({*written, f"city:{city}", f"head:{city}", "province", "lead", "city:wuxi", "mentor:999999"})


def test_every_letter_is_there_and_where_none_is_something_says_why(played: Database) -> None:
    letter = table_of(Letter)
    with played.read() as connection:
        season = Season.read(connection, YEAR, stamp(NOW), None, reading=True)
        for city in ("yancheng", "yangzhou"):
            for phase in season.year.phases:
                at_hand = CityPhaseLetters(season, phase.slug, city)
                found: dict[int | None, str | None] = {}
                for recipient in whom(season, city):
                    for kind in OF_A_PHASE:
                        said = at_hand.expected(recipient, kind)
                        assert said, (recipient, kind)
                        assert all(one.letter or one.why in WHY for one in said)
                        assert not {"owed-now", "not-written"} & {one.why for one in said}
                        found |= {one.letter: one.state for one in said if one.letter}
                about = (letter.c.phase == phase.slug, letter.c.concerns == city)
                rows = connection.execute(select(letter.c.id, letter.c.state).where(*about))
                assert found == {row.id: row.state for row in rows}


def test_what_is_to_come_is_what_the_advance_of_that_instant_writes(played: Database) -> None:
    at = "2022-02-15T09:00"
    with played.read() as connection:
        season, coming = Season.read(connection, YEAR, stamp(NOW), None, reading=True), set[Key]()
        for city in season.cities:
            for phase in season.year.phases:
                at_hand = CityPhaseLetters(season, phase.slug, city)
                for recipient in whom(season, city):
                    for kind in BY_TIME:
                        entries = at_hand.expected(recipient, kind)
                        if any(one.why == "to-come" and one.at and one.at <= instant(at) for one in entries):
                            coming.add((recipient, kind, phase.slug, city))
    letters = advance(played, YEAR, stamp(at), dry_run=True).changes.letters
    assert coming
    assert {(row.recipient, row.kind, row.phase, row.concerns) for row in letters if row.kind in BY_TIME} == coming


def test_every_kind_has_what_makes_it_owed() -> None:
    assert {*OF_TIME, *(kind for kind, row in LETTER_KINDS.items() if row.caused_by)} == {
        kind for kind, row in LETTER_KINDS.items() if row.occurs != "never"
    }


def asked(scene: Scene, recipient: str, kind: Kind, phase: str, at: str) -> tuple[ExpectedLetter, ...]:
    with scene.database.read() as connection:
        season = read_city(connection, YEAR, stamp(at), NANJING)
        return CityPhaseLetters(season, phase, NANJING).expected(recipient, kind)


def whys(scene: Scene, recipient: str, kind: Kind, phase: str, at: str) -> list[str]:
    return [one.why for one in asked(scene, recipient, kind, phase, at)]


@ON_ONE
def test_a_rung_falls_away_is_overtaken_or_comes_too_late(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    assert whys(scene, CITY, "reminder", ROLL, "2022-01-04T10:00") == ["to-come"] * 3
    assert whys(scene, CITY, "reminder", ROLL, "2022-01-13T10:00") == ["only-latest", "owed-now", "to-come"]
    assert whys(scene, CITY, "reminder", ROLL, "2022-01-13T20:00") == ["only-latest", "to-come", "to-come"]
    scene.advance("2022-01-13T10:00")
    assert whys(scene, CITY, "reminder", ROLL, "2022-01-13T10:00") == ["only-latest", "waits-for-worker", "to-come"]
    scene.file(ROLL, NANJING, at="2022-01-13T11:00")
    assert whys(scene, CITY, "reminder", ROLL, "2022-01-14T10:00") == ["only-latest", "cancelled", "moved-on"]
    assert whys(scene, CITY, "overdue", ROLL, "2022-01-17T10:00") == ["moved-on"]
    assert whys(scene, CITY, "escalation", ROLL, "2022-01-17T10:00") == ["no-such-letter"]
    assert whys(scene, "city:wuxi", "opened", ROLL, "2022-01-17T10:00") == ["another-city"]


@ON_ONE
def test_a_rung_is_explained_by_what_came_before_it(scene: Scene) -> None:
    """The interview opens on 31 January: the rung of the day before was too soon, whatever came weeks later."""
    scene.through("shortlist", NANJING).advance("2022-01-31T09:00")
    scene.load("interview", NANJING, scene.sheets("interview", NANJING), "2022-02-17T10:05")
    scene.submit("interview", NANJING, "2022-02-17T10:05")
    scene.approve("interview", NANJING, "2022-02-18T16:00")
    said = asked(scene, CITY, "reminder", "interview", "2022-02-19T10:00")
    assert said[0].why == "too-soon"
    assert said[-1].said == "该市本阶段已于2022年2月17日10:05报送，无须再发。"


@ON_ONE
def test_a_phase_that_waits_says_for_what_and_a_late_one_when_it_hears(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    (waits,) = asked(scene, CITY, "opened", APPLICATION, "2022-01-05T10:00")
    assert waits.said == "本阶段尚未开放：须待“导师推荐”通过，且不早于2022年1月4日。"
    assert whys(scene, CITY, "overdue", ROLL, "2022-01-05T10:00") == ["not-late"]
    assert whys(scene, CITY, "overdue", ROLL, "2022-01-16T10:00") == ["to-come"]
    scene.advance("2022-01-17T09:00")
    assert whys(scene, CITY, "overdue", ROLL, "2022-01-17T09:00") == ["waits-for-worker", "to-come"]
    assert whys(scene, f"head:{NANJING}", "escalation", ROLL, "2022-01-19T09:00") == ["owed-now"]
    with scene.database.read() as connection:
        season = Season.read(connection, YEAR, stamp("2022-01-17T10:00"), None, reading=True)
        assert [one.why for one in expected_digests(season, "province")] == ["waits-for-worker"]
        assert [one.why for one in expected_digests(season, CITY)] == ["no-such-letter"]


def test_a_moved_day_is_told_left_out_on_record_or_said_by_another_letter(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    with scene.database.write() as connection:
        connection.execute(update(table_of(Letter)).values(state="sent", sent_at=instant("2021-12-31T09:01")))
    given: dict[str, Any] = {"reason": "暴雪", "until": date(2022, 1, 18)}
    extend(scene.database, YEAR, ROLL, [NANJING], stamp("2022-01-05T10:00"), **given, untold="已在会上说明")
    (left_out,) = asked(scene, CITY, "moved", ROLL, "2022-01-05T11:00")
    assert (left_out.why, left_out.said) == ("left-out", f"没有发出（{UNTOLD}：已在会上说明）。")
    assert whys(scene, "mentor:1", "moved", ROLL, "2022-01-05T11:00") == ["told-nothing"]
    scene.advance("2022-01-19T09:00")
    scene.rerun(ROLL, NANJING, "2022-01-19T10:00", date(2022, 1, 25))
    assert whys(scene, CITY, "moved", ROLL, "2022-01-19T11:00") == ["left-out", "said-by"]
    assert whys(scene, CITY, "overdue", ROLL, "2022-01-19T11:00") == ["cancelled", "not-late"]


@ON_ONE
def test_who_left_and_what_was_done_on_paper_is_written_to_no_more(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    scene.withdraw(NANJING, "2022-01-05T10:00")
    assert whys(scene, CITY, "withdrawn", ROLL, "2022-01-05T11:00") == ["waits-for-worker"]
    assert whys(scene, CITY, "withdrawn", APPLICATION, "2022-01-05T11:00") == ["one-for-all"]
    assert whys(scene, CITY, "reminder", ROLL, "2022-01-14T10:00") == ["withdrawn"] * 3
    assert whys(scene, CITY, "passed", ROLL, "2022-01-14T10:00") == ["no-cause"]


@ON_ONE
def test_a_month_s_watch_is_owed_until_it_is_written_and_not_where_nobody_is_behind(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    scene.through("meeting", NANJING)
    scene.advance("2022-03-01T09:00")
    assert whys(scene, CITY, "visits-short", "cultivation", "2022-03-31T10:00") == ["to-come"]
    assert whys(scene, CITY, "visits-short", "cultivation", "2022-04-01T09:00") == ["owed-now", "to-come"]
    scene.advance("2022-04-01T09:00")
    assert whys(scene, CITY, "visits-short", "cultivation", "2022-04-01T09:00") == ["waits-for-worker", "to-come"]


TRACKED: dict[str, Any] = {each.name: None for each in fields(TrackedLetter)}
HELD_UP = timedelta(hours=1)
QUEUED: dict[str, Any] = {"state": "queued", "due_at": instant(NOW), "queued_as_of": instant(NOW), "tries": 0}


@pytest.mark.parametrize(
    ("row", "halted", "why"),
    [
        ({}, "", "waits-for-worker"),
        ({}, "自 02-07 08:00 起没有投递函件（post）", "halted"),
        ({"due_at": instant(NOW) + HELD_UP}, "", "office-hours"),
        ({"due_at": instant(NOW) + HELD_UP, "tries": 1}, "", "tried"),
        ({"due_at": instant(NOW) + HELD_UP, "deferred_since": instant(NOW)}, "", "put-off"),
        ({"valid_until": instant(NOW)}, "", "lapsing"),
        ({"state": "sending", "moot": True}, "", "moot"),
        ({"state": "held", "address": ""}, "", "no-address"),
        ({"state": "held", "address": "a@b.example"}, "", "suppressed"),
        ({"state": "cancelled", "detail": f"{UNTOLD}：已说明"}, "", "left-out"),
        ({"state": "cancelled"}, "", "cancelled"),
        *(({"state": each}, "", each) for each in ("sending", "sent", "failed", "unknown")),
    ],
)
def test_what_became_of_a_letter_is_told_by_its_state_and_what_keeps_it(
    row: dict[str, Any], halted: str, why: str
) -> None:
    letter = TrackedLetter(**(TRACKED | QUEUED | row))
    assert next(name for name, holds, _ in FATES if holds(letter, instant(NOW), halted)) == why
