"""Whatever two cities and the province do, in whatever order, as time goes on: what must hold holds after each act."""

from __future__ import annotations

import shutil
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Row, select

import acts.rerun
import season.settle
from acts.rejoin import rejoin
from calendars.deadlines import Extension, day_of, resolve
from gates.states import TRANSITIONS, Event, State
from gates.verdict import Verdict
from models.columns import table_of
from models.database import Database
from models.facts import admission
from models.tables.season import CityPhase, CityYear, ExtensionRow, Filing, Letter, Transition
from phases.book import BOOK
from phases.letter_kinds import LETTER_KINDS
from season import correspondence, unit_of_work
from tests.support import ledger, sheets
from tests.support.scenes import DECIDED, FILED, NANJING, WUXI, YEAR, Scene, calendar, instant, stamp

pytestmark = pytest.mark.slow

CITIES = st.sampled_from([NANJING, WUXI])
PHASES = st.sampled_from(list(FILED))
WAIVABLE = st.sampled_from([("mentors.standing", "mentor-recommendation"), ("interviews.ratio", "interview")])
CAP = 3
BAD = {
    "mentor-recommendation": lambda where: sheets.roll(sheets.mentor(where, honours=())),
    "application": lambda where: sheets.application([sheets.student(where, 1, recommended=False)]),
    "shortlist": lambda where: sheets.shortlist(sheets.students(where)[:5]),
    "interview": lambda where: sheets.interview(sheets.students(where), 3, 3),
}
"""Sheets that load and that a gate refuses, or that leave a later phase without what it stood on."""


class Season(RuleBasedStateMachine):
    """Two cities and three funded places; every act is shown by a dry run first, and is seen by no other city."""

    template: ClassVar[Path]

    @initialize(nanjing=st.integers(0, 8), wuxi=st.integers(0, 8))
    def begin(self, nanjing: int, wuxi: int) -> None:
        """Open the year, and let each city go on for so many phases, the one that is further behind first."""
        self.begun(nanjing, wuxi)

    def begun(self, nanjing: int, wuxi: int) -> None:
        self.path = Path(shutil.copy(self.template, self.template.with_name(f"{uuid.uuid4().hex}.db")))
        self.now, self.refused = instant("2021-12-31T00:00"), 0
        self.scene = Scene.begin(Database(f"sqlite:///{self.path}", BOOK), calendar(2, funded_cap=CAP))
        for phase in range(8):
            for city in [city for city, depth in ((NANJING, nanjing), (WUXI, wuxi)) if phase < depth]:
                self.go_on(city)

    def teardown(self) -> None:
        if hasattr(self, "scene"):
            self.scene.database.dispose()
            self.path.unlink()

    @property
    def at(self) -> str:
        return self.now.replace(tzinfo=None).isoformat()

    def act(self, city: str, act: Callable[..., Any]) -> None:
        before, others = ledger.fingerprint(self.scene.database), ledger.of_others(self.scene.database, city)
        shown = act(dry_run=True)
        assert ledger.fingerprint(self.scene.database) == before
        assert act() == shown
        assert ledger.of_others(self.scene.database, city) == others
        self.refused += shown.outcome == "refused"

    @rule(hours=st.sampled_from([1, 15, 24, 24 * 4, 24 * 15]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def advance(self) -> None:
        shown = self.scene.advance(self.at, dry_run=True)
        assert self.scene.advance(self.at) == shown
        again = self.scene.advance(self.at)
        assert (again.changes.transitions, again.changes.letters, again.failures) == ((), (), {})

    @rule(city=CITIES)
    def go_on(self, city: str) -> None:
        """File what the city owes next, in its own good time."""
        owed = [phase for phase, state in self.scene.states(city).items() if state not in {"passed", "withdrawn"}]
        for phase in [slug for slug in FILED if slug in owed][:1]:
            self.now = max(self.now, instant(FILED[phase]))
            self.scene.file(phase, city, at=self.at)

    @rule(city=CITIES, phase=PHASES)
    def load(self, city: str, phase: str) -> None:
        filled = BAD[phase](self.scene.city(city)) if phase in BAD else self.scene.sheets(phase, city)
        self.act(city, lambda **dry: self.scene.load(phase, city, filled, self.at, **dry))

    @rule(city=CITIES, phase=PHASES)
    def submit(self, city: str, phase: str) -> None:
        self.act(city, lambda **dry: self.scene.submit(phase, city, self.at, **dry))

    @rule(city=CITIES, phase=st.sampled_from(DECIDED))
    def approve(self, city: str, phase: str) -> None:
        self.act(city, lambda **dry: self.scene.approve(phase, city, self.at, **dry))

    @rule(city=CITIES, phase=st.sampled_from(DECIDED), days=st.none() | st.integers(0, 9))
    def reject(self, city: str, phase: str, days: int | None) -> None:
        until = None if days is None else self.day(days)
        self.act(city, lambda **dry: self.scene.reject(phase, city, self.at, until, **dry))

    @rule(city=CITIES, waived=WAIVABLE)
    def waive(self, city: str, waived: tuple[str, str]) -> None:
        self.act(city, lambda **dry: self.scene.waive(*waived, city, self.at, **dry))

    @rule(city=CITIES, phase=PHASES, days=st.integers(0, 60))
    def extend(self, city: str, phase: str, days: int) -> None:
        self.act(city, lambda **dry: self.scene.extend(phase, [city], self.at, self.day(days), **dry))

    @rule(city=CITIES, phase=PHASES, days=st.integers(-1, 60))
    def rerun(self, city: str, phase: str, days: int) -> None:
        self.act(city, lambda **dry: self.scene.rerun(phase, city, self.at, self.day(days), **dry))

    @rule(days=st.integers(1, 60))
    def rerun_what_is_late(self, days: int) -> None:
        for city in (NANJING, WUXI):
            for phase, state in self.scene.states(city).items():
                if state == "overdue":
                    self.scene.rerun(phase, city, self.at, self.day(days))

    @rule(chance=st.integers(0, 9))
    def withdraw(self, chance: int) -> None:
        if chance == 0:
            self.act(WUXI, lambda **dry: self.scene.withdraw(WUXI, self.at, **dry))

    @rule()
    def rejoin(self) -> None:
        given = (self.scene.database, YEAR, WUXI)
        self.act(WUXI, lambda **dry: rejoin(*given, stamp(self.at), reason="已落实", **dry))

    def day(self, days: int) -> date:
        return day_of(self.now) + timedelta(days=days)

    def rows(self, model: Any) -> list[Row[Any]]:  # noqa: ANN401 - a table's model
        with self.scene.database.read() as connection:
            table = table_of(model)
            key = table.c.get("id")
            return list(connection.execute(select(table).order_by(key)))

    @invariant()
    def the_log_tells_all_there_is(self) -> None:
        cells = {(cell.phase, cell.city): cell for cell in self.rows(CityPhase)}
        log = sorted(self.rows(Transition), key=lambda row: (row.phase, row.city, row.seq))
        logged = {key: list(rows) for key, rows in groupby(log, key=lambda row: (row.phase, row.city))}
        for key, cell in cells.items():
            rows = logged.get(key, [])
            assert [row.seq for row in rows] == list(range(1, cell.moves + 1))
            assert [row.from_state for row in rows] == [State.WAITING, *(row.to_state for row in rows)][: len(rows)]
            assert cell.state == (rows[-1].to_state if rows else State.WAITING)
            assert all(one.as_of <= other.as_of for one, other in pairwise(rows))
            assert all(legal(row) for row in rows)

    @invariant()
    def refused_tries_are_on_record(self) -> None:
        assert sum(row.refused for row in self.rows(Transition)) >= self.refused

    @invariant()
    def nothing_passes_unmet(self) -> None:
        states: dict[tuple[str, str], str] = {}
        judged = {(row.phase, row.city, row.number, row.part): row for row in self.rows(Filing)}
        for row in self.rows(Transition):
            if row.to_state == State.PASSED and row.from_state != State.PASSED:
                required = self.scene.year.phase(row.phase).requires
                assert {states[slug, row.city] for slug in required} <= {State.PASSED}
                parts = ("city", "province") if row.phase == "year-end" else ("city",)
                for part in parts:
                    filing = judged[row.phase, row.city, row.filing, part]
                    assert filing.passed
                    assert Verdict.from_json(filing.verdict).refusals == ()
            states[row.phase, row.city] = row.to_state

    @invariant()
    def nothing_is_filed_late(self) -> None:
        given = self.rows(ExtensionRow)
        for row in self.rows(Transition):
            if row.event == Event.SUBMIT and not row.refused:
                own = [
                    Extension(one.until, one.cause)
                    for one in given
                    if (one.phase, one.city) == (row.phase, row.city) and one.as_of <= row.as_of
                ]
                assert resolve(self.scene.year.phase(row.phase).due, own).met_by(row.as_of)

    @invariant()
    def no_place_is_given_twice(self) -> None:
        gone = {row.city for row in self.rows(CityYear) if row.withdrawn_as_of}  # be all its phases passed
        held = [row for row in self.rows(CityPhase) if row.phase == "interview" and row.tally and row.city not in gone]
        assert sum(row.tally["funded"] for row in held) <= CAP
        assert all(row.tally for row in self.rows(CityPhase) if row.phase == "interview" and row.state == State.PASSED)

    @invariant()
    def no_letter_is_written_twice(self) -> None:
        letters = self.rows(Letter)
        whole = Counter((one.phase, one.concerns, one.attempt, one.recipient, one.kind, one.slot) for one in letters)
        once = Counter(one.recipient for one in letters if one.kind == "appointment")
        assert {*whole.values(), *once.values()} <= {1}


NOTES = frozenset({"load", "extend", "correct", "waive", "resume", "ask", "answer"})
"""The events that change no state."""


def legal(row: Row[Any]) -> bool:
    """A state changes by the table; what changes none is a note or a refused try."""
    if row.from_state != row.to_state:
        return not row.refused and TRANSITIONS.get((State(row.from_state), Event(row.event))) == row.to_state
    return row.refused or row.event in NOTES


def play(template: Path, examples: int, machine: type[Season] = Season, steps: int = 30) -> None:
    machine.template = template
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)


@pytest.fixture
def template(migrated_sqlite: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_sqlite, tmp_path / "template.db"))


def test_what_must_hold_holds(template: Path) -> None:
    play(template, 10)


def overbooked(machine: Season) -> None:
    machine.begin(4, 4)


def late(machine: Season) -> None:
    machine.begin(0, 0)
    machine.wait(24 * 17)
    machine.scene.file("mentor-recommendation", NANJING, at=machine.at)


def standing_on_nothing(machine: Season) -> None:
    machine.begin(2, 0)
    machine.now = instant(FILED["shortlist"])
    machine.rerun(NANJING, "application", 20)
    machine.scene.file("shortlist", NANJING, at=machine.at)


def appointed_twice(machine: Season) -> None:
    machine.begin(1, 0)
    machine.rerun(NANJING, "mentor-recommendation", 5)
    machine.go_on(NANJING)


def nosy(machine: Season) -> None:
    machine.begin(0, 0)
    machine.rerun(NANJING, "mentor-recommendation", 5)
    machine.submit(NANJING, "mentor-recommendation")


BY_ATTEMPT = {**LETTER_KINDS, "appointment": replace(LETTER_KINDS["appointment"], once=False)}

SEEDED: dict[str, tuple[Callable[[Season], None], object, str, object]] = {
    "places are not counted": (overbooked, admission, "funded_places", lambda _: {}),
    "a deadline lets through": (late, season.settle, "_lapse", lambda *_: 0),
    "a rerun holds nothing": (standing_on_nothing, acts.rerun, "held", lambda *_: ()),
    "appointments go by attempt": (appointed_twice, correspondence, "LETTER_KINDS", BY_ATTEMPT),
    "a note is not logged": (nosy, unit_of_work.Season, "note", lambda _, cell, *__, **___: cell),
}


def checked(machine: Season, story: Callable[[Season], None]) -> None:
    story(machine)
    machine.the_log_tells_all_there_is()
    machine.nothing_passes_unmet()
    machine.nothing_is_filed_late()
    machine.no_place_is_given_twice()
    machine.no_letter_is_written_twice()
    machine.refused_tries_are_on_record()


@pytest.mark.parametrize("bug", list(SEEDED))
def test_a_bug_put_in_is_found(template: Path, bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: on a story that comes to it, the machine has teeth; without the bug the story is in order."""
    story, where, name, mutation = SEEDED[bug]
    Season.template = template
    sound, broken = Season(), Season()
    checked(sound, story)
    monkeypatch.setattr(where, name, mutation)
    with pytest.raises(AssertionError):
        checked(broken, story)
    sound.teardown()
    broken.teardown()
