"""Calendars that are being drafted: kept until their year is opened, and never written over unseen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from models.columns import columns_of, table_of
from models.shortcuts.bulk import insert_new
from models.tables.calendar_drafts import CalendarDraft

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.stamp import Stamp


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft as it was saved last: `version` counts how often."""

    year: int
    version: int
    calendar: str
    by: str
    at: datetime


def drafts(connection: Connection) -> list[KeptDraft]:
    """Give every draft, by year."""
    table = table_of(CalendarDraft)
    query = select(*columns_of(KeptDraft, table)).order_by(table.c.year)
    return [KeptDraft(*row) for row in connection.execute(query)]


def draft_of(connection: Connection, year: int) -> KeptDraft | None:
    """Give the draft of a year; None where there is none."""
    return next((one for one in drafts(connection) if one.year == year), None)


def keep(connection: Connection, year: int, text: str, stamp: Stamp, seen: int) -> bool:
    """Save a draft in the place of the version that was `seen` (0: none); False where another was saved since."""
    table, row = table_of(CalendarDraft), {"calendar": text, **stamp.columns()}
    if not seen:
        return insert_new(connection, table, [{"year": year, "version": 1, **row}]) == 1
    mine = update(table).where(table.c.year == year, table.c.version == seen)
    found = connection.execute(mine.values(version=seen + 1, **row).returning(table.c.year))
    return found.scalar() is not None


def drop(connection: Connection, year: int) -> None:
    """Let a draft go: its year is open."""
    table = table_of(CalendarDraft)
    connection.execute(delete(table).where(table.c.year == year))
