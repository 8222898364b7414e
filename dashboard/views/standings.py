"""A city phase on a line of its own: what a cell of the matrix says, and beside it when, why and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dashboard.views.matrix import lines, timely

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendars.year import City, Phase
    from dashboard.views.matrix import MatrixCell
    from models.reports import Standing, Standings
    from phases.book import Book


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One city in one phase. `why` says what the due day follows from; `mends` are rule names, each with its sentence.

    `waived` are rule names. `timeliness` is "" until the phase has passed; what was done on paper says that instead.
    """

    city: City
    phase: Phase
    cell: MatrixCell
    attempt: int
    due: date
    why: str
    filed_at: datetime | None
    passed_at: datetime | None
    timeliness: str
    on_paper: bool
    mends: tuple[tuple[str, str], ...]
    waived: tuple[str, ...]


def rule_name(book: Book, rule: str) -> str:
    """Name a rule as the notice's reader knows it; one that a later version took away by its id."""
    return book.rules[rule].name if rule in book.rules else rule


def rows_of_city(found: Standings, city: str) -> tuple[StandingRow, ...]:
    """Give a city's phases in the order of the year."""
    (line,) = lines(replace(found, cities={city: found.cities[city]}))
    told = zip(found.year.phases, line.cells, found.cities[city], strict=True)
    return tuple(_row(found.book, line.city, phase, cell, standing) for phase, cell, standing in told)


def rows_of_phase(found: Standings, phase: str) -> tuple[StandingRow, ...]:
    """Give a phase's cities in the customary order."""
    year = found.year
    at = [each.slug for each in year.phases].index(phase)
    told = zip(lines(found), found.cities.values(), strict=True)
    return tuple(_row(found.book, line.city, year.phases[at], line.cells[at], theirs[at]) for line, theirs in told)


def _row(book: Book, city: City, phase: Phase, cell: MatrixCell, standing: Standing) -> StandingRow:
    return StandingRow(
        city,
        phase,
        cell,
        standing.attempt,
        standing.due.day,
        standing.due.why,
        standing.filed_at,
        standing.passed_at,
        timely(standing),
        standing.on_paper,
        tuple((rule_name(book, rule), mend) for rule, mend in zip(standing.refusals, standing.mends, strict=True)),
        tuple(rule_name(book, rule) for rule in standing.waived),
    )
