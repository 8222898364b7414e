"""What came in first is judged by when it came in, whoever got the year first: no act of a real year is backdated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Row, select

from acts import amend as amending
from acts.ask import ask
from calendars import files
from calendars.edits import with_days
from gates.states import TRANSITIONS, Event, State
from models import reports
from models.columns import table_of
from models.database import Database
from models.tables.season import Letter, Transition
from season.outcome import Outcome
from tests.acts.test_together import own, together
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, YEAR, Scene, calendar, instant, stamp

ROLL = "mentor-recommendation"
RULE = "mentors.standing"
BEFORE, AFTER = "2022-01-15T23:59:59.900000", "2022-01-16T00:00:00.500000"
MORNING = "2022-01-17T09:00"
REFUSED = (
    "南京 导师推荐：处于“已通过”的阶段不能驳回；如需重新办理，请由省级管理办公室重启本阶段。"
    "（省办 于 10:00:00 办理了“审定”。）"
)
LATE = "南京 导师推荐 的报送已于 2022-01-15 24:00 截止"


@pytest.fixture
def real(database: Database) -> Scene:
    """A real year, whose mentors Nanjing has loaded and not filed."""
    scene = Scene.begin(database, rehearsal=False)
    scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-10T10:00")
    return scene


def state_at(scene: Scene, at: str) -> tuple[str, str | None]:
    with scene.database.read() as connection:
        found = reports.matrix(connection, YEAR, instant(at)).cities[NANJING][0]
    return str(found.state), found.timeliness


def test_what_came_in_before_midnight_is_filed_though_the_advance_went_first(real: Scene) -> None:
    real.advance(AFTER)
    said = real.submit(ROLL, NANJING, BEFORE)
    assert (said.outcome, said.message) == ("done", "南京 导师推荐 已报送，等待省级管理办公室办理。")
    *_, lapsed, filed = rows(real, NANJING)
    assert (lapsed.event, filed.event, filed.from_state, filed.to_state) == ("lapse", "submit", "overdue", "submitted")
    assert filed.reason == "2022-01-15 23:59:59 收到，在截止之前；先登记的“到期”不作数"
    assert (filed.at, filed.filed_at, filed.as_of) == (instant(BEFORE), instant(BEFORE), instant(AFTER))


def test_each_instant_of_that_night_is_shown_as_it_was(real: Scene) -> None:
    real.advance(AFTER)
    real.submit(ROLL, NANJING, BEFORE)
    real.approve(ROLL, NANJING, "2022-01-17T10:00")
    assert state_at(real, "2022-01-15T23:59:59.950000") == ("open", None)
    assert state_at(real, "2022-01-16T00:00:00.200000") == ("overdue", None)
    assert state_at(real, AFTER) == ("submitted", None)
    assert state_at(real, MORNING) == ("submitted", None)
    assert state_at(real, "2022-01-17T10:00") == ("passed", "on-time")


def test_who_filed_in_time_hears_of_no_lateness(real: Scene) -> None:
    real.advance(AFTER)
    real.submit(ROLL, NANJING, BEFORE)
    real.advance(MORNING)
    assert ledger.letters(real.database, kind="overdue", city=NANJING) == []


def test_an_overdue_letter_that_waits_is_taken_back(real: Scene) -> None:
    real.advance(MORNING)
    real.submit(ROLL, NANJING, BEFORE)
    assert letters(real, "overdue", "state") == ["cancelled"]


def test_what_came_in_at_midnight_is_late_in_the_deadlines_words_and_on_record(real: Scene) -> None:
    real.advance(AFTER)
    said = real.submit(ROLL, NANJING, "2022-01-16T00:00")
    assert (said.outcome, said.message.startswith(LATE)) == ("refused", True)
    last = rows(real, NANJING)[-1]
    assert (last.refused, last.reason, last.at) == (True, said.message, instant("2022-01-16T00:00"))


def test_another_phase_does_not_lapse_under_a_filing_that_came_in_before(real: Scene) -> None:
    """Another act on the city came in later and went first; the phase has not lapsed yet."""
    real.extend("application", [NANJING], AFTER, LATER)
    assert real.cell(ROLL, NANJING).state is State.OVERDUE
    assert real.submit(ROLL, NANJING, BEFORE).done


def test_an_extension_that_came_in_before_midnight_holds(real: Scene) -> None:
    real.advance(AFTER)
    assert real.extend(ROLL, [NANJING], BEFORE, date(2022, 1, 20)).done
    assert real.cell(ROLL, NANJING).state is State.OPEN
    assert not real.extend(ROLL, [NANJING], "2022-01-21T00:00", date(2022, 1, 25)).done


def test_a_calendar_that_was_amended_before_midnight_holds(real: Scene) -> None:
    real.advance(MORNING)
    assert real.cell(ROLL, NANJING).state is State.OVERDUE
    said = amend(real, NANJING, BEFORE)
    assert (said.outcome, said.message) == ("done", "2022 年度日历已修订；13 项截止日随之改变。")
    *_, lapsed, moved = rows(real, NANJING)
    assert (lapsed.event, moved.event, moved.from_state, moved.to_state) == ("lapse", "extend", "overdue", "open")
    assert (moved.at, moved.as_of) == (instant(BEFORE), instant(MORNING))
    assert letters(real, "overdue", "state") == ["cancelled"]
    assert real.submit(ROLL, NANJING, "2022-01-18T23:59:59").done


def test_one_that_came_in_at_midnight_is_too_late(real: Scene) -> None:
    real.advance(AFTER)
    said = amend(real, NANJING, "2022-01-16T00:00")
    assert said.message.startswith("导师推荐的截止日 2022-01-15 已经过去，不能再改；")


def test_a_request_is_judged_by_when_it_came_in(real: Scene) -> None:
    real.extend("application", [NANJING], "2022-01-15T00:00:00.5", LATER)
    real.advance(AFTER)
    assert request(real, BEFORE).done
    with real.database.read() as connection:
        (text_,) = (row.text for row in ledger.words(connection) if row.kind == "request")
    assert ("2022年1月15日" in text_, "逾期" in text_) == (True, False)


def test_a_day_that_was_asked_for_on_that_very_day_has_not_passed(real: Scene) -> None:
    real.extend("application", [NANJING], "2022-01-21T00:00:00.5", LATER)
    assert request(real, "2022-01-20T23:59:59.9").done


def test_an_act_of_a_real_year_is_never_backdated_and_is_told_what_was_done(real: Scene) -> None:
    real.submit(ROLL, NANJING, "2022-01-12T10:00")
    assert real.approve(ROLL, NANJING, "2022-01-13T10:00:00.5").done
    said = real.reject(ROLL, NANJING, "2022-01-13T10:00:00.1")
    assert (said.outcome, said.message) == (
        "refused",
        REFUSED,
    )
    assert rows(real, NANJING)[-1].reason == said.message


def test_a_refused_try_stands_in_nobodys_way(real: Scene) -> None:
    assert not real.approve(ROLL, NANJING, "2022-01-12T10:00:05").done
    assert real.submit(ROLL, NANJING, "2022-01-12T10:00").done


def test_the_letters_of_an_act_are_not_overtaken_by_its_own_row(real: Scene) -> None:
    real.waive(RULE, ROLL, NANJING, "2022-01-12T10:00:05")
    real.submit(ROLL, NANJING, "2022-01-12T10:00")
    assert letters(real, "approval-needed", "queued_as_of") == [rows(real, NANJING)[-1].as_of]


def rows(scene: Scene, city: str) -> Sequence[Row[Any]]:
    """The log of one city's roll, in the order it was written."""
    log = table_of(Transition)
    with scene.database.read() as connection:
        query = select(log).where(log.c.phase == ROLL, log.c.city == city).order_by(log.c.seq)
        return connection.execute(query).all()


def letters(scene: Scene, kind: str, column: str) -> list[object]:
    """One column of a kind's letters about Nanjing."""
    table = table_of(Letter)
    with scene.database.read() as connection:
        query = select(table.c[column]).where(table.c.kind == kind, table.c.concerns == NANJING)
        return list(connection.execute(query).scalars())


RACES = 20
START = instant("2022-01-12T10:00")
DUE = instant("2022-01-16T00:00")
LATER = date(2022, 1, 25)

Act = Callable[[Scene, str, str], object]


def file(scene: Scene, city: str, at: str) -> Outcome:
    return scene.submit(ROLL, city, at)


def approve(scene: Scene, city: str, at: str) -> Outcome:
    return scene.approve(ROLL, city, at)


def reject(scene: Scene, city: str, at: str) -> Outcome:
    return scene.reject(ROLL, city, at)


def extend(scene: Scene, city: str, at: str) -> Outcome:
    return scene.extend(ROLL, [city], at, LATER)


def rerun(scene: Scene, city: str, at: str) -> Outcome:
    return scene.rerun(ROLL, city, at, LATER)


def waive(scene: Scene, city: str, at: str) -> Outcome:
    return scene.waive(RULE, ROLL, city, at)


def advance(scene: Scene, city: str, at: str) -> object:
    return scene.advance(at, cities=[city])


def request(scene: Scene, at: str) -> Outcome:
    until, words = date(2022, 1, 20), "场地封控"
    return ask(scene.database, YEAR, ROLL, NANJING, stamp(at), until=until, reason=words, token="b" * 24)


def amend(scene: Scene, _city: str, at: str) -> Outcome:
    new = files.parse(with_days(scene.year.source_text, {(ROLL, "due"): date(2022, 1, 18)}), "日历")
    return amending.amend(scene.database, YEAR, new, stamp(at), reason="省厅通知")


def opened(scene: Scene, city: str) -> None:
    scene.load(ROLL, city, scene.sheets(ROLL, city), "2022-01-10T10:00")


def unhonoured(scene: Scene, city: str) -> None:
    plain = sheets.mentor(scene.city(city), honours=(), elite_programme=False)
    scene.load(ROLL, city, sheets.roll(plain), "2022-01-10T10:00")


def submitted(scene: Scene, city: str) -> None:
    opened(scene, city)
    scene.submit(ROLL, city, "2022-01-10T10:00")


def returned(scene: Scene, city: str) -> None:
    submitted(scene, city)
    scene.reject(ROLL, city, "2022-01-10T11:00")


Ended = tuple[str, str, str]
"""What the one and the other came to, and where the city phase stands."""

PAIRS: dict[str, tuple[Callable[[Scene, str], None], Act, Act, frozenset[Ended]]] = {
    "approve|reject": (submitted, approve, reject, frozenset({
        ("done", "refused", "passed"), ("refused", "done", "returned"),
    })),
    "extend|rerun": (returned, extend, rerun, frozenset({("done", "done", "open"), ("refused", "done", "open")})),
    "rerun|file": (returned, rerun, file, frozenset({
        ("done", "done", "submitted"), ("refused", "done", "submitted"),
    })),
    "waive|file": (unhonoured, waive, file, frozenset({
        ("done", "done", "submitted"), ("done", "returned", "returned"),
    })),
}  # fmt: skip


def text(offset: float, start: datetime = START) -> str:
    return f"{start + timedelta(seconds=offset):%Y-%m-%dT%H:%M:%S.%f}"


def raced(scene: Scene, works: Sequence[tuple[Act, str, str]]) -> list[object]:
    """Do all of these at once, over connections of their own."""

    def over(act: Act, city: str, at: str) -> Callable[[], object]:
        return own(scene, lambda alone: act(alone, city, at))

    return together([over(*work) for work in works])


def in_order(scene: Scene, city: str) -> None:
    """Every move goes on from the one before it, by the table, at no earlier instant; a refused one moved nothing."""
    log = rows(scene, city)
    assert [row.seq for row in log] == list(range(1, len(log) + 1))
    for before, after in pairwise(log):
        assert (after.from_state, after.as_of >= before.as_of) == (before.to_state, True)
    for row in log:
        target = row.from_state if row.refused else TRANSITIONS[State(row.from_state), Event(row.event)]
        assert row.to_state == target


def on_record(scene: Scene, city: str, event: str, outcome: object) -> None:
    """What was done has its row, and what was refused has one with the reason that was given."""
    assert isinstance(outcome, Outcome), outcome
    log = [row for row in rows(scene, city) if row.event == event]
    if outcome.outcome == "refused":
        assert [row.reason for row in log if row.refused] == [outcome.message]
    else:
        assert [row for row in log if not row.refused]


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS)
def test_two_at_once_have_one_order(database: Database, pair: str) -> None:
    prepare, one, other, allowed = PAIRS[pair]
    scene = Scene.begin(database, calendar(RACES), rehearsal=False)
    cities = [city.slug for city in scene.year.cities]
    for city in cities:
        prepare(scene, city)
    works = []
    for place, city in enumerate(cities):
        ahead = 1.3 if place % 2 else -1.3
        both = [(one, city, text(ahead)), (other, city, text(-ahead))]
        works += both if place % 4 < 2 else both[::-1]
    found = raced(scene, works)
    for place, city in enumerate(cities):
        first, second = found[2 * place : 2 * place + 2] if place % 4 < 2 else found[2 * place : 2 * place + 2][::-1]
        in_order(scene, city)
        on_record(scene, city, _event(one), first)
        on_record(scene, city, _event(other), second)
        ended = (first.outcome, second.outcome, scene.cell(ROLL, city).state.value)  # type: ignore[attr-defined]
        assert ended in allowed


def _event(act: Act) -> str:
    return "submit" if act is file else act.__name__


@pytest.mark.slow
def test_filings_around_midnight_are_judged_by_when_they_came_in(database: Database) -> None:
    scene = Scene.begin(database, calendar(RACES), rehearsal=False)
    cities = [city.slug for city in scene.year.cities]
    for city in cities:
        opened(scene, city)
    came_in = [(-1.3 + 2.6 * place / (RACES - 1)) for place in range(RACES)]
    works: list[tuple[Act, str, str]] = []
    for city, offset in zip(cities, came_in, strict=True):
        works += [(file, city, text(offset, DUE)), (advance, city, text(0.7, DUE))]
    found = raced(scene, works)
    for city, offset, filed in zip(cities, came_in, found[::2], strict=True):
        in_order(scene, city)
        on_record(scene, city, "submit", filed)
        assert isinstance(filed, Outcome)
        state = scene.cell(ROLL, city).state
        assert (filed.outcome, state) == (("done", State.SUBMITTED) if offset < 0 else ("refused", State.OVERDUE))
        assert filed.done or "的报送已于 2022-01-15 24:00 截止" in filed.message


@pytest.mark.slow
def test_an_amendment_against_the_advance_of_midnight_is_judged_by_when_it_came_in(database: Database) -> None:
    scene = Scene.begin(database, calendar(RACES), rehearsal=False)
    cities = [city.slug for city in scene.year.cities]
    for city in cities:
        opened(scene, city)
    works = [(advance, city, text(0.7, DUE)) for city in cities]
    amended, *_ = raced(scene, [(amend, NANJING, text(-0.1, DUE)), *works])
    assert isinstance(amended, Outcome)
    assert amended.done, amended
    for city in cities:
        in_order(scene, city)
        assert scene.cell(ROLL, city).state is State.OPEN
