"""A deadline in the recipient's own calendar: `opened` puts it there, `moved`, `rerun` move it, `withdrawn` ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.ics import cancellation, gathering, invitation, version
from gates.states import State
from letters.occurrences import OFFICES, in_calendar, is_declined
from models.days_told import in_calendars_of
from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from models.standing import Cell
    from phases.parties import Arranged, Audience
    from season.owing import Owed
    from season.unit_of_work import Season


def calendar_file(season: Season, owed: Owed, audience: Audience) -> str | None:
    """Give the iCalendar text that goes with a letter to that audience, None where none does.

    A second part has no entry of its own, and the phase's is not moved for it.
    """
    calendar = "sets" if owed.own and owed.own.dates else LETTER_KINDS[owed.kind].calendar
    if calendar == "ends":
        return _cancelled(season, owed.city, audience)
    if owed.phase and (meets := arranged_for(season, owed, audience)):
        return _meeting(season, season.cells[owed.phase, owed.city], meets)
    if not calendar or not owed.phase or not owed.due or owed.second or is_declined(owed.asked):
        return None
    if not in_calendar(season.dealings(owed.phase), audience):
        return None
    return invitation(
        season.year,
        season.year.phase(owed.phase),
        season.told(owed.due, audience),
        season.year.city(owed.city),
        sequence=calendar_version(season, season.cells[owed.phase, owed.city]),
        at=season.stamp.as_of,
        party=audience not in OFFICES,
    )


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
    if not told:
        return None
    meetings = [
        _meeting(season, cell, meets, gone=True)
        for cell in told
        if audience not in OFFICES and (meets := season.arrangements.get((cell.phase, city)))
    ]
    ended = cancellation(
        season.year,
        {cell.phase: season.theirs(season.due(cell.phase, city), audience) for cell in told},
        season.year.city(city),
        sequences={cell.phase: calendar_version(season, cell) for cell in told},
        at=season.stamp.as_of,
    )
    return "".join([ended, *meetings])


def calendar_version(season: Season, cell: Cell) -> int:
    """Give the SEQUENCE of a city phase's deadline as it stands: that of the city's own calendar, too."""
    return version(cell.moves, season.revisions)


def day_version(season: Season, cell: Cell) -> int:
    """Count what has moved a city phase's day: later days given, reruns, revisions of the year's calendar."""
    return len(season.extensions.get((cell.phase, cell.city), ())) + cell.attempt - 1 + season.revisions
