"""What waits for the province's hand, and which acts are at hand for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acts.book import offered
from calendars.deadlines import day_of
from calendars.rungs import province_due
from gates.states import State

if TYPE_CHECKING:
    from datetime import date, datetime

    from acts.act import Act
    from calendars.year import City, Phase, Year
    from models.reports import Matrix, Standing
    from phases.book import Book


@dataclass(frozen=True, slots=True)
class Waiting:
    """A city phase that waits: since when, until when, and how many days beyond that it is; 0 where it is in time."""

    city: City
    since: datetime
    until: date
    late: int
    mends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What waits in one phase, the oldest first, with the acts that may be done for several of them at once."""

    phase: Phase
    acts: tuple[Act, ...]
    waiting: tuple[Waiting, ...]


def awaiting(matrix: Matrix) -> tuple[Group, ...]:
    """Give the filings that wait for the province's decision, phase by phase."""
    return tuple(
        Group(phase, _several(matrix.book, phase, State.SUBMITTED), tuple(sorted(found, key=lambda one: one.since)))
        for phase, found in _by_phase(matrix, State.SUBMITTED)
        if phase.province
    )


def late(matrix: Matrix) -> tuple[Group, ...]:
    """Give the cities that are late, phase by phase."""
    return tuple(
        Group(phase, _several(matrix.book, phase, State.OVERDUE), tuple(sorted(found, key=lambda one: one.since)))
        for phase, found in _by_phase(matrix, State.OVERDUE)
    )


def _several(book: Book, phase: Phase, state: State) -> tuple[Act, ...]:
    """Give the acts of a phase; leaving the whole year is not one."""
    return tuple(act for act in offered(book, phase, state) if act.asks("phase"))


def _by_phase(matrix: Matrix, state: State) -> list[tuple[Phase, list[Waiting]]]:
    found = []
    for place, phase in enumerate(matrix.year.phases):
        standings = {slug: phases[place] for slug, phases in matrix.cities.items()}
        mine = [_one(matrix, phase, slug, one) for slug, one in standings.items() if one.state is state]
        if mine:
            found.append((phase, mine))
    return found


def _one(matrix: Matrix, phase: Phase, slug: str, standing: Standing) -> Waiting:
    year: Year = matrix.year
    if standing.state is State.SUBMITTED:
        since = standing.filed_at or matrix.as_of
        due = province_due(since, year.figures, year.working_days, phase.province_due)
    else:
        since, due = standing.due.instant, standing.due
    days = (day_of(matrix.as_of) - due.day).days
    return Waiting(year.city(slug), since, due.day, max(days, 0), standing.mends)
