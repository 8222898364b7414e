"""The clock of a rehearsal as it stands above each page: the time it is there, and where it may be moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.acts.once import form_token
from models.reports import matrix
from models.waiting import CHASED, chases
from rehearsal.packs import Pack, read_pack
from rehearsal.playing_on import next_moment

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request

    from calendars.moments import Moment
    from calendars.year import City, Year
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site


@dataclass(frozen=True, slots=True)
class ClockBar:
    """`coming` is the calendar's next moment, None after its last; `visitor` the city that may be left to the reader.

    `idle`: it would concern nobody. `token` is the form's own.
    """

    now: datetime
    coming: Moment | None
    idle: bool
    visitor: City | None
    token: str


def clock_bar(request: Request, look: Looking) -> ClockBar | None:
    """Give the bar of a page, None where its reader may not move the clock or there is none to move."""
    reader = request.state.reader
    if not look.opened.rehearsal or look.past or look.opened.closed_as_of or reader is None or not reader.admin:
        return None
    year = look.opened.year
    visitor = pack_of(request.app.state.site.pack, year).visitor
    coming = next_moment(year, look.now)
    idle = coming is not None and _idle(request.app.state.site, look, coming)
    return ClockBar(look.now, coming, idle, year.city(visitor) if visitor else None, form_token())


def _idle(site: Site, look: Looking, coming: Moment) -> bool:
    if coming.kind not in CHASED:
        return False
    with site.database.read() as connection:
        return site.known_answers.answer(
            connection, look, "idle", lambda: not chases(matrix(connection, look.opened.year.year, look.as_of), coming)
        )


def pack_of(folder: Path | None, year: Year) -> Pack:
    """Give the events that go on happening in a year: those of the folder where it is that year's, else none."""
    found = _read(folder) if folder is not None else None
    return found if found is not None and found.year == year.year else Pack(year.year, (), folder or Path())


@lru_cache(maxsize=4)
def _read(folder: Path) -> Pack:
    return read_pack(folder)
