"""Closing a year, and what it hands to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from gates.states import State
from models.columns import table_of
from models.database import book_of
from models.facts.scope import Scope, admitting, in_state, in_training
from models.shortcuts.bulk import insert_once
from models.tables.city_drafts import draft_table
from models.tables.pool import PoolEntry
from models.tables.season import CityPhase, ProgrammeYear
from models.writing import bump
from phases.application import STUDENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from calendars.year import Year

UNFINISHED = frozenset({State.OPEN, State.SUBMITTED, State.RETURNED, State.OVERDUE, State.WAITING})


def unfinished(connection: Connection, year: int) -> list[tuple[str, str]]:
    """Give the city phases of a year that have neither passed nor ended: phase and city."""
    table = table_of(CityPhase)
    query = select(table.c.phase, table.c.city).where(table.c.year == year, table.c.state.in_([*map(str, UNFINISHED)]))
    return [(phase, city) for phase, city in connection.execute(query.order_by(table.c.id))]


def close(connection: Connection, year: int, as_of: datetime) -> None:
    """Put the year away: it can be read and no longer acted on."""
    table = table_of(ProgrammeYear)
    connection.execute(update(table).where(table.c.year == year).values(closed_as_of=as_of))
    bump(connection, year)


def roll(connection: Connection, year: Year) -> dict[str, int]:
    """Make the next year's pool of the year's people; give how many of each kind it holds. Again: the same.

    Mentors, institutions and schools of cities whose phase passed, and the students who stayed in training.
    """
    scope = Scope.undated(connection, year)
    table = table_of(PoolEntry)
    rows = [
        {"year": year.year + 1, "city": city, "kind": kind, "key": key} for city, kind, key in sorted(people(scope))
    ]
    connection.execute(delete(table).where(table.c.year == year.year + 1))
    insert_once(connection, table, rows)
    counted = select(table.c.kind, func.count()).where(table.c.year == year.year + 1).group_by(table.c.kind)
    return dict(connection.execute(counted.order_by(table.c.kind)).tuples().all())


def people(scope: Scope) -> set[tuple[str, str, str]]:
    """Give whom a year hands to the next: city, kind, key as in the pool."""
    return {*_parties(scope), *_students(scope)}


def _parties(scope: Scope) -> Iterator[tuple[str, str, str]]:
    for kind, (phase, sheet) in book_of(scope.connection).parties.items():
        query, table = scope.of(sheet, "party"), draft_table(sheet)
        query = query.where(table.c.taken) if "taken" in table.c else query
        passed = in_state(scope, phase.slug, [State.PASSED])
        yield from ((city, kind, str(party)) for city, party in scope.connection.execute(query) if city in passed)


def _students(scope: Scope) -> Iterator[tuple[str, str, str]]:
    by = admitting(scope)
    recorded = in_state(scope, by.slug, [State.PASSED]) if by else frozenset()
    training = {(city, number) for city, numbers in in_training(scope).items() for number in numbers}
    for city, number, likeness in scope.connection.execute(scope.of(STUDENTS, "number", "likeness")):
        if city in recorded and (city, number) in training:
            yield city, "student", likeness
