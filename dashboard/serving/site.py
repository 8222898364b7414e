"""What every page stands on: the database, the settings, the secret, and the one place that reads the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from calendars.deadlines import FIRST_YEAR, LAST_YEAR, TZ
from dashboard.acts.upload_faults import Shelf
from dashboard.serving.arrival import ARRIVED
from dashboard.serving.known_answers import KnownAnswers
from dashboard.serving.page_memory import Remembering
from dashboard.signing_in.rate_limit import Guesses
from models.stamp import Stamp
from models.standing import YearNotOpen, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from dashboard.signing_in.reader import Reader
    from models.database import Database
    from models.standing import Opened
    from settings import Settings


def _clock() -> datetime:
    return datetime.now(TZ)


@dataclass(frozen=True)
class Site:
    """One window on one database. `words` are the office's own templates of letters; `wall` is the clock.

    `pack` is the folder of the events that a demonstration goes on with when its clock is moved, None for none;
    `uploading` are the accounts of which a workbook is on its way, of one at a time.
    """

    database: Database
    settings: Settings
    secret: bytes = field(repr=False)
    words: Mapping[str, str] = field(default_factory=dict)
    wall: Callable[[], datetime] = _clock
    pack: Path | None = None
    faults: Shelf = field(default_factory=Shelf, repr=False)
    uploading: set[int] = field(default_factory=set, compare=False, repr=False)

    @cached_property
    def guesses(self) -> Guesses:
        """The wrong guesses at passwords and codes."""
        return Guesses(self.database, self.secret, self.wall)

    @cached_property
    def remembering(self) -> Remembering:
        """The pages that are given from memory."""
        return Remembering(self)

    @cached_property
    def known_answers(self) -> KnownAnswers:
        """What every page asks, as long as it is known."""
        return KnownAnswers(self.wall)

    @cached_property
    def reports(self) -> dict[tuple[object, ...], bytes]:
        """The reports that were set in type last, each by all that it depends on."""
        return {}

    def year(self, year: int, as_of: datetime | None = None) -> Opened:
        """Give the year as it was opened; raise `YearNotOpen`. At a past instant, with the calendar of that time."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise YearNotOpen(year=year)
        with self.database.read() as connection:
            return opened(connection, year, as_of)

    def now(self, year: Opened) -> datetime:
        """Give the programme's present instant: the clock's, or a rehearsal's own where it was played to one."""
        return year.clock or self.wall()

    def arrived(self) -> datetime:
        """Give when the request that is answered came in, by the clock; outside of any, what the clock says."""
        came = ARRIVED.get()
        return self.wall() if came is None else came.at

    def stamp(self, reader: Reader, year: Opened) -> Stamp:
        """Sign an act: by whom, when it came in by the clock and when by the programme."""
        came_in = self.arrived()
        told = self.settings
        instants, office = (came_in, year.clock or came_in), (told.base_url, told.mail_domain)
        own, account = (self.words, told.papers), reader.account
        return Stamp(reader.shown, *instants, *office, words=own[0], papers=own[1], account=account)

    def sign(self, by: str) -> Stamp:
        """Sign what belongs to no year: accounts and sign-ins, which are of the clock's own time."""
        came_in = self.arrived()
        return Stamp(by, came_in, came_in, self.settings.base_url)
