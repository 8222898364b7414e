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

TAKEN_BACK = "同全市"
"""What holds of a person whose day was taken back: his city's is his."""

ONE_BY_ONE: frozenset[What] = frozenset({"midterm", "year-end"})
"""The phases in which a single person may be given a later day."""


def days_of_persons(connection: Connection, year: int, phase: str) -> dict[str, dict[str, date]]:
    """Give by city, student's number or mentor's label, the day that each has in a phase, that day included.

    A student's follows him to another city: a move is on record at the old city, then at the new one.
    """
    if phase not in ONE_BY_ONE:
        return {}
    table, found = table_of(PersonalChange), defaultdict[str, dict[str, date]](dict)
    columns = (table.c.city, table.c.number, table.c.what, table.c.now)
    query = select(*columns).where(table.c.year == year, table.c.what.in_((phase, "city"))).order_by(table.c.id)
    for city, whom, what, now in connection.execute(query):
        had = [found[one].pop(whom) for one in tuple(found) if what == "city" and whom in found[one]]
        if what == phase and now == TAKEN_BACK:
            found[city].pop(whom, None)
        elif until := had[0] if had else date.fromisoformat(now) if what == phase else None:
            found[city][whom] = until
    return found


def due_later(scope: Scope, phase: str) -> Mapping[str, frozenset[str]]:
    """Give by city who is due on a later day than that on which it filed; nobody in a scope of `everybody`.

    Whoever has a day of his own is due on the city's where that is the later one.
    """
    none = frozenset[str]()
    if scope.everybody:
        return dict.fromkeys(scope.cities, none)
    given = days_of_persons(scope.connection, scope.year.year, phase)
    return {
        city: frozenset(whom for whom, until in given.get(city, {}).items() if max(until, scope.due_day[city]) >= filed)
        for city, filed in scope.filed_on.items()
    }


def one_by_one(phase: str) -> What | None:
    """Give what a later day of a single person in a phase is called on record; None where there is none."""
    return phase if phase in ONE_BY_ONE else None
