"""What the office sees: the matrix at any instant, read from the log alone; the log itself; the judgements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Row, bindparam, func, select

from calendars.deadlines import Due, Extension, end_of, resolve, start_of
from gates.pending import is_late, second_due
from gates.projection import seen_at
from gates.states import State
from models import standing
from models.alarms import alarms
from models.columns import table_of
from models.one_snapshot import once_a_snapshot
from models.tables.season import CityYear, ExtensionRow, Filing, ProgrammeYear, Transition, WaiverRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select, Table

    from calendars.year import Phase, Year
    from models.alarms import Alarms
    from models.standing import Key, Opened
    from phases.book import Book
    from phases.definition import Total

SHOWN = (
    "phase",
    "city",
    "event",
    "from_state",
    "to_state",
    "attempt",
    "filed_at",
    "passed_at",
    "tally",
    "on_paper",
    "second_at",
)
"""The columns of the log that the matrix is made of: each instant that is read costs as much as all the rest."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A city phase as it stood at an instant. `refusals` and `waived` are rules; `mends` say what would mend each.

    `on_paper`: it passed outside, before the year was opened here; `timeliness` is then None. `second` is until when
    the second part is due, where the year dates one, and `second_at` when that of what stands filed was whole;
    `second_late`: it is not yet, and should be.
    """

    phase: str
    state: State
    attempt: int
    due: Due
    filed_at: datetime | None
    passed_at: datetime | None
    timeliness: str | None
    refusals: tuple[str, ...]
    mends: tuple[str, ...]
    waived: tuple[str, ...]
    on_paper: bool = False
    second: Due | None = None
    second_at: datetime | None = None
    second_late: bool = False

    def as_json(self) -> dict[str, Any]:
        """The phase's part of `talent status --json`."""
        return {
            "phase": self.phase,
            "state": str(self.state),
            "attempt": self.attempt,
            "due": self.due.instant.isoformat(),
            "due_because": list(self.due.because),
            "filed_at": _iso(self.filed_at),
            "passed_at": _iso(self.passed_at),
            "timeliness": self.timeliness,
            "on_paper": self.on_paper,
            "refusals": list(self.refusals),
            "waived": list(self.waived),
            "reruns": self.attempt - 1,
            "second_due": self.second.instant.isoformat() if self.second else None,
            "second_late": self.second_late,
        }


@dataclass(frozen=True, slots=True)
class Standings:
    """All cities of a year at an instant: by city's slug, its phases in order."""

    year: Year
    book: Book
    as_of: datetime
    cities: Mapping[str, tuple[Standing, ...]]


@dataclass(frozen=True, slots=True)
class Matrix(Standings):
    """The same with the province's totals and the alarms.

    `counts` are what the totals are of, by city; `trained` how many students are in training, where that is asked for
    (`models.trained`) and known.
    """

    totals: Mapping[str, int]
    alarms: Alarms
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    trained: Mapping[str, int] | None = None

    @property
    def in_training(self) -> int | None:
        """How many students are in training in the province."""
        return None if self.trained is None else sum(self.trained.values())

    def counted(self, total: Total) -> str:
        """A total in figures, with its cap where it has one: 60/65."""
        return f"{self.totals[total.name]}/{self.totals[total.cap]}" if total.cap else str(self.totals[total.name])

    def as_json(self) -> dict[str, Any]:
        """`talent status --json`."""
        named = {city.slug: city.name for city in self.year.cities}
        return {
            "year": self.year.year,
            "as_of": self.as_of.isoformat(),
            "provisional": self.year.provisional,
            "totals": dict(self.totals),
            "in_training": self.in_training,
            "alarms": self.alarms.as_json(),
            "cities": [
                {"city": slug, "name": named[slug], "phases": [phase.as_json() for phase in phases]}
                for slug, phases in self.cities.items()
            ],
        }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


@once_a_snapshot
def matrix(connection: Connection, year: int, as_of: datetime) -> Matrix:
    """Give the matrix as it stood, or will stand if nobody acts, at an instant: what is late there is shown late."""
    opened, newest, cities = _known(connection, year, as_of)
    left = {city for (_, city), row in newest.items() if row.to_state == State.WITHDRAWN}  # even if it came back since
    counts = _counts(opened, newest, _gone(connection, year, as_of) | left)
    totals = _totals(opened, counts)
    return Matrix(opened.year, opened.book, as_of, cities, totals, alarms(connection, year, as_of), counts)


def standings(connection: Connection, year: int, as_of: datetime) -> Standings:
    """Give of the matrix how the cities stand, for whoever shows no more of it."""
    opened, _, cities = _known(connection, year, as_of)
    return Standings(opened.year, opened.book, as_of, cities)


@once_a_snapshot
def _known(
    connection: Connection, year: int, as_of: datetime
) -> tuple[Opened, Mapping[Key, Row[Any]], Mapping[str, tuple[Standing, ...]]]:
    """Give the year, the newest row of each city phase's log, and how the cities stand by them."""
    opened, newest = standing.opened(connection, year, as_of), _newest(connection, year, as_of)
    return opened, newest, _standings(connection, opened, newest, as_of)


def _standings(
    connection: Connection, opened: Opened, newest: Mapping[Key, Row[Any]], as_of: datetime
) -> Mapping[str, tuple[Standing, ...]]:
    calendar, year = opened.year, opened.year.year
    extensions = _extensions(connection, year, as_of)
    verdicts, waivers = _verdicts(connection, year, as_of), _waivers(connection, year, as_of)
    plain = {phase.slug: _plain(phase, opened.begun) for phase in calendar.phases}
    cities = {}
    for city in calendar.cities:
        states: dict[str, State] = {}
        phases = []
        for phase in calendar.phases:
            key, row, usual = (phase.slug, city.slug), newest.get((phase.slug, city.slug)), plain[phase.slug]
            due = resolve(phase.due, extensions[key]) if key in extensions else usual.due
            states[phase.slug] = state = _state(phase, row, states, due, usual.opens, as_of)
            second = second_due(phase, extensions.get(key, ())) if phase.second_due else None
            if row is None:
                phases.append(Standing(phase.slug, state, 1, due, None, None, None, (), (), (), second=second))
            else:
                waived = waivers.get((*key, row.attempt), ())
                known = _standing(phase, state, row, due, usual.ends, verdicts.get(key, ()), waived)
                late = is_late(state, second, row.second_at, as_of)
                phases.append(replace(known, second=second, second_late=late) if second else known)
        cities[city.slug] = tuple(phases)
    return cities


class _Plain(NamedTuple):
    """What the calendar says of a phase to every city that was given no other day; it opens in no year not begun."""

    due: Due
    opens: datetime
    ends: datetime


def _plain(phase: Phase, begun: datetime | None) -> _Plain:
    opens = start_of(phase.opens)
    return _Plain(resolve(phase.due), max(opens, begun or opens), end_of(phase.due))


def _state(
    phase: Phase, row: Row[Any] | None, states: Mapping[str, State], due: Due, opens: datetime, as_of: datetime
) -> State:
    return seen_at(
        standing.STATES[row.to_state] if row else State.WAITING,
        due.instant,
        as_of,
        opens=opens,
        required=[states[slug] for slug in phase.requires],
        filed=bool(row and row.event == "hold" and row.from_state in {State.SUBMITTED, State.PASSED}),
    )


def _standing(
    phase: Phase,
    state: State,
    row: Row[Any],
    due: Due,
    ends: datetime,
    refused: tuple[Any, ...],
    waived: tuple[str, ...],
) -> Standing:
    timeliness = None
    if state is State.PASSED and row.filed_at:
        timeliness = "on-time" if row.filed_at < ends else "extended"
    told = refused if state in {State.RETURNED, State.OVERDUE} and row.attempt == _attempt(refused) else ()
    return Standing(
        phase.slug,
        state,
        row.attempt,
        due,
        row.filed_at,
        row.passed_at,
        timeliness,
        tuple(rule["rule"] for rule in told[1:]),
        tuple(rule["mend"] for rule in told[1:]),
        waived,
        state is State.PASSED and row.on_paper,
        second_at=row.second_at,
    )


def _attempt(refused: tuple[Any, ...]) -> int | None:
    return refused[0] if refused else None


def _newest(connection: Connection, year: int, as_of: datetime) -> dict[Key, Row[Any]]:
    asked = {"of_year": year, "at": as_of}
    return {(row.phase, row.city): row for row in connection.execute(_newest_moves(), asked)}


@cache
def _newest_moves() -> Select[Any]:
    table = table_of(Transition)
    return select(*(table.c[name] for name in SHOWN)).where(table.c.id.in_(_newest_of(table)))


def _newest_of(table: Table) -> Select[tuple[int]]:
    """Ask for the newest row of each city phase of the year `of_year` until `at`."""
    until = _until(table)
    return select(func.max(table.c.id)).where(*until).group_by(table.c.phase, table.c.city)


def _until(table: Table) -> tuple[ColumnElement[bool], ...]:
    return table.c.year == bindparam("of_year"), table.c.as_of <= bindparam("at")


def _extensions(connection: Connection, year: int, as_of: datetime) -> dict[Key, list[Extension]]:
    found: dict[Key, list[Extension]] = defaultdict(list)
    for phase, city, *given in connection.execute(_granted(), {"of_year": year, "at": as_of}):
        found[phase, city].append(Extension(*given))
    return found


@cache
def _granted() -> Select[Any]:
    table = table_of(ExtensionRow)
    columns = (table.c.phase, table.c.city, table.c.until, table.c.cause, table.c.corrections)
    return select(*columns).where(*_until(table))


def _waivers(connection: Connection, year: int, as_of: datetime) -> dict[tuple[str, str, int], tuple[str, ...]]:
    found: dict[tuple[str, str, int], tuple[str, ...]] = {}
    for *key, rule in connection.execute(_waived(), {"of_year": year, "at": as_of}):
        found[tuple(key)] = (*found.get(tuple(key), ()), rule)
    return found


@cache
def _waived() -> Select[Any]:
    table = table_of(WaiverRow)
    columns = (table.c.phase, table.c.city, table.c.attempt, table.c.rule)
    return select(*columns).where(*_until(table)).order_by(table.c.id)


def _verdicts(connection: Connection, year: int, as_of: datetime) -> dict[Key, tuple[Any, ...]]:
    """Give the newest verdict of each city phase where it refused: its attempt, then the refused rules."""
    return {
        (phase, city): (attempt, *(rule for rule in verdict["rules"] if not rule["ok"] and not rule["waived"]))
        for phase, city, attempt, verdict in connection.execute(_refused(), {"of_year": year, "at": as_of})
    }


@cache
def _refused() -> Select[Any]:
    table = table_of(Filing)
    query = select(table.c.phase, table.c.city, table.c.attempt, table.c.verdict)
    return query.where(table.c.id.in_(_newest_of(table)), ~table.c.passed)


def _gone(connection: Connection, year: int, as_of: datetime) -> frozenset[str]:
    table = table_of(CityYear)
    query = select(table.c.city).where(table.c.year == year, table.c.withdrawn_as_of <= as_of)
    return frozenset(connection.execute(query).scalars())


def _counts(opened: Opened, newest: Mapping[Key, Row[Any]], gone: frozenset[str]) -> dict[str, dict[str, int]]:
    """Give what each city adds to every total of the book; an earlier release may have counted fewer."""
    counts: dict[str, dict[str, int]] = {}
    for city in (one.slug for one in opened.year.cities):
        rows = {total: newest.get((of.slug, city)) for total, of in opened.book.totals.items() if city not in gone}
        tallies = {total: row.tally for total, row in rows.items() if row and row.tally}
        counts[city] = {total.name: tallies.get(total, {}).get(total.name, 0) for total in opened.book.totals}
    return counts


def _totals(opened: Opened, counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Give every total of the book, and the figure that caps it."""
    totals: dict[str, int] = {}
    for total in opened.book.totals:
        totals[total.name] = sum(of[total.name] for of in counts.values())
        if total.cap:
            totals[total.cap] = getattr(opened.year.figures, total.cap)
    return totals


def on_paper(connection: Connection, year: int, phase: str, city: str) -> frozenset[int]:
    """Give the attempts of a city phase that were done on paper."""
    found = connection.execute(_on_paper(), {"of_year": year, "of_phase": phase, "of_city": city})
    return frozenset(found.scalars())


@cache
def _on_paper() -> Select[Any]:
    table = table_of(Transition)
    mine = (table.c[name] == bindparam(f"of_{name}") for name in ("year", "phase", "city"))
    return select(table.c.attempt).where(*mine, table.c.on_paper).distinct()


def revision(connection: Connection, year: int) -> int:
    """Give the year's revision: what a page is cached by."""
    table = table_of(ProgrammeYear)
    return int(connection.execute(select(table.c.revision).where(table.c.year == year)).scalar_one())
