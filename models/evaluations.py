"""The province's evaluation of one city's students, as it is filled in: who is to be evaluated, and what is there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from models.draft_rows import rows
from models.facts.scope import Scope, in_training
from models.facts.training import evaluations, year_ends
from models.tables.city_drafts import draft_table, value_table
from phases.application import STUDENTS
from phases.midterm import RESULTS
from phases.year_end import DIMENSIONS, EVALUATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from calendars.year import Year


MATERIALS_OF = ("project_report", "training_report", "growth_log", "mentor_evaluation")
"""The year-end materials of a student."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A student in training, with what the province gave so far, by column field, as text."""

    number: str
    name: str
    given: Mapping[str, str]


def students(connection: Connection, year: Year, city: str) -> tuple[Evaluated, ...]:
    """Give the city's students in training, by number."""
    numbers = in_training(Scope.undated(connection, year, [city]))[city]
    student = draft_table(STUDENTS)
    of = (student.c.year == year.year, student.c.city == city, student.c.number.in_(numbers))
    names = dict(connection.execute(select(student.c.number, student.c.name).where(*of)).tuples().all())
    found = {row["number"]: row for row in rows(connection, year.year, city, EVALUATIONS.key)}
    return tuple(Evaluated(number, names.get(number, ""), _given(found.get(number, {}))) for number in numbers)


@dataclass(frozen=True, slots=True)
class TrainedStudent:
    """A student in training with what his evaluation rests on.

    `materials` are how many of the year-end materials are there, `visits` days on campus, `logs` and `talks` the stages
    that have a growth log, an interview record; `qualified` is the midterm's word, None where it has none.
    `scores` are in the order of their columns (`phases/scores.py`), none where none are given; `grade` "" likewise.
    `reasoned`: it is said why the grade was given.
    """

    city: str
    number: str
    name: str
    subject: str
    materials: int
    visits: int
    logs: int
    talks: int
    qualified: bool | None
    scores: tuple[Decimal, ...]
    grade: str
    reasoned: bool


def everybody(connection: Connection, year: Year, cities: Sequence[str], day: date) -> tuple[TrainedStudent, ...]:
    """Give all students in training of these cities as of a day, by number, in as many statements for any number."""
    days = dict.fromkeys(cities, day)
    scope = Scope(connection, year, days, days)
    filed, given = year_ends(scope), evaluations(scope)
    midterm = {row[1]: row[2] for row in connection.execute(scope.of(RESULTS, "number", "qualified"))}
    training = {number for facts in filed.values() for number in facts.in_training}
    materials = {one.number: one for facts in filed.values() for one in facts.materials}
    marks = {one.number: one for facts in given.values() for one in facts.evaluations}
    found = []
    for city, number, name, subject in connection.execute(scope.of(STUDENTS, "number", "name", "subject")):
        if number in training:
            kept, mark = materials.get(number), marks.get(number)
            there = sum(getattr(kept, one) for one in MATERIALS_OF) if kept else 0
            logs, talks = (len(of.get(number, ())) for of in (filed[city].logs, filed[city].records))
            counts = (there, given[city].visits.get(number, 0), logs, talks)
            marked = (mark.scores, mark.grade, mark.reasoned) if mark else ((), "", False)
            found.append(TrainedStudent(city, number, name, subject, *counts, midterm.get(number), *marked))
    return tuple(sorted(found, key=lambda one: one.number))


def regrade(connection: Connection, year: int, city: str, number: str, grade: str, reason: str) -> None:
    """Give a student who was evaluated another grade, with its reason."""
    table = draft_table(EVALUATIONS)
    mine = (table.c.year == year, table.c.city == city, table.c.number == number)
    connection.execute(update(table).where(*mine).values(grade=grade, reason=reason))


def rescore(connection: Connection, year: int, city: str, number: str, place: int, score: Decimal) -> None:
    """Give a student who was evaluated another score in the column at a place, from 1."""
    table, sheet = value_table(EVALUATIONS), draft_table(EVALUATIONS)
    of = (sheet.c.year == year, sheet.c.city == city, sheet.c.number == number)
    line = select(sheet.c.line).where(*of).scalar_subquery()
    mine = (table.c.year == year, table.c.city == city, table.c.line == line, table.c[DIMENSIONS.place] == place)
    connection.execute(update(table).where(*mine).values({DIMENSIONS.name: score}))


def _given(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        field: f"{value.normalize():f}" if isinstance(value, Decimal) else str(value) for field, value in row.items()
    }
