"""Where the city phases stand: the year's snapshot that an act works on, in a handful of queries for all cities."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam, func, select

from calendars.deadlines import Extension
from calendars.errors import TalentError
from calendars.files import load, shipped, stored
from calendars.versions import RULES
from gates.states import Event, State
from gates.verdict import Waived
from models.columns import table_of
from models.database import book_of
from models.histories import why
from models.one_snapshot import once_a_snapshot
from models.revised_calendars import calendar_at, replaced
from models.tables.season import CityPhase, CityYear, ExtensionRow, ProgrammeYear, Transition, WaiverRow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sqlalchemy import Connection, Select

    from calendars.year import Year
    from forms.definitions import AskedSheet, Form
    from phases.book import Book

Key = tuple[str, str]
"""A phase's slug and a city's."""


class YearNotOpen(TalentError):
    """{year} 年度尚未开设；请先运行 talent year open {year}。"""


class NoYearOpen(TalentError):
    """还没有开设任何年度；请先运行 talent year open 年份。"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One city phase as it stands; the fields are those of `CityPhase`."""

    id: int
    phase: str
    city: str
    state: State
    attempt: int
    moves: int
    filings: int
    since: datetime | None
    filed_at: datetime | None
    passed_at: datetime | None
    as_of: datetime
    resume: str | None
    tally: Mapping[str, int] | None
    on_paper: bool = False
    second_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A year that was opened: its calendar, the phases there are, and whether it is a rehearsal, whose time is `clock`.

    `begun` is when it was opened, as of the programme; before that nothing was open and nothing late. `trial` is the
    mailbox that the letters of a year go to that is tried, None of one that is live.
    """

    year: Year
    book: Book
    rehearsal: bool
    closed_as_of: datetime | None
    revision: int
    clock: datetime | None = None
    begun: datetime | None = None
    trial: str | None = None

    def form(self, slug: str) -> Form[AskedSheet]:
        """Give a form as the year asks it; KeyError where there is none of that slug."""
        return self.book.form(slug, self.year)


@lru_cache(maxsize=16)
def _calendar(text: str, source: str) -> Year:
    return stored(text, source)


def newest_year(connection: Connection) -> int:
    """Give the newest year that was opened; raise `NoYearOpen` where there is none."""
    table = table_of(ProgrammeYear)
    newest = select(table.c.year).order_by(table.c.closed_as_of.is_not(None), table.c.year.desc()).limit(1)
    found = connection.execute(newest).scalar()
    if found is None:
        raise NoYearOpen
    return int(found)


def years_open(connection: Connection) -> tuple[int, ...]:
    """Give every year that was opened, archived ones too, ascending."""
    return tuple(connection.execute(_years()).scalars())


@cache
def _years() -> Select[Any]:
    table = table_of(ProgrammeYear)
    return select(table.c.year).order_by(table.c.year)


def years_running(connection: Connection) -> tuple[int, ...]:
    """Give every year that was opened and is not archived, ascending."""
    table = table_of(ProgrammeYear)
    running = select(table.c.year).where(table.c.closed_as_of.is_(None))
    return tuple(connection.execute(running.order_by(table.c.year)).scalars())


def any_year(connection: Connection, *, rehearsal: bool) -> int | None:
    """Give a year of that kind, if there is one: rehearsals and real years do not share a database."""
    table = table_of(ProgrammeYear)
    return connection.execute(select(table.c.year).where(table.c.rehearsal.is_(rehearsal)).limit(1)).scalar()


@once_a_snapshot
def opened(connection: Connection, year: int, as_of: datetime | None = None) -> Opened:
    """Give a year as it was opened; raise `YearNotOpen`. At a past instant, with the calendar that it ran on then."""
    row = connection.execute(_opened(past=as_of is not None), {"of_year": year, "at": as_of}).one_or_none()
    if row is None:
        raise YearNotOpen(year=year)
    text = row.calendar if as_of is None else row.then or row.calendar
    calendar = _calendar(text, f"{year} 年度日历")
    book = book_of(connection).judging(_since(row.rules, as_of))
    its = (row.rehearsal, row.closed_as_of, row.revision, row.clock, row.opened_as_of, row.trial)
    return Opened(calendar, book, *its)


@cache
def _opened(*, past: bool) -> Select[Any]:
    table, year = table_of(ProgrammeYear), bindparam("of_year", type_=Integer)
    then = [calendar_at(year, bindparam("at")).label("then")] if past else []
    return select(table, *then).where(table.c.year == year)


def calendar_then(connection: Connection, year: Year) -> Callable[[datetime], Year]:
    """Give what tells the calendar that a year ran on at an instant; `year` is the one that it runs on now."""
    was = replaced(connection, year.year)

    def then(at: datetime) -> Year:
        text = next((text for until, text in was if until > at), None)
        return year if text is None else _calendar(text, f"{year.year} 年度日历")

    return then


def _since(rules: Mapping[str, str | None] | None, as_of: datetime | None) -> Collection[str]:
    """Give the ids of the rules that a year judges by, at an instant."""
    if rules is None:
        return RULES
    kept = ((rule, since and datetime.fromisoformat(since)) for rule, since in rules.items())
    return [rule for rule, since in kept if not since or as_of is None or since <= as_of]


def rules_since(connection: Connection, year: int) -> dict[str, datetime]:
    """Give the rules that a year took up after it was opened, each with the instant since when."""
    table = table_of(ProgrammeYear)
    rules = connection.execute(select(table.c.rules).where(table.c.year == year)).scalar_one() or {}
    return {rule: datetime.fromisoformat(since) for rule, since in rules.items() if since}


def newest_calendar(connection: Connection) -> Year:
    """Give the newest opened year's calendar, the newest that comes with the programme where none is open yet."""
    try:
        return opened(connection, newest_year(connection)).year
    except NoYearOpen:
        return load(shipped()[-1])


def cells(connection: Connection, year: int, cities: Collection[str] | None) -> dict[Key, Cell]:
    """Give the city phases of these cities (None: all), by phase and city."""
    found = {}
    for key, phase, city, state, *rest in connection.execute(_cells(_in_order(cities)), {"standing_in": year}):
        found[phase, city] = Cell(key, phase, city, STATES[state], *rest)
    return found


def _in_order(cities: Collection[str] | None) -> tuple[str, ...] | None:
    return None if cities is None else tuple(sorted(cities))


@lru_cache(maxsize=32)
def _cells(cities: tuple[str, ...] | None) -> Select[Any]:
    table = table_of(CityPhase)
    query = select(*(table.c[field.name] for field in fields(Cell))).where(table.c.year == bindparam("standing_in"))
    query = query.order_by(table.c.id)
    return query if cities is None else query.where(table.c.city.in_(cities))


def done_on_paper(connection: Connection, year: int) -> frozenset[str]:
    """Give the phases that were done on paper when the year was opened, whatever was run again since."""
    table = table_of(Transition)
    query = select(table.c.phase).where(table.c.year == year, table.c.event == Event.ON_PAPER).distinct()
    return frozenset(connection.execute(query).scalars())


def came_by(connection: Connection, year: int, cell: Cell) -> Event | None:
    """Give the event that led a city phase to its present state; None where nothing happened to it."""
    table = table_of(Transition)
    mine = (table.c.year == year, table.c.phase == cell.phase, table.c.city == cell.city)
    query = select(table.c.event).where(*mine, table.c.from_state != table.c.to_state).order_by(table.c.seq.desc())
    found = connection.execute(query.limit(1)).scalar()
    return Event(found) if found else None


def filed_and_held(connection: Connection, year: int, as_of: datetime) -> frozenset[Key]:
    """Give the city phases that had been filed and were held at an instant, to be judged again; left or not since."""
    table = table_of(Transition)
    came = (table.c.from_state != table.c.to_state) & table.c.event.not_in([Event.WITHDRAW, Event.REJOIN])
    newest = select(func.max(table.c.id)).where(table.c.year == year, table.c.as_of <= as_of, came)
    query = select(table.c.phase, table.c.city).where(
        table.c.id.in_(newest.group_by(table.c.phase, table.c.city)),
        table.c.event == Event.HOLD,
        table.c.from_state.in_([State.SUBMITTED, State.PASSED]),
    )
    return frozenset((phase, city) for phase, city in connection.execute(query))


def newest_act(connection: Connection, year: int) -> datetime:
    """Give the instant of the newest log row of a year that is open, its opening where there is none."""
    table = table_of(CityPhase)
    newest: datetime = connection.execute(select(func.max(table.c.as_of)).where(table.c.year == year)).scalar_one()
    return newest


STATES = {state.value: state for state in State}


def states(connection: Connection, year: int, cities: Collection[str] | None) -> dict[Key, State]:
    """Give the states alone, for whoever only counts them: most of what reading a cell costs is its instants."""
    table = table_of(CityPhase)
    query = select(table.c.phase, table.c.city, table.c.state).where(table.c.year == year).order_by(table.c.id)
    if cities is not None:
        query = query.where(table.c.city.in_(cities))
    return {(phase, city): STATES[state] for phase, city, state in connection.execute(query)}


def extensions(connection: Connection, year: int, cities: Collection[str] | None) -> dict[Key, list[Extension]]:
    """Give each city phase's own later due days, the oldest first."""
    found: dict[Key, list[Extension]] = defaultdict(list)
    for phase, city, *given in connection.execute(_extensions(_in_order(cities)), {"extended_in": year}):
        found[phase, city].append(Extension(*given))
    return found


@lru_cache(maxsize=32)
def _extensions(cities: tuple[str, ...] | None) -> Select[Any]:
    table = table_of(ExtensionRow)
    columns = (table.c.phase, table.c.city, table.c.until, table.c.cause, table.c.corrections)
    query = select(*columns).where(table.c.year == bindparam("extended_in")).order_by(table.c.id)
    return query if cities is None else query.where(table.c.city.in_(cities))


def given_at(connection: Connection, year: int) -> dict[Key, datetime]:
    """Give when each city phase was last given a due day of its own."""
    table = table_of(ExtensionRow)
    query = select(table.c.phase, table.c.city, func.max(table.c.as_of)).where(table.c.year == year)
    return {(phase, city): at for phase, city, at in connection.execute(query.group_by(table.c.phase, table.c.city))}


def waivers(
    connection: Connection, year: int, cities: Collection[str] | None
) -> dict[tuple[str, str, int], dict[str, Waived]]:
    """Give the waived rules by phase, city and attempt."""
    found: dict[tuple[str, str, int], dict[str, Waived]] = defaultdict(dict)
    for row in connection.execute(_waivers(_in_order(cities)), {"waived_in": year}):
        found[row.phase, row.city, row.attempt][row.rule] = Waived(row.by, row.reason)
    return found


@lru_cache(maxsize=32)
def _waivers(cities: tuple[str, ...] | None) -> Select[Any]:
    table = table_of(WaiverRow)
    query = select(table).where(table.c.year == bindparam("waived_in"))
    return query if cities is None else query.where(table.c.city.in_(cities))


def city_slugs(connection: Connection, year: int) -> tuple[str, ...]:
    """Give the year's cities, in the customary order."""
    table = table_of(CityYear)
    query = select(table.c.city).where(table.c.year == year).order_by(table.c.position)
    return tuple(connection.execute(query).scalars())


def returned_before(connection: Connection, year: int, cell: Cell) -> bool:
    """Tell whether a gate has returned this city phase in its present attempt."""
    table = table_of(Transition)
    query = select(table.c.id).where(
        table.c.year == year,
        table.c.phase == cell.phase,
        table.c.city == cell.city,
        table.c.attempt == cell.attempt,
        table.c.event == Event.RETURN.value,
    )
    return connection.execute(query.limit(1)).scalar() is not None


def withdrawn(connection: Connection, year: int) -> frozenset[str]:
    """Give the cities that left the year."""
    table = table_of(CityYear)
    query = select(table.c.city).where(table.c.year == year, table.c.withdrawn_as_of.is_not(None))
    return frozenset(connection.execute(query).scalars())


def begun_by(connection: Connection, year: int, cell: Cell) -> tuple[str | None, tuple[str, ...]]:
    """Give the reason of the rerun that began a city phase's attempt, and which later phases it held, from the log."""
    table = table_of(Transition)
    query = select(table.c.phase, table.c.event, why(table)).where(
        table.c.year == year,
        table.c.city == cell.city,
        table.c.as_of == cell.since,
        ((table.c.event == Event.RERUN) & (table.c.phase == cell.phase)) | (table.c.event == Event.HOLD),
    )
    rows = connection.execute(query.order_by(table.c.id)).tuples().all()
    reason = next((said for _, event, said in rows if event == Event.RERUN), None)
    return reason, tuple(phase for phase, event, _ in rows if event == Event.HOLD)


def newest_write(connection: Connection) -> datetime | None:
    """Give when, by the clock, something was last put into the log of any year; None where nothing was."""
    return connection.execute(select(func.max(table_of(Transition).c.at))).scalar()
