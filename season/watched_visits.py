"""The monthly watch over visits on campus: who is told which students have fewer than the months gone by ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars import rungs
from calendars.deadlines import day_of
from gates.states import State
from models.parties import Reach
from models.written_letters import queued_keys, reached
from season import owing, recipients
from season.judging import scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from calendars.year import Phase
    from season.unit_of_work import Season


def watch_visits(season: Season, phase: Phase) -> None:
    """Write once a month about the students who have fewer days on campus than the months gone by ask for.

    A mentor hears of his own once a quarter; so does a city that uploaded nothing at all, of that.
    """
    now = season.stamp.as_of
    so_far = rungs.of_quarter([instant for instant in rungs.monthly(phase, season.days) if instant <= now])
    cells = [season.cells[phase.slug, city] for city in season.cities]
    watched = [cell for cell in cells if cell.state in {State.OPEN, State.RETURNED} and cell.since is not None]
    if not so_far or not watched:
        return
    slots = {at: owing.watch_slot(at) for at in so_far}
    keys = queued_keys(season.connection, season.year.year, slots.values())
    done = {(key[1], key[5]) for key in keys if key[4] == "visits-short"}
    since = {cell.city: cell.since for cell in watched if cell.since is not None}
    month, quarter = so_far[-1], so_far[0]
    cities = [city for city in since if (city, slots[month]) not in done]
    owed, year = visits_owed(season, month), season.year.figures.visits
    reach = Reach(scope_of(season, phase.slug, cities))
    behind = reach.behind(day_of(month), owed) if cities else {}
    told = _parties_told(season, slots.values()) if any(behind.values()) else {}
    for city, had in behind.items():
        bare = len(had) == len(reach.training[city]) and not any(had.values())  # the city uploaded nothing at all
        at = quarter if bare else month
        if had and (city, slots[at]) not in done and since[city] <= at:
            said = {one: f"到校记录 {days} 次（按进度应有 {owed} 次，全年 {year} 次）" for one, days in had.items()}
            cell = season.cells[phase.slug, city]
            if bare:
                owing.no_visits(season, cell, slots[at], had)
            else:
                owing.visits_short(season, cell, slots[at], said, told.get(city, frozenset()))


def _parties_told(season: Season, slots: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Give by city whom of its parties a watch of these wrote to, whichever attempt it was."""
    found = reached(season.connection, season.year.year, "visits-short", slots)
    return {city: frozenset(filter(recipients.is_party, whom)) for city, whom in found.items()}


def visits_owed(season: Season, at: datetime) -> int:
    """Give the visits that the months of cultivation gone by ask for, in proportion to the year's figure.

    A local assumption: the notice names only the figure for the whole year (四(三)).
    """
    first, last = season.year.figures.cultivation_months
    months = season.year.figures.ahead(last) + 1
    gone = min(max((at.year - season.year.year) * 12 + at.month - first, 0), months)
    return season.year.figures.visits * gone // months
