"""The facts of a phase, for the gate that judges it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from models.database import book_of
from models.days_of_persons import due_later
from models.facts import admission, applications, training
from models.facts.scope import admitted, earliest, in_training
from phases.made_of import CityRows
from phases.year_end import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from models.facts.scope import Scope
    from phases.made_of import MadeOf


class NoFactsError(Exception):
    """A defect: a phase says neither what its facts are made of nor is there a query that makes them."""


FACTS: Mapping[str, Callable[[Scope], Mapping[str, Any]]] = MappingProxyType(
    {
        "application": applications.applications,
        "shortlist": admission.shortlists,
        "interview": admission.interviews,
        "year-end": training.year_ends,
        SECOND: training.year_ends,
        "evaluation": training.evaluations,
    }
)
"""By phase (or `evaluation`), where a query makes them: the facts of every city in a scope, however many cities."""

STUDENTS: Mapping[str, Callable[[Scope], Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {"none": lambda _: {}, "admitted": admitted, "in-training": in_training}
)
"""Whom facts made of rows may ask for besides, by city."""


def facts_of(phase: str, scope: Scope) -> Mapping[str, Any]:
    """Give each city's facts for the gate of that phase, in a number of statements that no city adds to."""
    if phase in FACTS:
        return FACTS[phase](scope)
    made_of = book_of(scope.connection)[phase].made_of
    if made_of is None:
        raise NoFactsError(phase)
    return _made(scope, phase, made_of)


def _made(scope: Scope, phase: str, of: MadeOf) -> Mapping[str, Any]:
    sheets = book_of(scope.connection).sheets
    read = {key: scope.grouped(scope.of(sheets[key], *columns)) for key, columns in of.columns.items()}
    students, begun, later = STUDENTS[of.students](scope), earliest(scope, phase), due_later(scope, phase)
    for city, numbers in students.items():
        there = {row.number for rows in read.values() for row in rows.get(city, ())} if later[city] else set()
        students = {**students, city: tuple(n for n in numbers if n in there or n not in later[city])}
    return {
        city: of.make(
            CityRows(
                {key: rows.get(city, ()) for key, rows in read.items()},
                begun,
                scope.filed_on[city],
                scope.due_day[city],
                students.get(city, ()),
            )
        )
        for city in scope.cities
    }
