"""A deadline in the recipient's own calendar: `opened` puts it there, `rerun` moves it, `withdrawn` takes it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts import recipients
from calendars.ics import cancellation, invitation, version
from gates.states import State

if TYPE_CHECKING:
    from acts.season import Owed, Season
    from models.standing import Cell

INVITING = frozenset({"opened", "rerun"})


def calendar_file(season: Season, owed: Owed) -> str | None:
    """Give the iCalendar text that goes with a letter, the same for whoever gets it; None for one that carries none."""
    if owed.kind in INVITING and owed.phase is not None and owed.due is not None:
        return invitation(
            season.year,
            season.year.phase(owed.phase),
            owed.due,
            season.year.city(owed.city),
            sequence=_version(season, season.cells[owed.phase, owed.city]),
            at=season.stamp.as_of,
            organizer=_organizer(season),
        )
    return _cancelled(season, owed.city) if owed.kind == "withdrawn" else None


def _cancelled(season: Season, city: str) -> str | None:
    """Cancel every deadline of the phases that ended and that the city had been told of."""
    cells = [season.cells[phase.slug, city] for phase in season.year.phases]
    told = [cell for cell in cells if cell.state is State.WITHDRAWN and cell.since is not None]
    if not told:
        return None
    return cancellation(
        season.year,
        {cell.phase: season.due(cell.phase, city) for cell in told},
        season.year.city(city),
        sequences={cell.phase: _version(season, cell) + 1 for cell in told},
        at=season.stamp.as_of,
        organizer=_organizer(season),
    )


def _version(season: Season, cell: Cell) -> int:
    return version(len(season.extensions.get((cell.phase, cell.city), ())), cell.attempt)


def _organizer(season: Season) -> str:
    return season.on_file.get("province", (None, None))[0] or recipients.stand_in(season, "province@office.example")
