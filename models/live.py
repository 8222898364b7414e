"""The years that are under way: what the schedules are made from, and what `watch` looks after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from models import standing
from models.columns import table_of
from models.season import ProgrammeYear

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.standing import Opened


def live(connection: Connection) -> tuple[Opened, ...]:
    """Give the years that were opened for real and are not archived, oldest first.

    A rehearsal has a time of its own and must not be moved on by the clock.
    """
    table = table_of(ProgrammeYear)
    under_way = select(table.c.year).where(table.c.closed_as_of.is_(None), table.c.rehearsal.is_(False))
    years = connection.execute(under_way.order_by(table.c.year)).scalars()
    return tuple(standing.opened(connection, year) for year in years.all())
