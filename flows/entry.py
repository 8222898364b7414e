"""Where the clock and the environment come in: read once, when a flow begins; everything below is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from calendars.deadlines import TZ
from letters.overrides import wording
from models.database import Database
from models.stamp import Stamp
from phases.book import BOOK
from settings import Settings, home

BY = "prefect"


@dataclass(frozen=True, slots=True)
class FlowEntry:
    """The database, the settings and the stamp that a flow's run works with."""

    database: Database
    settings: Settings
    stamp: Stamp


@contextmanager
def enter(as_of: datetime | None, by: str = BY) -> Iterator[FlowEntry]:
    """Read the clock, and close the database at the end. `as_of` is for a rehearsal only (a real year refuses it)."""
    at, settings = datetime.now(UTC), Settings()
    database = Database(settings.database.url, BOOK, *settings.keys_in(home()))
    own = wording(settings.letters, BOOK).words
    stamp = Stamp(by, at, aware(as_of) or at, settings.base_url, settings.mail_domain, words=own)
    try:
        yield FlowEntry(database, settings, stamp)
    finally:
        database.dispose()


def aware(instant: datetime | None) -> datetime | None:
    """Give an instant its offset: without one it is local time."""
    return instant.replace(tzinfo=TZ) if instant is not None and instant.tzinfo is None else instant
