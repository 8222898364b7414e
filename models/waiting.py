"""Who is waited for in a matrix: the late cities, and the filings that the province has to decide about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gates.pending import pending
from gates.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

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
    "opening": frozenset({State.WAITING}),
    "rung": AHEAD,
    "monthly": AHEAD,
    "deadline": AHEAD,
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


def concerns(moment: Moment, one: Standing, as_of: datetime) -> bool:
    """Tell whether a coming moment of its own days concerns a city phase; past them only who is late is chased."""
    states = CONCERNED[moment.kind]
    if moment.kind in CHASED and one.due.instant <= as_of:
        states &= LATE
    return one.state in states and not (moment.kind == "second" and one.second_at)


def chases(matrix: Matrix, moment: Moment) -> bool:
    """Tell whether a coming moment of the calendar concerns any city that has no later day of its own."""
    due = matrix.year.phase(moment.phase).due
    those = (one for mine in matrix.cities.values() for one in mine if one.phase == moment.phase)
    return any(one.due.day == due and concerns(moment, one, matrix.as_of) for one in those)


def waiting(found: Standings, *, province: bool) -> tuple[Waiting, ...]:
    """Give what waits for the province, or the late cities, phase by phase in the order of the year."""
    return tuple(
        Waiting(phase, found.year.city(slug), one, pends)
        for phase in found.year.phases
        for slug, standings in found.cities.items()
        for one in standings
        if one.phase == phase.slug and (pends := pending_of(found, phase, one)) and pends.province is province
    )
