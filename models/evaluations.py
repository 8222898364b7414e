"""The province's evaluation of one city's students, as it is filled in: who is to be evaluated, and what is there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from models.draft_rows import rows
from models.facts.scope import Scope, in_training
from models.tables.city_drafts import draft_table
from phases.application import STUDENTS
from phases.year_end import EVALUATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from calendars.year import Year


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A student in training, with what the province gave so far, by column field, as text."""

    number: str
    name: str
    given: Mapping[str, str]


def students(connection: Connection, year: Year, city: str) -> tuple[Evaluated, ...]:
    """Give the city's students in training, by number."""
    day = {city: year.phases[0].due}
    numbers = in_training(Scope(connection, year, day, day))[city]
    student = draft_table(STUDENTS)
    of = (student.c.year == year.year, student.c.city == city, student.c.number.in_(numbers))
    names = dict(connection.execute(select(student.c.number, student.c.name).where(*of)).tuples().all())
    found = {row["number"]: row for row in rows(connection, year.year, city, EVALUATIONS.key)}
    return tuple(Evaluated(number, names.get(number, ""), _given(found.get(number, {}))) for number in numbers)


def regrade(connection: Connection, year: int, city: str, number: str, grade: str, reason: str) -> None:
    """Give a student who was evaluated another grade, with its reason."""
    table = draft_table(EVALUATIONS)
    mine = (table.c.year == year, table.c.city == city, table.c.number == number)
    connection.execute(update(table).where(*mine).values(grade=grade, reason=reason))


def _given(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {field: f"{value:g}" if isinstance(value, Decimal) else str(value) for field, value in row.items()}
