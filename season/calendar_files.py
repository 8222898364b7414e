"""A deadline in the recipient's own calendar: `opened` puts it there, `moved`, `rerun` move it, `withdrawn` ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calendars.deadlines import Due
from calendars.ics import cancellation, gathering, invitation, known_by, version
from gates.states import State
from letters.occurrences import OFFICES, begins_second, in_calendar, is_declined
from models.days_told import in_calendars_of
from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from models.standing import Cell
    from phases.parties import Arranged, Audience
    from season.owing import Owed
    from season.unit_of_work import Season


def calendar_file(season: Season, owed: Owed, audience: Audience) -> str | None:
    """Give the iCalendar text that goes with a letter to that audience, None where none does.

    Each entry is an object of its own.
    """
    if LETTER_KINDS[owed.kind].calendar == "ends":
        return _cancelled(season, owed.city, audience)
    meets = arranged_for(season, owed, audience)
    meeting = _meeting(season, season.cells[owed.phase, owed.city], meets) if owed.phase and meets else ""
    made = (
        invitation(
            season.year,
            season.year.phase(one.phase),
            season.told(one.due, audience),
            season.year.city(owed.city),
            sequence=calendar_version(season, season.cells[one.phase, owed.city]),
            at=season.stamp.as_of,
            party=audience not in OFFICES,
            called=one.called,
        )
        for one in (entries(season, owed, audience) if sets(season, owed) else ())
    )
    return "".join([meeting, *made]) or None


def sets(season: Season, owed: Owed) -> bool:
    """Tell whether a letter puts days into calendars: what returns a filing where the same act gives it another day."""
    if owed.kind == "returned":
        return any((one.phase, one.city) == (owed.phase, owed.city) for one in season.written.grants)
    return LETTER_KINDS[owed.kind].calendar == "sets" or bool(owed.own and owed.own.dates)


class Entry(NamedTuple):
    """A deadline that a letter puts into calendars: a phase's own, or that of its second part, `called` something."""

    phase: str
    due: Due
    called: str = ""


def entries(season: Season, owed: Owed, audience: Audience) -> tuple[Entry, ...]:
    """Give what a letter of a due day puts into a calendar of that audience's.

    To whoever is back that is all as well that the city's leaving took out.
    """
    if not owed.phase or not owed.due or is_declined(owed.asked):
        return ()
    back = _back(season, owed.city, audience) if owed.kind == "rejoined" else ()
    first = not owed.second and in_calendar(season.dealings(owed.phase), audience)
    second = _second_entry(season, owed.phase, _second_told(season, owed, audience), audience)
    own = (Entry(owed.phase, owed.due),) if first else ()
    return tuple(dict.fromkeys((*own, *second, *back)))


def _second_told(season: Season, owed: Owed, audience: Audience) -> Due | None:
    """Give until when a second part is due, where a letter says that to an audience to which it falls."""
    assert owed.phase is not None
    if owed.second:
        return owed.due
    if owed.also:
        return owed.also[0]
    begins = begins_second(owed.kind, season.dealings(owed.phase), audience)
    return season.second_due(owed.phase, owed.city) if begins else None


def _second_entry(season: Season, phase: str, due: Due | None, audience: Audience) -> tuple[Entry, ...]:
    return (Entry(phase, due, season.dealings(phase, second=True).entered(audience)),) if due else ()


def _back(season: Season, city: str, audience: Audience) -> Iterator[Entry]:
    """Give what this audience had in its calendars of the phases that are ahead of a city again."""
    sent = in_calendars_of(season.connection, season.year.year, city, audience)
    cells = (season.cells[phase.slug, city] for phase in season.year.phases if phase.slug in sent)
    for cell in (one for one in cells if one.state in {State.WAITING, State.OPEN, State.RETURNED}):
        if _entered(season, cell, sent[cell.phase]):
            yield Entry(cell.phase, season.due(cell.phase, city))
        if _second(season, cell, sent[cell.phase]) and not cell.second_at:
            yield from _second_entry(season, cell.phase, season.second_due(cell.phase, city), audience)


def arranged_for(season: Season, owed: Owed, audience: Audience) -> Arranged | None:
    """Give when and where a party meets the others, for a letter that puts into its calendar what a phase asks of it.

    None where that is the due day, or nothing is arranged.
    """
    if owed.phase is None or audience in OFFICES or LETTER_KINDS[owed.kind].calendar != "sets":
        return None
    of = season.dealings(owed.phase)
    dated = of.stakeholder(audience).hands_in or (owed.due and LETTER_KINDS[owed.kind].moves)
    return season.arrangements.get((owed.phase, owed.city)) if of.arranged and not dated else None


def _meeting(season: Season, cell: Cell, meets: Arranged, *, gone: bool = False) -> str:
    year, sequence = season.year, calendar_version(season, cell)
    phase, city, at = year.phase(cell.phase), year.city(cell.city), season.stamp.as_of
    return gathering(year, phase, city, (meets.at, meets.place), sequence=sequence, at=at, gone=gone)


def _cancelled(season: Season, city: str, audience: Audience) -> str | None:
    """Cancel every deadline of the phases that ended and that this audience has in its calendars, by whatever release.

    An earlier one put there what is no longer told them so: of the meeting, of the application.
    """
    sent = in_calendars_of(season.connection, season.year.year, city, audience)
    cells = (season.cells[phase.slug, city] for phase in season.year.phases if phase.slug in sent)
    told = [cell for cell in cells if cell.state is State.WITHDRAWN]
    meetings = [
        _meeting(season, cell, meets, gone=True)
        for cell in told
        if audience not in OFFICES and (meets := season.arrangements.get((cell.phase, city)))
    ]
    dues = {cell.phase: season.due(cell.phase, city) for cell in told if _entered(season, cell, sent[cell.phase])}
    seconds = {
        cell.phase: season.second_due(cell.phase, city) for cell in told if _second(season, cell, sent[cell.phase])
    }
    ended = [
        cancellation(
            season.year,
            {phase: season.theirs(due, audience) for phase, due in ending.items() if due},
            season.year.city(city),
            sequences={cell.phase: calendar_version(season, cell) for cell in told},
            at=season.stamp.as_of,
            called={phase: season.dealings(phase, second=True).entered(audience) for phase in called},
        )
        for ending, called in ((dues, ()), (seconds, seconds))
    ]
    return "".join([*ended, *meetings]) or None


def _second(season: Season, cell: Cell, files: Collection[str]) -> bool:
    """Tell whether one of these files put the day of a second part into a calendar."""
    return any(known_by(season.year.year, cell.phase, cell.city, second=True) in file for file in files)


def _entered(season: Season, cell: Cell, files: Collection[str]) -> bool:
    """Tell whether one of them put the phase's own day there: whatever does not put the other alone."""
    first, second = (known_by(season.year.year, cell.phase, cell.city, second=part) for part in (False, True))
    return any(first in file or second not in file for file in files)


def calendar_version(season: Season, cell: Cell) -> int:
    """Give the SEQUENCE of a city phase's deadline as it stands: that of the city's own calendar, too."""
    return version(cell.moves, season.revisions)


def day_version(season: Season, cell: Cell) -> int:
    """Count what has moved a city phase's day: later days given, reruns, revisions of the year's calendar."""
    return len(season.extensions.get((cell.phase, cell.city), ())) + cell.attempt - 1 + season.revisions
