"""The province's evaluation of one city's students, as it is filled in: who is to be evaluated, and what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from models.facts.scope import Scope, in_training
from models.tables.city_drafts import draft_table
from phases.application import STUDENTS
from phases.year_end import EVALUATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from calendars.year import Year

SCORES = ("interest", "knowledge", "potential", "ability", "english")


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A student in training, with the scores and the grade so far, as text."""

    number: str
    name: str
    given: Mapping[str, str]


def students(connection: Connection, year: Year, city: str) -> tuple[Evaluated, ...]:
    """Give the city's students in training, by number."""
    day = {city: year.phases[0].due}
    numbers = in_training(Scope(connection, year, day, day))[city]
    student, draft = draft_table(STUDENTS), draft_table(EVALUATIONS)
    of = (student.c.year == year.year, student.c.city == city, student.c.number.in_(numbers))
    names = dict(connection.execute(select(student.c.number, student.c.name).where(*of)).tuples().all())
    query = select(draft).where(draft.c.year == year.year, draft.c.city == city)
    found = {row.number: row for row in connection.execute(query)}
    return tuple(Evaluated(number, names.get(number, ""), _given(found.get(number))) for number in numbers)


def _given(row: object) -> Mapping[str, str]:
    if row is None:
        return {}
    return {score: f"{getattr(row, score):g}" for score in SCORES} | {"grade": str(getattr(row, "grade"))}  # noqa: B009
