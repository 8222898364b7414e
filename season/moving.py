"""Whoever was told a due day is told when it moves, by whatever: looked at for each city phase that an act touched."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from calendars.deadlines import last_day
from gates.states import MOVING_THE_DAY, State
from letters.occurrences import OFFICES, ahead
from models import taking_back, written_letters
from models.days_told import days_told, left_unsaid
from season import owing
from season.calendar_files import day_version
from season.recipients import audience_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from models.days_told import Told
    from models.standing import Cell, Key
    from season.unit_of_work import Season

WAITED_FOR = frozenset({State.WAITING, State.OPEN, State.RETURNED})
"""The states in which a due day is still ahead of the city."""


def tell_moved(season: Season) -> None:
    """Owe `moved` to each who was told another due day than holds, of the city phases that this act touched.

    It asks what the outbox holds, not what the act did: no way in which a day moves can be forgotten, and whoever was
    told nothing is told nothing. What was filed and is held to be judged again is waited for no more. A day that comes
    back to one that was told before is told again: the letter's key counts what moved it. What an earlier act left
    unsaid stays so, whatever is done since, until the day moves once more.
    """
    _say_ahead_anew(season)
    _tell_second_moved(season)
    cells = {key: season.cells[key] for key in touched(season)}
    cells = {key: cell for key, cell in cells.items() if cell.state in WAITED_FOR and not cell.resume}
    if not cells:
        return
    phases, cities = zip(*cells, strict=True)
    asked = (season.connection, season.year.year, set(phases), set(cities), ahead(season.book, season.year))
    told = days_told(*asked)
    outdated = {key: _outdated(season, cell, told.get(key, {})) for key, cell in cells.items()}
    now = moved(season)
    rests = {key for key, late in outdated.items() if late and key not in now}
    unsaid = left_unsaid(*asked) if rests else {}
    for key, late in outdated.items():
        quiet = unsaid.get(key, {}) if key in rests else {}
        rest = {
            one: until for one, until in late.items() if not (one in quiet and _holds(season, key, one, quiet[one]))
        }
        _tell(season, cells[key], rest)


def _tell_second_moved(season: Season) -> None:
    """Owe the same of the second part's day to whoever was told one since the city filed.

    The city knows it before any letter is about that alone: by its opening, and by what it was answered as it filed.
    """
    cells = {key: season.cells[key] for key in moved(season) if season.second_owed(season.cells[key])}
    if not cells:
        return
    phases, cities = zip(*cells, strict=True)
    since = {key: cell.filed_at or cell.as_of for key, cell in cells.items()}
    early = ahead(season.book, season.year)
    told = days_told(season.connection, season.year.year, set(phases), set(cities), early, since)
    for key, cell in cells.items():
        known = {f"city:{cell.city}": season.before[key].instant} if key in season.before else {}
        _tell(season, cell, _outdated(season, cell, {**known, **told.get(key, {})}))


def _say_ahead_anew(season: Season) -> None:
    """Take back what said until when a later phase lasts and has not left when that day moves; owe it with the new one.

    Whoever gets it was told no other day.
    """
    moving, connection, year = moved(season), season.connection, season.year.year
    for (kind, phase), later in ahead(season.book, season.year).items() if moving else ():
        unsent = written_letters.unsent(connection, year, phase, [kind])
        for city in sorted(city for moves, city in moving if moves == later and city in unsent):
            to = frozenset(one for one in unsent[city][kind] if audience_of(one) not in OFFICES)
            taking_back.take_back_for_a_day(connection, year, (phase, city, kind), to)
            cell, following = season.cells[phase, city], season.cells[later, city]
            owing.passed(season, cell, owing.Anew(day_version(season, following), to), following)


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
    key = (cell.phase, cell.city)
    return {recipient: until for recipient, until in told.items() if not _holds(season, key, recipient, until)}


def _holds(season: Season, key: Key, recipient: str, until: datetime) -> bool:
    """Tell whether a recipient, as in a letter's key, who was told this instant knows what holds."""
    return season.holds(season.owed_by(season.cells[key]), audience_of(recipient), until)


def _tell(season: Season, cell: Cell, told: Told) -> None:
    key, version = (cell.phase, cell.city), day_version(season, cell)
    reason, mistaken = season.reasons.get(key), season.mistaken.get(key)
    outdated: dict[tuple[date, bool], set[str]] = defaultdict(set)
    for recipient, until in told.items():
        by_mistake = mistaken is not None and season.holds(mistaken, audience_of(recipient), until)
        outdated[last_day(until), by_mistake].add(recipient)
    for (was, by_mistake), to in sorted(outdated.items()):
        owe = owing.corrected if by_mistake else owing.moved
        owe(season, cell, version, was, frozenset(to), reason)
