"""Whoever was told a due day is told when it moves, by whatever: looked at for each city phase that an act touched."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from calendars.deadlines import Extension, handed_in, last_day
from gates.pending import second_due
from gates.states import MOVING_THE_DAY, Event, State
from letters.occurrences import OFFICES, ahead
from models import histories, taking_back, written_letters
from models.days_told import days_told, left_unsaid, told_of_second, until_of
from models.parties import Reach
from models.standing import calendar_then
from models.taking_back import SECOND
from season import owing
from season.calendar_files import day_version
from season.judging import scope_of
from season.recipients import audience_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from calendars.deadlines import Cause, Due
    from calendars.year import Year
    from models.days_told import Told
    from models.histories import PastGrant
    from models.standing import Cell, Key
    from phases.parties import Audience
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
    dues = {key: season.owed_by(cell) for key, cell in cells.items()}
    outdated = {key: _outdated(season, due, told.get(key, {})) for key, due in dues.items()}
    now = moved(season)
    rests = {key for key, late in outdated.items() if late and key not in now}
    unsaid = left_unsaid(*asked) if rests else {}
    for key, late in outdated.items():
        quiet = unsaid.get(key, {}) if key in rests else {}
        unsaid_now = late.keys() & quiet.keys() - _outdated(season, dues[key], quiet).keys()
        _tell(season, cells[key], {one: until for one, until in late.items() if one not in unsaid_now}, dues[key])


def _tell_second_moved(season: Season) -> None:
    """Owe the same of the second part's day to whoever goes by it and was told it; also as a hold or an absence ends.

    Whoever heard that the phase is open read it there. Once that is filed, of all but the city those alone go by it who
    still owe something. What moves while a filing is held is told at once; what moved while a city was away, as it is
    back.
    """
    moved = {
        key
        for key in season.before
        if (due := season.second_due(*key)) and season.before[key] != _asked_by(season, due)
    }
    cells = {key: season.cells[key] for key in moved | _taken_up(season)}
    dues = {key: due for key, cell in cells.items() if _goes_by_second(cell) and (due := season.second_due(*key))}
    if not dues:
        return
    taking_back.take_back_second_days(season.connection, season.year.year, moved)
    filed = {key: cells[key] for key in dues if State.SUBMITTED in {cells[key].state, cells[key].resume}}
    still, (told, heard) = _still_owing(season, filed), _second_told(season, dues, filed)
    for key, due in dues.items():
        late = _outdated(season, due, told.get(key, {}))
        if key not in moved:  # what an earlier act left unsaid stays so
            late = {one: until for one, until in late.items() if one in _outdated(season, due, heard[key])}
        if key in filed:
            late = {one: until for one, until in late.items() if one in still[key] | {f"city:{key[1]}"}}
        _tell(season, cells[key], late, due, second=True)


def _taken_up(season: Season) -> set[Key]:
    """Give the city phases that go on by this very act, after a hold or an absence."""
    again = {Event.RESUME, Event.REJOIN}
    return {(one.after.phase, one.after.city) for one in season.written.moves if one.event in again and not one.refused}


def _second_told(
    season: Season, keys: Collection[Key], filed: Mapping[Key, Cell]
) -> tuple[dict[Key, dict[str, datetime]], dict[Key, dict[str, datetime]]]:
    """Give which day of the second part each was told last; and the same if what an act left unsaid had been told.

    Of what is `filed`, whatever tells a day since tells that of the second part.
    """
    connection, year = season.connection, season.year.year
    then = calendar_then(connection, season.year)
    given = histories.grants(connection, histories.Span(year, None))
    told: dict[Key, dict[str, datetime]] = defaultdict(dict)
    heard: dict[Key, dict[str, datetime]] = defaultdict(dict)
    for row in told_of_second(connection, year, keys):
        key = row.phase, row.city
        if row.slot.startswith(SECOND):
            until = row.valid_until
        elif key in filed and row.queued_as_of > (filed[key].filed_at or filed[key].as_of):
            until = until_of(row)
        elif row.kind == "opened":
            held = [one for one in given if (one.phase, one.city) == key and one.as_of <= row.queued_as_of]
            until = _second_then(then(row.queued_as_of), key, held, audience_of(row.recipient))
        else:
            continue
        if until is None:
            continue
        for days in (heard,) if row.untold else (told, heard):
            days[key][row.recipient] = until
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


def _still_owing(season: Season, filed: Mapping[Key, Cell]) -> dict[Key, frozenset[str]]:
    """Give who still owes something of the second part of what was filed, but for the city."""
    reach = Reach(scope_of(season, season.year.phases[0].slug, sorted({city for _, city in filed})))
    found: dict[Key, frozenset[str]] = dict.fromkeys(filed, frozenset())
    for phase in {phase for phase, _ in filed}:
        of = season.dealings(phase, second=True)
        for audience in of.named("reminder"):
            mailing = of.mailing("reminder", audience)
            owing_now = reach.find(mailing.whom, audience) if mailing else {}
            for key in filed:
                theirs = owing_now.get(key[1], ()) if key[0] == phase else ()
                found[key] |= {f"{audience}:{one}" for one in theirs}
    return found


def _second_then(year: Year, key: Key, given: Sequence[PastGrant], audience: Audience) -> datetime | None:
    """Give the first instant too late for an audience by what held at an instant: its calendar, its later days."""
    extensions = [Extension(one.until, cast("Cause", one.cause), one.corrections) for one in given]
    due = second_due(year.phase(key[0]), extensions)
    if due is None:
        return None
    return (due if audience in OFFICES else handed_in(due, year.figures.party_days, year.working_days)).instant


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


def _outdated(season: Season, due: Due, told: Told) -> Told:
    """Give of what recipients, as in a letter's key, were told whatever is another instant than a due day asks."""
    return {one: until for one, until in told.items() if not season.holds(due, audience_of(one), until)}


def _tell(season: Season, cell: Cell, told: Told, due: Due, *, second: bool = False) -> None:
    key = (cell.phase, cell.city)
    reason, mistaken = season.reasons.get(key), season.mistaken.get(key)
    outdated: dict[tuple[date, bool], set[str]] = defaultdict(set)
    for recipient, until in told.items():
        by_mistake = mistaken is not None and season.holds(mistaken, audience_of(recipient), until)
        outdated[last_day(until), by_mistake].add(recipient)
    for (was, by_mistake), to in sorted(outdated.items()):
        owe = owing.corrected if by_mistake else owing.moved
        owe(season, cell, frozenset(to), owing.AnotherDay(due, was, reason, second))
