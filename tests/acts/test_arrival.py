"""What came in first is judged by when it came in, whoever got the year first: no act of a real year is backdated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Row, insert, select

from acts import amend as amending
from acts.act import Bench
from acts.ask import ask
from acts.book import ACTS
from acts.doing import recorded
from calendars.edits import with_days
from gates.states import TRANSITIONS, Event, State
from models import reports
from models.columns import table_of
from models.database import Database
from models.tables.audit import AuditEntry
from models.tables.city_requests import Request
from models.tables.pool import Party, StatedAddress
from models.tables.season import Letter, Transition
from season.outcome import Outcome
from tests.acts.test_together import own, together
from tests.support import ledger, sheets
from tests.support.kinds import EACH_ON_BOTH
from tests.support.scenes import NANJING, YEAR, Scene, calendar, instant, stamp
from tests.support.years import parse

pytestmark = EACH_ON_BOTH

ROLL = "mentor-recommendation"
RULE = "mentors.standing"
BEFORE, AFTER = "2022-01-15T23:59:59.900000", "2022-01-16T00:00:00.500000"
MORNING = "2022-01-17T09:00"
REFUSED = (
    "南京 导师推荐：处于“已通过”的阶段不能退回修改；如需重新办理，请由省级管理办公室重新开放本阶段。"
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
        text_, _ = (row.text for row in ledger.words(connection) if row.kind == "request")
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
    new = parse(with_days(scene.year.source_text, {(ROLL, "due"): date(2022, 1, 18)}), "日历")
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


FIRST, SECOND = "甲", "乙"


def officer(slug: str, **given: object) -> Callable[[Scene, str, str, str], Outcome]:
    """Do an act of the book to a city as whoever signs, on record; `number` gives what it is about, by city."""
    numbers = given.pop("number", None)

    def do(scene: Scene, city: str, at: str, by: str) -> Outcome:
        act, asked = ACTS[slug], {"phase": ROLL, "city": city, "reason": f"{by}的事由", **given}
        if numbers is not None:
            asked |= {asks.name: numbers[city] for asks in act.fields if asks.kind in {"request", "difference"}}  # type: ignore[index]
        return recorded(act, Bench(scene.database, scene.year, stamp(at, by)), act.fill(scene.year, asked))

    return do


def asked_for(scene: Scene) -> dict[str, int]:
    """Let each city ask for a later day; the requests' numbers by city."""
    table, found, when = table_of(Request), {}, instant("2022-01-11T10:00")
    row = {"year": YEAR, "phase": ROLL, "attempt": 1, "until": LATER, "reason": "封控"}
    with scene.database.write() as connection:
        for city in scene.year.cities:
            mine = {"token": city.slug, "city": city.slug, "by": city.name, "at": when, "as_of": when}
            found[city.slug] = int(
                connection.execute(insert(table).values(row | mine).returning(table.c.id)).scalar_one()
            )
    return found


def differing(scene: Scene) -> dict[str, int]:
    """Let each city name the next one's mentor by another address; the differences' numbers by city."""
    table, party, found = table_of(StatedAddress), table_of(Party), {}
    cities, when = [city.slug for city in scene.year.cities], instant("2022-01-11T10:00")
    row = {"year": YEAR, "email": "new@unit.example", "settled": False, "at": when, "as_of": when}
    with scene.database.write() as connection:
        whose = select(table.c.office, table.c.party).join(party, party.c.id == table.c.party)
        mentors = dict(connection.execute(whose.where(party.c.kind == "mentor")).tuples().all())
        for city, owner in zip(cities, [*cities[1:], cities[0]], strict=True):
            mine = {"party": mentors[owner], "office": city, "by": city}
            found[city] = int(connection.execute(insert(table).values(row | mine).returning(table.c.id)).scalar_one())
    return found


def in_vain(scene: Scene, city: str, by: str) -> list[str]:
    """What is on record of what somebody tried to do to a city in vain, and why: in the log, or in the audit."""
    log, audit = table_of(Transition), table_of(AuditEntry)
    tried = (log.c.refused, log.c.city == city, log.c.by == by)
    noted = (audit.c.what.like("%（未作改动）"), audit.c.by == by)
    with scene.database.read() as connection:
        kept = connection.execute(select(log.c.reason).where(*tried)).scalars().all()
        entries = connection.execute(select(audit.c.reason, audit.c.city).where(*noted)).all()
    here = [row.reason for row in entries if row.city == city]
    return [*kept, *here]


@pytest.mark.slow
def test_of_two_who_do_the_same_the_second_is_told_by_whom_and_on_record(database: Database) -> None:
    """Act after act on one base, in each city two officers at once; what is told is looked for by the first's name."""
    scene = Scene.begin(database, calendar(RACES), rehearsal=False)
    cities = [city.slug for city in scene.year.cities]
    for city in cities:
        opened(scene, city)
    decline = officer("answer", answer="declined", number=asked_for(scene))
    at_once(scene, "answer", decline)
    at_once(scene, "waive", officer("waive", rule=RULE))
    at_once(scene, "extend", officer("extend", until=LATER))
    for city in cities:
        scene.submit(ROLL, city, "2022-01-12T10:00:10")
    at_once(scene, "address", officer("address", choice="new", number=differing(scene)))
    for city in cities:
        scene.reject(ROLL, city, "2022-01-12T10:00:20")
    at_once(scene, "rerun", officer("rerun", until=date(2022, 1, 28)))
    at_once(scene, "withdraw", officer("withdraw"))
    for city in cities:
        in_order(scene, city)


def at_once(scene: Scene, slug: str, act: Callable[[Scene, str, str, str], Outcome]) -> None:
    """Race two officers for each city; one does it, the other is told who did, and has a line that says so."""
    cities = [city.slug for city in scene.year.cities]
    hands = {city: (f"{FIRST}{slug}{city}", f"{SECOND}{slug}{city}") for city in cities}
    works: list[tuple[Act, str, str]] = []
    for place, city in enumerate(cities):
        ahead = 1.3 if place % 2 else -1.3
        for by, offset in zip(hands[city], (ahead, -ahead), strict=True):
            works.append((lambda alone, of, at, by=by: act(alone, of, at, by), city, text(offset)))  # type: ignore[misc]
    found = raced(scene, works)
    for place, city in enumerate(cities):
        pair = dict(zip(hands[city], found[2 * place : 2 * place + 2], strict=True))
        assert all(isinstance(one, Outcome) for one in pair.values()), (slug, pair)
        said = {by: one.message for by, one in pair.items() if isinstance(one, Outcome)}
        (loser,) = [by for by in hands[city] if next(each for each in hands[city] if each != by) in said[by]]
        (winner,) = [by for by in hands[city] if by != loser]
        assert (pair[winner].done, in_vain(scene, city, winner)) == (True, []), (slug, pair)  # type: ignore[attr-defined]
        (reason,) = in_vain(scene, city, loser)
        assert reason.startswith(said[loser].splitlines()[0]), (slug, pair)  # a weekday may be said below


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
