"""Who is waited for in a matrix: the late cities, and the filings that the province has to decide about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.deadlines import resolve
from gates.pending import pending
from gates.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.moments import Moment, MomentKind
    from calendars.year import City, Phase
    from gates.pending import Pending
    from models.reports import Matrix, Standing, Standings

AHEAD = frozenset({State.WAITING, State.OPEN, State.RETURNED})
LATE = frozenset({State.OVERDUE})
UNDER_WAY = frozenset(State) - {State.PASSED, State.WITHDRAWN}
CHASED = frozenset({"rung", "next-day", "third-day"})
"""The moments at which whoever has not filed is written to."""

CONCERNED: Mapping[MomentKind, frozenset[State]] = {
    "rung": AHEAD,
    "next-day": AHEAD | LATE,
    "third-day": AHEAD | LATE,
    "second": UNDER_WAY,
    "province-due": UNDER_WAY,
}
"""By moment, the states in which a city phase may come to it: what has passed ends, and is reminded of, no more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A city phase that somebody's hand is waited for in."""

    phase: Phase
    city: City
    standing: Standing
    pending: Pending


def pending_of(found: Standings, phase: Phase, standing: Standing) -> Pending | None:
    """Give whose hand a city phase waits for; None where nobody's."""
    return pending(found.year, phase, standing, found.as_of)


def chases(matrix: Matrix, moment: Moment) -> bool:
    """Tell whether a coming moment concerns anybody as things stand; past the due day only who is late is chased."""
    states = CONCERNED.get(moment.kind)
    if states is None:
        return True
    if moment.kind in CHASED and resolve(matrix.year.phase(moment.phase).due).instant <= matrix.as_of:
        states &= LATE
    those = (one for mine in matrix.cities.values() for one in mine if one.phase == moment.phase)
    return any(one.state in states and not (moment.kind == "second" and one.second_at) for one in those)


def waiting(found: Standings, *, province: bool) -> tuple[Waiting, ...]:
    """Give what waits for the province, or the late cities, phase by phase in the order of the year."""
    return tuple(
        Waiting(phase, found.year.city(slug), one, pends)
        for phase in found.year.phases
        for slug, standings in found.cities.items()
        for one in standings
        if one.phase == phase.slug and (pends := pending_of(found, phase, one)) and pends.province is province
    )
