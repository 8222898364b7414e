"""Whoever was told a due day is told when it moves, by whatever: looked at for each city phase that an act touched."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from calendars.deadlines import last_day
from gates.states import MOVING_THE_DAY, Event, State
from letters.occurrences import ahead
from models import taking_back, written_letters
from models.days_told import days_told, left_unsaid, told_of_second
from season import owing, second_days
from season.calendar_files import day_version
from season.recipients import audience_of
from season.second_part import still_owing

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from calendars.deadlines import Due
    from models.days_told import Told
    from models.standing import Cell, Key
    from season.unit_of_work import Season

WAITED_FOR = frozenset({State.WAITING, State.OPEN, State.RETURNED})
"""The states in which a due day is still ahead of the city."""


class Outdated(NamedTuple):
    """Whom to tell of another day: what is `due` now, and by recipient what he was `told`."""

    due: Due
    told: Told


def tell_moved(season: Season) -> None:
    """Owe `moved` to each who was told another due day than holds, of the city phases that this act touched.

    It asks what the outbox holds, not what the act did: no way in which a day moves can be forgotten, and whoever was
    told nothing is told nothing. What was filed and is held to be judged again is waited for no more. A day that comes
    back to one that was told before is told again: the letter's key counts what moved it. What an earlier act left
    unsaid stays so, whatever is done since, until the day moves once more.
    """
    _say_ahead_anew(season)
    later = _second_outdated(season)  # what it takes back is told no more
    first = _outdated_days(season)
    for key in {**later, **first}:
        _tell(season, season.cells[key], first.get(key), later.get(key))


def _outdated_days(season: Season) -> dict[Key, Outdated]:
    """Give whom to tell of another day of what is still to be filed."""
    cells = {key: season.cells[key] for key in touched(season)}
    cells = {key: cell for key, cell in cells.items() if cell.state in WAITED_FOR and not cell.resume}
    if not cells:
        return {}
    phases, cities = zip(*cells, strict=True)
    apart = second_days.alone(season.connection, season.year, [key for key, cell in cells.items() if cell.filings])
    asked = (season.connection, season.year.year, set(phases), set(cities), ahead(season.book, season.year), apart)
    told = days_told(*asked)
    dues = {key: season.owed_by(cell) for key, cell in cells.items()}
    outdated = {key: _outdated(season, due, told.get(key, {})) for key, due in dues.items()}
    now = moved(season)
    rests = {key for key, late in outdated.items() if late and key not in now}
    unsaid = left_unsaid(*asked) if rests else {}
    found = {}
    for key, late in outdated.items():
        quiet = unsaid.get(key, {}) if key in rests else {}
        unsaid_now = late.keys() & quiet.keys() - _outdated(season, dues[key], quiet).keys()
        found[key] = Outdated(dues[key], {one: until for one, until in late.items() if one not in unsaid_now})
    return found


def _second_outdated(season: Season) -> dict[Key, Outdated]:
    """Give the same of the second part's day: whoever goes by it and was told it; also as a hold or an absence ends.

    Whoever heard that the phase is open read it there. Once that is filed, of all but the city those alone go by it who
    still owe something. What moves while a filing is held is told at once; what moved while a city was away, as it is
    back. What told both days and had not left is taken back where either moves.
    """
    moving = {
        key
        for key in season.before
        if (due := season.second_due(*key)) and season.before[key] != _asked_by(season, due)
    }
    cells = {key: season.cells[key] for key in sorted(moving | _taken_up(season) | moved(season))}
    dues = {key: due for key, cell in cells.items() if _goes_by_second(cell) and (due := season.second_due(*key))}
    if not dues:
        return {}
    taking_back.take_back_second_days(season.connection, season.year.year, moving)
    filed = {key for key in dues if State.SUBMITTED in {cells[key].state, cells[key].resume}}
    still, (told, heard) = still_owing(season, filed) if filed else {}, _second_told(season, dues)
    found = {}
    for key, due in dues.items():
        late = _outdated(season, due, told.get(key, {}))
        if key not in moving:  # what an earlier act left unsaid stays so
            late = {one: until for one, until in late.items() if one in _outdated(season, due, heard[key])}
        if key in filed:
            late = {one: until for one, until in late.items() if one in still[key] | {f"city:{key[1]}"}}
        found[key] = Outdated(due, late)
    return found


def _taken_up(season: Season) -> set[Key]:
    """Give the city phases that go on by this very act, after a hold or an absence."""
    again = {Event.RESUME, Event.REJOIN}
    return {(one.after.phase, one.after.city) for one in season.written.moves if one.event in again and not one.refused}


def _second_told(
    season: Season, keys: Collection[Key]
) -> tuple[dict[Key, dict[str, datetime]], dict[Key, dict[str, datetime]]]:
    """Give which day of the second part each was told last; and the same if what an act left unsaid had been told."""
    connection, year = season.connection, season.year
    told: dict[Key, dict[str, datetime]] = defaultdict(dict)
    heard: dict[Key, dict[str, datetime]] = defaultdict(dict)
    days = second_days.SecondDays(connection, year, {phase for phase, _ in keys})
    for row in told_of_second(connection, year.year, keys):
        if (until := days.of(row)) is None:
            continue
        for each in (heard,) if row.untold else (told, heard):
            each[row.phase, row.city][row.recipient] = until
    return told, heard


def _asked_by(season: Season, due: Due) -> tuple[Due, Due]:
    return due, season.theirs(due, "mentor")


def _goes_by_second(cell: Cell) -> bool:
    """Tell whether anybody goes by the day of a second part: it is not whole, and what was filed had not passed."""
    return (
        cell.state in {*WAITED_FOR, State.OVERDUE, State.SUBMITTED}
        and not cell.second_at
        and cell.resume != State.PASSED
    )


def _say_ahead_anew(season: Season) -> None:
    """Take back what said until when a later phase lasts and has not left when that day moves; owe it with the new one.

    Whoever gets it was told no other day.
    """
    moving, connection, year = moved(season), season.connection, season.year.year
    for (kind, phase), later in ahead(season.book, season.year).items() if moving else ():
        unsent = written_letters.unsent(connection, year, phase, [kind])
        for city in sorted(city for moves, city in moving if moves == later and city in unsent):
            to = frozenset(one for one in unsent[city][kind] if _says_until(season, kind, phase, one))
            if not to:
                continue
            taking_back.take_back_for_a_day(connection, year, (phase, city, kind), to)
            cell, following = season.cells[phase, city], season.cells[later, city]
            owing.passed(season, cell, owing.Anew(day_version(season, following), to), following)


def _says_until(season: Season, kind: str, phase: str, recipient: str) -> bool:
    said = season.dealings(phase).mailing(kind, audience_of(recipient))
    return said is not None and bool(said.until)


def touched(season: Season) -> list[tuple[str, str]]:
    """Give phase and city of whatever this act wrote into the log, but for tries that were refused."""
    return [(move.after.phase, move.after.city) for move in season.written.moves if not move.refused]


def moved(season: Season) -> set[Key]:
    """Give the city phases whose day this very act moved."""
    moves = season.written.moves
    return {(one.phase, one.city) for one in season.written.grants} | {
        (move.after.phase, move.after.city) for move in moves if move.event in MOVING_THE_DAY and not move.refused
    }


def _outdated(season: Season, due: Due, told: Told) -> Told:
    """Give of what recipients, as in a letter's key, were told whatever is another instant than a due day asks."""
    return {one: until for one, until in told.items() if not season.holds(due, audience_of(one), until)}


def _tell(season: Season, cell: Cell, first: Outdated | None, second: Outdated | None) -> None:
    """Owe each another day of a city phase, of its second part, or of both in one letter."""
    whom: dict[tuple[bool, date | None, date | None], set[str]] = defaultdict(set)
    for to in sorted({*(first.told if first else ()), *(second.told if second else ())}):
        one, other = (_was(season, cell, part, to) for part in (first, second))
        if one and other and one[0] == other[0]:
            whom[one[0], one[1], other[1]].add(to)
            continue
        if one:
            whom[one[0], one[1], None].add(to)
        if other:
            whom[other[0], None, other[1]].add(to)
    reason = season.reasons.get((cell.phase, cell.city))
    for (by_mistake, was, was_second), to_them in sorted(whom.items(), key=_in_order):
        owe = owing.corrected if by_mistake else owing.moved
        also = (second.due, was_second) if second and was_second else None
        if first and was:
            owe(season, cell, frozenset(to_them), owing.AnotherDay(first.due, was, reason, also=also))
        elif also:
            owe(season, cell, frozenset(to_them), owing.AnotherDay(*also, reason, second=True))


def _in_order(group: tuple[tuple[bool, date | None, date | None], set[str]]) -> tuple[bool, date, bool, date]:
    """Put what tells of a second part alone first, then by the day that was told."""
    by_mistake, was, was_second = group[0]
    return was is not None, was or date.min, by_mistake, was_second or date.min


def _was(season: Season, cell: Cell, part: Outdated | None, to: str) -> tuple[bool, date] | None:
    """Give the day that a recipient was told, and whether that was by mistake; None where he knows what holds."""
    until, mistaken = part.told.get(to) if part else None, season.mistaken.get((cell.phase, cell.city))
    if until is None:
        return None
    return mistaken is not None and season.holds(mistaken, audience_of(to), until), last_day(until)
