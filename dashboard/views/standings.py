"""A city phase on a line of its own: what a cell of the matrix says, and beside it when, why and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dashboard.views.matrix import lines, timely

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendars.year import City, Phase
    from dashboard.views.matrix import MatrixCell
    from models.reports import Matrix, Standing
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


def rows_of_city(matrix: Matrix, city: str) -> tuple[StandingRow, ...]:
    """Give a city's phases in the order of the year."""
    alone = replace(matrix, cities={city: matrix.cities[city]})
    (line,) = lines(alone)
    told = zip(matrix.year.phases, line.cells, matrix.cities[city], strict=True)
    return tuple(_row(matrix.book, line.city, phase, cell, standing) for phase, cell, standing in told)


def rows_of_phase(matrix: Matrix, phase: str) -> tuple[StandingRow, ...]:
    """Give a phase's cities in the customary order."""
    at = [each.slug for each in matrix.year.phases].index(phase)
    found = zip(lines(matrix), matrix.cities.values(), strict=True)
    return tuple(
        _row(matrix.book, line.city, matrix.year.phases[at], line.cells[at], theirs[at]) for line, theirs in found
    )


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
