"""The calendars that a year ran on before: what a revision replaced, kept for ever, so that the past shows its own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from models.columns import table_of
from models.tables.revised_calendars import Amendment
from models.tables.season import ProgrammeYear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import BindParameter, Connection, ScalarSelect

    from models.stamp import Stamp


def replace_calendar(connection: Connection, year: int, text: str, reason: str, stamp: Stamp) -> None:
    """Put another calendar in the place of the year's, and the one that it had on record."""
    table = table_of(ProgrammeYear)
    was = connection.execute(select(table.c.calendar).where(table.c.year == year)).scalar_one()
    row = {"year": year, "calendar": was, "reason": reason}
    connection.execute(insert(table_of(Amendment)).values(row | stamp.columns()))
    values = {"calendar": text, "revision": table.c.revision + 1}
    connection.execute(update(table).where(table.c.year == year).values(values))


def revisions(connection: Connection, year: int) -> int:
    """Count how often a year's calendar was revised."""
    table = table_of(Amendment)
    return connection.execute(select(func.count()).where(table.c.year == year)).scalar_one()


def revised(connection: Connection, year: int, as_of: datetime) -> tuple[int, datetime | None]:
    """Count how often it had been revised by an instant, and say when last."""
    table = table_of(Amendment)
    query = select(func.count(), func.max(table.c.as_of)).where(table.c.year == year, table.c.as_of <= as_of)
    count, last = connection.execute(query).one()
    return count, last


def replaced(connection: Connection, year: int) -> Sequence[tuple[datetime, str]]:
    """Give the calendars that were revised, the oldest first, and until when each held."""
    table = table_of(Amendment)
    query = select(table.c.as_of, table.c.calendar).where(table.c.year == year).order_by(table.c.as_of, table.c.id)
    return [(row.as_of, row.calendar) for row in connection.execute(query)]


def calendar_at(year: BindParameter[int], as_of: BindParameter[datetime]) -> ScalarSelect[str]:
    """Ask for the text of the calendar that was revised first after an instant; NULL where today's stood already."""
    table = table_of(Amendment)
    later = select(table.c.calendar).where(table.c.year == year, table.c.as_of > as_of)
    return later.order_by(table.c.as_of, table.c.id).limit(1).scalar_subquery()
