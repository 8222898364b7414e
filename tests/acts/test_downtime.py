"""After any time without a run the next one catches up: states as if there had been no gap, letters only of now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from acts.advance import advance
from calendars import rungs
from calendars.deadlines import Due
from calendars.rungs import Rung
from models.columns import table_of
from models.outbox import LetterRow
from models.stamp import Stamp
from models.standing import Cell
from models.tables.season import CityPhase, ExtensionRow
from season import owing, reminding
from season.outcome import Changes
from season.unit_of_work import Season
from tests.support import sheets
from tests.support.scenes import NANJING, OPENING, WUXI, YEAR, Scene, instant
from tests.support.shelf import BEFORE_YANCHENG, BEFORE_YANGZHOU, BEGUN

pytestmark = pytest.mark.slow

Played = Callable[[str], Scene]

STANDING = ("phase", "city", "state", "attempt", "filings", "since", "filed_at", "passed_at", "resume", "tally")
GAPS = [timedelta(hours=1), timedelta(days=3), timedelta(days=10), timedelta(days=40)]
CHASING = frozenset({"opened", "reminder", "overdue"})


def passed(scene: Scene, at: datetime) -> Changes:
    done = advance(scene.database, YEAR, Stamp("省办", at, at))
    assert done.failures == {}
    return done.changes


def standing(scene: Scene) -> list[list[object]]:
    """Where every city phase stands, and the later due days it was given."""
    table, extension = table_of(CityPhase), table_of(ExtensionRow)
    own = [extension.c[name] for name in ("phase", "city", "attempt", "cause", "until")]
    with scene.database.read() as connection:
        rows = connection.execute(select(*(table.c[name] for name in STANDING)).order_by(table.c.id))
        granted = connection.execute(select(*own).order_by(*own))
        return [[*row] for row in rows] + [[*row] for row in granted]


def without_a_gap(scene: Scene, first: datetime, last: datetime) -> None:
    """A pass at every midnight and every 09:00, and at the end."""
    at = first
    while at < last:
        passed(scene, at)
        midnight = at.replace(hour=0) + timedelta(days=1)
        at = at.replace(hour=9) if at.hour < 9 else midnight
    passed(scene, last)


def untrue(scene: Scene, letter: LetterRow, at: datetime) -> bool:
    """Whether a letter says what is not so at that instant."""
    if letter.kind not in {"opened", "reminder", "overdue", "escalation"}:
        return False
    state = scene.cell(letter.phase, letter.concerns).state
    if letter.kind in {"overdue", "escalation"}:
        return state != "overdue"
    waited_for = {"submitted"} if letter.recipient == "province" else {"open", "returned"}
    late = letter.kind == "reminder" and instant(letter.slot.partition("@")[2]) <= at
    return state not in waited_for or late


@pytest.mark.parametrize("mark", [BEGUN, BEFORE_YANGZHOU, BEFORE_YANCHENG])
@pytest.mark.parametrize("gap", GAPS, ids=str)
def test_a_gap_changes_no_state_and_brings_one_true_letter_an_obligation(
    played: Played, mark: str, gap: timedelta
) -> None:
    down, running = played(mark), played(mark)
    first, last = instant(mark), instant(mark) + gap
    letters = passed(down, last).letters
    without_a_gap(running, first, last)
    assert standing(down) == standing(running)
    assert [letter.key for letter in letters if untrue(down, letter, last)] == []
    sent = [letter for letter in letters if letter.state == "queued" and letter.kind in CHASING]
    asked = Counter((letter.phase, letter.concerns, letter.recipient) for letter in sent)
    assert [one for one, count in asked.items() if count > 1] == []
    assert passed(down, last) == Changes()


def test_the_backlog_would_be_seen(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with every rung sent that has come, a city gets two reminders at once."""
    scene = played(BEGUN)
    passed(scene, instant("2022-01-03T00:00"))

    def backlog(season: Season, cell: Cell, due: Due, _: Rung | None, whose: owing.Owes) -> None:
        for rung in rungs.ladder(season.year.phase(cell.phase), due, season.days, instant(OPENING)):
            if rung.instant <= season.stamp.as_of:
                owing.reminder(season, cell, due, rung, whose)

    monkeypatch.setattr(reminding, "_remind", backlog)
    letters = passed(scene, instant("2022-01-13T10:00")).letters
    assert Counter(letter.concerns for letter in letters) == dict.fromkeys((one.slug for one in scene.year.cities), 2)


def test_a_phase_that_opened_and_lapsed_unseen_brings_the_overdue_letter_alone(played: Played) -> None:
    scene = played(BEGUN)
    letters = passed(scene, instant("2022-01-18T10:00")).letters
    assert Counter((letter.kind, letter.recipient.partition(":")[0]) for letter in letters) == {
        ("overdue", "city"): 13,
        ("digest", "province"): 1,
    }


def test_each_slot_of_a_late_city_comes_at_its_own_hour(scene: Scene) -> None:
    """15 January 2022 is a Saturday: the letters are of Monday and Wednesday, at nine."""
    told = {}
    for at in (
        "2022-01-16T00:00",
        "2022-01-17T08:59",
        "2022-01-17T09:00",
        "2022-01-18T09:00",
        "2022-01-19T08:59",
        "2022-01-19T09:00",
        "2022-01-20T09:00",
    ):
        letters = scene.advance(at).changes.letters
        told[at] = sorted({(one.kind, one.recipient) for one in letters if one.concerns in {"*", NANJING}})
    assert told == {
        "2022-01-16T00:00": [],
        "2022-01-17T08:59": [],
        "2022-01-17T09:00": [("digest", "province"), ("overdue", "city:nanjing")],
        "2022-01-18T09:00": [("digest", "province")],
        "2022-01-19T08:59": [],
        "2022-01-19T09:00": [("digest", "province"), ("escalation", "head:nanjing"), ("escalation", "lead")],
        "2022-01-20T09:00": [("digest", "province")],
    }


def test_reminders_come_on_working_days_and_only_while_something_is_owed(scene: Scene) -> None:
    """Due on Saturday the 15th; 7 days before is a Saturday too, so Friday the 7th; then Wednesday, and Friday."""
    scene.file("mentor-recommendation", WUXI, at="2022-01-01T00:00")
    told = {}
    for day in range(1, 16):
        letters = scene.advance(f"2022-01-{day:02d}T09:00", ["mentor-recommendation"], [NANJING, WUXI]).changes.letters
        told[day] = [(one.concerns, one.slot) for one in letters if one.kind == "reminder"]
    due = "2022-01-16T00:00"
    assert {day: said for day, said in told.items() if said} == {
        7: [(NANJING, f"7@{due}")],
        12: [(NANJING, f"3@{due}")],
        14: [(NANJING, f"1@{due}")],
    }


def test_the_province_is_reminded_of_its_own_days_and_nobody_else_is(scene: Scene) -> None:
    """Filed on Wednesday the 5th: five working days end on the 12th; the reminders are of the 7th and the 11th."""
    scene.load("mentor-recommendation", NANJING, scene.sheets("mentor-recommendation", NANJING), "2022-01-05T10:00")
    scene.submit("mentor-recommendation", NANJING, "2022-01-05T10:00")
    told = {}
    for day in range(5, 15):
        letters = scene.advance(f"2022-01-{day:02d}T10:00", cities=[NANJING]).changes.letters
        told[day] = [(one.kind, one.recipient, one.slot) for one in letters]
    due = "2022-01-13T00:00"
    assert {day: said for day, said in told.items() if said} == {
        7: [("reminder", "province", f"3@{due}")],
        11: [("reminder", "province", f"1@{due}")],
    }


def test_visits_are_watched_monthly_and_mentors_hear_each_quarter_of_those_behind(scene: Scene) -> None:
    scene.through("meeting", NANJING)
    students = sheets.students(scene.city(NANJING))[:2]
    filled = sheets.cultivation(students, visits=5)
    some = [row for row in filled["visits"] if row.number == students[0].number]  # type: ignore[attr-defined]
    scene.load("cultivation", NANJING, {**filled, "visits": some}, "2022-03-20T10:00")
    told: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for month in range(3, 13):
        for day in range(1, 9):
            letters = scene.advance(f"2022-{month:02d}-{day:02d}T09:00", ["cultivation"], [NANJING]).changes.letters
            for one in letters:
                told.setdefault((one.kind, one.slot), []).append((one.recipient[:4], students[0].number in one.text))
    short = {slot: said for (kind, slot), said in told.items() if kind == "visits-short"}
    city, one_behind = ("city", False), [("city", False), ("ment", False)]
    assert short == {
        "2022-04-01": one_behind, "2022-05-05": [city], "2022-06-01": [city],
        "2022-07-01": one_behind, "2022-08-01": [city], "2022-09-01": [("city", True)],
        "2022-10-08": [("city", True), ("ment", True)], "2022-11-01": [("city", True)], "2022-12-01": [("city", True)],
    }  # fmt: skip
