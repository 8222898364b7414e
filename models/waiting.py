"""Who is waited for in a matrix: the late cities, and the filings that the province has to decide about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gates.pending import pending

if TYPE_CHECKING:
    from calendars.year import City, Phase
    from gates.pending import Pending
    from models.reports import Matrix, Standing


@dataclass(frozen=True, slots=True)
class Waiting:
    """A city phase that somebody's hand is waited for in."""

    phase: Phase
    city: City
    standing: Standing
    pending: Pending


def pending_of(matrix: Matrix, phase: Phase, standing: Standing) -> Pending | None:
    """Give whose hand a city phase of the matrix waits for; None where nobody's."""
    return pending(matrix.year, phase, standing.state, standing.due, standing.filed_at, matrix.as_of)


def waiting(matrix: Matrix, *, province: bool) -> tuple[Waiting, ...]:
    """Give what waits for the province, or the late cities, phase by phase in the order of the year."""
    return tuple(
        Waiting(phase, matrix.year.city(slug), one, found)
        for phase in matrix.year.phases
        for slug, standings in matrix.cities.items()
        for one in standings
        if one.phase == phase.slug and (found := pending_of(matrix, phase, one)) and found.province is province
    )
