"""What every page stands on: the database, the settings, the secret, and the one place that reads the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from calendars.deadlines import TZ
from dashboard.faults import Shelf
from models.stamp import Stamp
from models.standing import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dashboard.reader import Reader
    from models.database import Database
    from models.standing import Opened
    from settings import Settings


def _clock() -> datetime:
    return datetime.now(TZ)


@dataclass(frozen=True)
class Site:
    """One window on one database. `words` are the office's own templates of letters; `wall` is the clock."""

    database: Database
    settings: Settings
    secret: bytes = field(repr=False)
    words: Mapping[str, str] = field(default_factory=dict)
    wall: Callable[[], datetime] = _clock
    faults: Shelf = field(default_factory=Shelf, repr=False)

    def year(self, year: int) -> Opened:
        """Give the year as it was opened; raise `YearNotOpen`."""
        with self.database.read() as connection:
            return opened(connection, year)

    def now(self, year: Opened) -> datetime:
        """Give the programme's present instant: the clock's, or a rehearsal's own where it was played to one."""
        return year.clock or self.wall()

    def stamp(self, reader: Reader, year: Opened) -> Stamp:
        """Sign an act: by whom, when by the clock and when by the programme."""
        wall = self.wall()
        return Stamp(reader.shown, wall, year.clock or wall, self.settings.base_url, self.words)
