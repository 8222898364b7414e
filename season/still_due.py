"""Who was given a day of his own in a phase and has not everything there yet: shown and told until he has."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calendars.deadlines import day_of
from gates.states import State
from models.days_of_persons import days_by_phase, days_of_persons
from models.facts.of_phase import facts_of
from models.stamp import SYSTEM, Stamp
from season import judging
from season.unit_of_work import Season

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from models.days_of_persons import Days
    from models.standing import Cell

UNDER_WAY = frozenset({State.OPEN, State.SUBMITTED, State.RETURNED, State.OVERDUE})


class StillDue(NamedTuple):
    """A student, by number, or a mentor, by label, who has a day of his own to be complete in a city phase.

    `until` is that day, or the city's own where that is the later one.
    """

    phase: str
    city: str
    whom: str
    until: date


def still_due(season: Season, cities: Sequence[str] | None = None) -> tuple[StillDue, ...]:
    """Give them in the order of the phases and cities (None: of all read); nothing is judged where nobody has a day."""
    given = days_by_phase(season.connection, season.year.year)
    return _of_phases(season, given, season.cities if cities is None else cities)


def still_due_at(connection: Connection, year: int, at: datetime) -> tuple[StillDue, ...]:
    """Give them of a year at an instant; one statement where nobody has a day."""
    given = days_by_phase(connection, year)
    if not given:
        return ()
    season = Season.read(connection, year, Stamp(SYSTEM, at, at), None, reading=True)
    return _of_phases(season, given, season.cities)


def _of_phases(season: Season, given: Mapping[str, Days], cities: Sequence[str]) -> tuple[StillDue, ...]:
    phases = (phase.slug for phase in season.year.phases if phase.slug in given)
    return tuple(one for phase in phases for one in _of_phase(season, phase, cities, given[phase]))


def filed_without(season: Season, cell: Cell) -> tuple[StillDue, ...]:
    """Give who was left out when his city filed, or lacked something, and may be filed yet: his day has not passed."""
    if cell.state not in {State.SUBMITTED, State.PASSED} or cell.on_paper:
        return ()
    today, given = day_of(season.arrived), days_of_persons(season.connection, season.year.year, cell.phase)
    return tuple(one for one in _of_phase(season, cell.phase, [cell.city], given) if one.until >= today)


def _of_phase(season: Season, phase: str, cities: Sequence[str], given: Days) -> Iterator[StillDue]:
    those = [city for city in cities if city in given and _is_asked(season, phase, city)]
    if not those:
        return
    season.flush()
    scope = judging.scope_of(season, phase, those, filing=True, everybody=True)
    lacking: dict[str, set[str]] = {city: set() for city in those}
    for part, gate in judging.gates(season, phase).items():
        facts = facts_of(gate.name, scope) if part != judging.PROVINCE else {}
        for city, of_city in facts.items():
            found = (rule.find(of_city, season.year.figures) for rule in gate.rules if rule.find)
            lacking[city].update(number for one in found if one.mend for number in one.numbers)
    for city in those:
        for whom, until in given[city].items():
            if whom in lacking[city]:
                yield StillDue(phase, city, whom, max(until, scope.due_day[city]))


def _is_asked(season: Season, phase: str, city: str) -> bool:
    """A phase that the province ends is over when it has; of one that passes by its gate he is owed all the same."""
    state, ends = season.cells[phase, city].state, season.year.phase(phase).province
    return city not in season.withdrawn and (state in UNDER_WAY or (state is State.PASSED and not ends))
