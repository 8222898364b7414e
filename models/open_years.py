"""The years that are under way: what the schedules are made from, what `watch` looks after; a rehearsal's own time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from models import standing
from models.columns import table_of
from models.tables.season import ProgrammeYear

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection

    from calendars.year import Phase, Year
    from models.standing import Opened


def live(connection: Connection) -> tuple[Opened, ...]:
    """Give the years that were opened for real and are not archived, oldest first.

    A rehearsal has a time of its own and must not be moved on by the clock.
    """
    table = table_of(ProgrammeYear)
    under_way = select(table.c.year).where(table.c.closed_as_of.is_(None), table.c.rehearsal.is_(False))
    years = connection.execute(under_way.order_by(table.c.year)).scalars()
    return tuple(standing.opened(connection, year) for year in years.all())


def begun(year: Year, day: date) -> Phase | None:
    """Give the phase by which a year begins, once it has opened by the calendar; None before."""
    first = min(year.phases, key=lambda phase: phase.opens)
    return first if first.opens <= day else None


def tried_though_begun(connection: Connection, day: date) -> tuple[tuple[Year, Phase], ...]:
    """Give the years that are tried still though they have begun, each with the phase by which: no city hears of it."""
    tried = (opened.year for opened in live(connection) if opened.trial is not None)
    return tuple((year, first) for year in tried if (first := begun(year, day)) is not None)


def all_years(connection: Connection) -> tuple[Opened, ...]:
    """Give every year that was opened, oldest first."""
    table = table_of(ProgrammeYear)
    years = connection.execute(select(table.c.year).order_by(table.c.year)).scalars()
    return tuple(standing.opened(connection, year) for year in years.all())


def set_clock(connection: Connection, year: int, at: datetime) -> None:
    """Say what time it is in a rehearsal: from now on it stands there until it is played further."""
    table = table_of(ProgrammeYear)
    rehearsed = (table.c.year == year) & table.c.rehearsal.is_(True)
    connection.execute(update(table).where(rehearsed).values(clock=at, revision=table.c.revision + 1))
