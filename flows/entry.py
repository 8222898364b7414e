"""Where the clock and the environment come in: read once, when a flow begins; everything below is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from calendars.deadlines import TZ
from models.database import Database
from models.stamp import Stamp
from settings import Settings

BY = "prefect"


@dataclass(frozen=True, slots=True)
class Entry:
    """The database, the settings and the stamp that a flow's run works with."""

    database: Database
    settings: Settings
    stamp: Stamp


def enter(as_of: datetime | None, by: str = BY) -> Entry:
    """Read the clock. `as_of` is for a rehearsal only (a real year refuses it); without an offset it is local time."""
    at = datetime.now(UTC)
    if as_of is not None and as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=TZ)
    settings = Settings()
    return Entry(Database(settings.database.url), settings, Stamp(by, at, as_of or at, settings.base_url))
