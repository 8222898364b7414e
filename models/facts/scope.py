"""Whose facts are asked for, and the small queries that several phases share."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, String, and_, bindparam, func, or_, select, type_coerce

from gates.states import State
from models.columns import table_of
from models.database import book_of
from models.one_snapshot import once_a_snapshot
from models.sealed import Sealed
from models.tables.city_drafts import draft_table
from models.tables.personal_changes import PersonalChange
from models.tables.season import CityPhase, CityYear, Filing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import ColumnElement, Connection, Table

    from calendars.year import Year
    from phases.definition import LetOn, PhaseDefinition
    from phases.stored_sheet import StoredSheet


@dataclass(frozen=True, slots=True)
class Scope:
    """The cities whose facts are asked for; `filed_on` is each one's day of filing, `due_day` its effective due day.

    `everybody` is asked for, or nobody who is due on a later day of his own than that of filing.
    """

    connection: Connection
    year: Year
    filed_on: Mapping[str, date]
    due_day: Mapping[str, date]
    everybody: bool = False

    @classmethod
    def undated(cls, connection: Connection, year: Year, cities: Iterable[str] | None = None) -> Scope:
        """Give the scope of what no day is asked for: these cities, or all."""
        slugs = (city.slug for city in year.cities) if cities is None else cities
        return cls(connection, year, dict.fromkeys(slugs, date.min), {})

    @property
    def cities(self) -> tuple[str, ...]:
        """The cities, in the order given."""
        return tuple(self.filed_on)

    def of(self, sheet: StoredSheet, *columns: str) -> Select[Any]:
        """Select these columns of a draft's rows of these cities, the city first, in the order of the workbook.

        Of an encrypted one, whether anything stands there: no gate needs more, and none waits for a key.
        """
        table = draft_table(sheet)
        chosen = (table.c.city, *(_asked(table.c[name]) for name in columns))
        return select(*chosen).where(*self.mine(table)).order_by(table.c.city, table.c.line)

    def mine(self, table: Table) -> tuple[Any, ...]:
        """Conditions: this year's rows of these cities."""
        return (table.c.year == self.year.year, table.c.city.in_(self.cities))

    def grouped(self, query: Select[Any]) -> dict[str, list[Row[Any]]]:
        """Run a query whose first column is the city."""
        found: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in self.connection.execute(query):
            found[row[0]].append(row)
        return found


def _asked(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return (type_coerce(column, String) != "").label(column.key) if isinstance(column.type, Sealed) else column


def in_state(scope: Scope, phase: str, states: Iterable[State]) -> frozenset[str]:
    """Give all cities of the year, in scope or not, whose phase is in one of these states."""
    return _in_state(scope.connection, scope.year.year, phase, tuple(states))


@once_a_snapshot
def _in_state(connection: Connection, year: int, phase: str, states: tuple[State, ...]) -> frozenset[str]:
    return frozenset(connection.execute(_standing(states), {"of_year": year, "of_phase": phase}).scalars())


@lru_cache(maxsize=32)
def _standing(states: tuple[State, ...]) -> Select[Any]:
    table = table_of(CityPhase)
    mine = (table.c.year == bindparam("of_year"), table.c.phase == bindparam("of_phase"))
    return select(table.c.city).where(*mine, table.c.state.in_([state.value for state in states]))


def counting(scope: Scope, phase: str, *, decided: bool = False) -> frozenset[str]:
    """Give all cities still in the year whose filing in a phase counts; `decided`: not those that wait for a decision.

    Where filings add up to totals it counts as long as it is in them, elsewhere as long as nobody has to file it again.
    """
    cell, city = table_of(CityPhase), table_of(CityYear)
    of, filed = book_of(scope.connection).phases.get(phase), [State.SUBMITTED.value, State.PASSED.value]
    counts = cell.c.tally.is_not(None) if of and of.totals else or_(cell.c.state.in_(filed), cell.c.resume.is_not(None))
    same = and_(cell.c.year == city.c.year, cell.c.city == city.c.city)
    query = select(cell.c.city).join_from(cell, city, same).where(counts, city.c.withdrawn_as_of.is_(None))
    query = query.where(cell.c.year == scope.year.year, cell.c.phase == phase)
    if decided:
        query = query.where(cell.c.state != State.SUBMITTED.value)
    return frozenset(scope.connection.execute(query).scalars())


def earliest(scope: Scope, phase: str) -> date:
    """Give the day on which the phase opened that a phase stands on: nothing of this one was done before."""
    before = book_of(scope.connection).standing_on(phase, scope.year)
    return scope.year.phase(before.slug if before else phase).opens


def let_on(scope: Scope, phase: str) -> tuple[dict[str, frozenset[str]], str]:
    """Give the numbers of the students whom the phase it stands on lets on to a phase, by city, and their list's name.

    Nobody, and "", where that phase lets nobody on by name.
    """
    book = book_of(scope.connection)
    before = book.standing_on(phase, scope.year)
    if before is None or before.lets_on is None:
        return {}, ""
    return {city: frozenset(numbers) for city, numbers in on_list(scope, before.lets_on).items()}, before.lets_on.called


def on_list(scope: Scope, by: LetOn) -> dict[str, list[str]]:
    """Give the numbers of the students on a list, by city."""
    sheet = book_of(scope.connection).sheets[by.sheet]
    rows = scope.grouped(scope.of(sheet, "number").where(draft_table(sheet).c[by.column]))
    return {city: [row.number for row in found] for city, found in rows.items()}


def still_in(scope: Scope, phase: str) -> dict[str, tuple[str, ...]]:
    """Give the numbers of the students let on by the last phase before this one that lets any on, and still in."""
    slugs, book = [each.slug for each in scope.year.phases], book_of(scope.connection)
    before = (book.phases[slug] for slug in reversed(slugs[: slugs.index(phase)]) if slug in book.phases)
    by = next((one.lets_on for one in before if one.lets_on), None)
    if by is None or by.trains:
        return in_training(scope) if by else {}
    return {city: tuple(numbers) for city, numbers in on_list(scope, by).items()}


def judged_here(scope: Scope, table: Table) -> ColumnElement[bool]:
    """Say of a sheet that names students: whom the city tested itself; a first move is on record where he came from."""
    change = table_of(PersonalChange)
    moves = select(func.min(change.c.id)).where(change.c.year == scope.year.year, change.c.what == "city")
    moved = select(change.c.number).where(change.c.id.in_(moves.group_by(change.c.number)))
    return table.c.number.not_in(moved.where(change.c.city != table.c.city))


def withdrawn(scope: Scope) -> frozenset[str]:
    """Give all cities that left the year."""
    return _withdrawn(scope.connection, scope.year.year)


@once_a_snapshot
def _withdrawn(connection: Connection, year: int) -> frozenset[str]:
    return frozenset(connection.execute(_who_left(), {"of_year": year}).scalars())


@cache
def _who_left() -> Select[Any]:
    table = table_of(CityYear)
    return select(table.c.city).where(table.c.year == bindparam("of_year"), table.c.withdrawn_as_of.is_not(None))


def admitted(scope: Scope) -> dict[str, tuple[str, ...]]:
    """Give the numbers of each city's admitted students, in order, but for those who left by an act on them alone."""
    by = admitting(scope)
    found = on_list(scope, by.lets_on) if by and by.lets_on else {}
    gone = _left(scope) if found else frozenset()
    return {city: tuple(n for n in sorted(found.get(city, ())) if (city, n) not in gone) for city in scope.cities}


def _left(scope: Scope) -> frozenset[tuple[str, str]]:
    """Give those who left training by an act on them alone."""
    table = table_of(PersonalChange)
    query = select(table.c.city, table.c.number).where(*scope.mine(table), table.c.what == "training")
    return frozenset(scope.connection.execute(query).tuples())


def admitting(scope: Scope) -> PhaseDefinition | None:
    """Give the phase that lets students into training; None where the book has none."""
    phases = book_of(scope.connection).phases.values()
    return next((phase for phase in phases if phase.lets_on and phase.lets_on.trains), None)


def in_training(scope: Scope) -> dict[str, tuple[str, ...]]:
    """Give the numbers of each city's students in training: admitted, and taken out by no filing that passed."""
    gone = _exited(scope)
    return {city: tuple(n for n in numbers if (city, n) not in gone) for city, numbers in admitted(scope).items()}


def _exited(scope: Scope) -> frozenset[tuple[str, str]]:
    """Give those whom the last filing that passed took out; while its phase is run again, that one still stands."""
    filing = table_of(Filing)
    by = {slug: phase.takes_out for slug, phase in book_of(scope.connection).phases.items() if phase.takes_out}
    last = (
        select(func.max(filing.c.id))
        .where(*scope.mine(filing), filing.c.phase.in_(by), filing.c.passed)
        .group_by(filing.c.city, filing.c.phase)
    )
    query = select(filing.c.city, filing.c.phase, filing.c.facts).where(filing.c.id.in_(last))
    return frozenset(
        (city, row["number"])
        for city, phase, facts in scope.connection.execute(query)
        for row in facts[by[phase].results]
        if not row[by[phase].stays]
    )
