"""Whoever was told a due day is told when it moves, by whatever: looked at for each city phase that an act touched."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from gates.states import MOVING_THE_DAY, State
from models.days_told import days_told, left_unsaid
from season import owing
from season.calendar_files import day_version

if TYPE_CHECKING:
    from datetime import date

    from models.days_told import Ahead, Told
    from models.standing import Cell, Key
    from season.unit_of_work import Season

WAITED_FOR = frozenset({State.WAITING, State.OPEN, State.RETURNED})
"""The states in which a due day is still ahead of the city."""

MOMENT = timedelta(microseconds=1)


def tell_moved(season: Season) -> None:
    """Owe `moved` to each who was told another due day than holds, of the city phases that this act touched.

    It asks what the outbox holds, not what the act did: no way in which a day moves can be forgotten, and whoever was
    told nothing is told nothing. What was filed and is held to be judged again is waited for no more. A day that comes
    back to one that was told before is told again: the letter's key counts what moved it. What an earlier act left
    unsaid stays so, whatever is done since, until the day moves once more.
    """
    cells = {key: season.cells[key] for key in touched(season)}
    cells = {key: cell for key, cell in cells.items() if cell.state in WAITED_FOR and not cell.resume}
    if not cells:
        return
    phases, cities = zip(*cells, strict=True)
    asked = (season.connection, season.year.year, set(phases), set(cities), ahead(season))
    told = days_told(*asked)
    outdated = {key: _outdated(season, cell, told.get(key, {})) for key, cell in cells.items()}
    now = moved(season)
    rests = {key for key, late in outdated.items() if late and key not in now}
    unsaid = left_unsaid(*asked) if rests else {}
    for key, late in outdated.items():
        quiet, holds = unsaid.get(key, {}) if key in rests else {}, season.due(*key).instant
        _tell(season, cells[key], {one: until for one, until in late.items() if quiet.get(one) != holds})


def ahead(season: Season) -> Ahead:
    """Give the letters of a phase that tell until when a later one lasts, and which that is."""
    dealt = [
        (phase.slug, role) for phase in season.year.phases for role in season.dealings(phase.slug).parties.values()
    ]
    return {
        (kind, slug): mailing.until for slug, role in dealt for kind, mailing in role.mailings.items() if mailing.until
    }


def touched(season: Season) -> list[tuple[str, str]]:
    """Give phase and city of whatever this act wrote into the log, but for tries that were refused."""
    return [(move.after.phase, move.after.city) for move in season.written.moves if not move.refused]


def moved(season: Season) -> set[Key]:
    """Give the city phases whose day this very act moved."""
    moves = season.written.moves
    return {(one.phase, one.city) for one in season.written.grants} | {
        (move.after.phase, move.after.city) for move in moves if move.event in MOVING_THE_DAY and not move.refused
    }


def _outdated(season: Season, cell: Cell, told: Told) -> Told:
    """Give of what was told of a city phase whatever is another day than holds."""
    due = season.due(cell.phase, cell.city)
    return {recipient: until for recipient, until in told.items() if until != due.instant}


def _tell(season: Season, cell: Cell, told: Told) -> None:
    outdated: dict[date, set[str]] = defaultdict(set)
    for recipient, until in told.items():
        outdated[day_of(until - MOMENT)].add(recipient)
    reason, version = season.reasons.get((cell.phase, cell.city)), day_version(season, cell)
    for was, to in sorted(outdated.items()):
        owe = owing.corrected if was == season.mistaken.get((cell.phase, cell.city)) else owing.moved
        owe(season, cell, version, was, frozenset(to), reason)
