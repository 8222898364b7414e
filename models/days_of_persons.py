"""Later days that single students and mentors were given in a phase: of each the newest holds (decision 58)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from models.columns import table_of
from models.one_snapshot import once_a_snapshot
from models.personal_changes import What
from models.tables.personal_changes import PersonalChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Select

    from models.facts.scope import Scope

TAKEN_BACK = "同全市"
"""What holds of a person whose day was taken back: his city's is his."""

ONE_BY_ONE: frozenset[What] = frozenset({"midterm", "year-end"})
"""The phases in which a single person may be given a later day."""


Days = dict[str, dict[str, date]]
"""By city, student's number or mentor's label, the day that each has in a phase, that day included."""


@once_a_snapshot
def days_by_phase(connection: Connection, year: int) -> dict[str, Days]:
    """Give the days that persons have in each phase in which anybody has one; one statement.

    A student's follows him to another city: a move is on record at the old city, then at the new one.
    """
    found: dict[str, Days] = {phase: defaultdict(dict) for phase in sorted(ONE_BY_ONE)}
    for city, whom, what, now in connection.execute(_days_and_moves(), {"given_in": year}):
        if what == "city":
            for days in found.values():
                had = [days[one].pop(whom) for one in tuple(days) if whom in days[one]]
                days[city] |= dict.fromkeys([whom], had[0]) if had else {}
        elif now == TAKEN_BACK:
            found[what][city].pop(whom, None)
        else:
            found[what][city][whom] = date.fromisoformat(now)
    return {phase: dict(days) for phase, days in found.items() if any(days.values())}


@cache
def _days_and_moves() -> Select[Any]:
    table = table_of(PersonalChange)
    columns = (table.c.city, table.c.number, table.c.what, table.c.now)
    which = (table.c.year == bindparam("given_in"), table.c.what.in_((*sorted(ONE_BY_ONE), "city")))
    return select(*columns).where(*which).order_by(table.c.id)


def days_of_persons(connection: Connection, year: int, phase: str) -> Days:
    """Give the days that persons have in a phase."""
    return days_by_phase(connection, year).get(phase, {}) if phase in ONE_BY_ONE else {}


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
