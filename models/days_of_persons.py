"""Later days that single students and mentors were given in a phase: of each the newest holds (decision 58)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from models.columns import table_of
from models.personal_changes import What
from models.tables.personal_changes import PersonalChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from models.facts.scope import Scope

ONE_BY_ONE: frozenset[What] = frozenset({"midterm", "year-end"})
"""The phases in which a single person may be given a later day."""


def days_of_persons(connection: Connection, year: int, phase: str) -> dict[str, dict[str, date]]:
    """Give by city, student's number or mentor's label, the day that each has in a phase, that day included."""
    if phase not in ONE_BY_ONE:
        return {}
    table, found = table_of(PersonalChange), defaultdict[str, dict[str, date]](dict)
    query = select(table.c.city, table.c.number, table.c.now).where(table.c.year == year, table.c.what == phase)
    for city, whom, until in connection.execute(query.order_by(table.c.id)):
        found[city][whom] = date.fromisoformat(until)
    return found


def due_later(scope: Scope, phase: str) -> Mapping[str, frozenset[str]]:
    """Give by city who is due on a later day than that on which it filed; nobody in a scope of `everybody`."""
    none = frozenset[str]()
    if scope.everybody:
        return dict.fromkeys(scope.cities, none)
    given = days_of_persons(scope.connection, scope.year.year, phase)
    return {
        city: frozenset(whom for whom, until in given.get(city, {}).items() if until >= filed)
        for city, filed in scope.filed_on.items()
    }


def one_by_one(phase: str) -> What | None:
    """Give what a later day of a single person in a phase is called on record; None where there is none."""
    return phase if phase in ONE_BY_ONE else None
