"""A year put back to the morning it was opened: nothing filed, decided or written yet.

In a copy of its database, to be played again; or once that was only tried goes live, for then none of it was so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from models.append_only import lifted
from models.columns import table_of
from models.database import book_of
from models.purging import FOUND_BY
from models.record_chain import chain_anew
from models.tables.catalogue import declared
from models.tables.pool import Party, PoolEntry
from models.tables.season import CityPhase, CityYear, ProgrammeYear
from models.writing import put_phases

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from calendars.year import Year

STAYS = frozenset({"programme_year", "city_year", "pool", "calendar_draft", "student_count", "purge"})
"""The tables of a year that say nothing of what happened in it."""

SHARED = frozenset({"letter_body", "letter_paper"})
"""What letters of other years have too."""


def begin_anew(connection: Connection, year: Year, begun: datetime) -> None:
    """Take out all that happened in a year, and let it run from its opening on, by this calendar."""
    take_out(connection, year.year)
    _forget_addresses(connection, year.year)
    put_back(connection, year, begun)


def take_out(connection: Connection, year: int) -> None:
    """Take out all that happened in a year; what people did besides stays on record, and on the chain."""
    found = declared(book_of(connection))
    mine = [table for table in reversed(found.sorted_tables) if table.name not in STAYS | SHARED]
    with lifted(connection, [table.name for table in mine]):
        for table in mine:
            if table.name in FOUND_BY:
                connection.execute(delete(table).where(FOUND_BY[table.name](table, year, ())))
            elif "year" in table.c:
                connection.execute(delete(table).where(table.c.year == year))
        chain_anew(connection, year)


def put_back(connection: Connection, year: Year, begun: datetime) -> None:
    """Let a year of which nothing is left run from an instant on, by this calendar."""
    cities, phases, opened = table_of(CityYear), table_of(CityPhase), table_of(ProgrammeYear)
    connection.execute(update(cities).where(cities.c.year == year.year).values(withdrawn_as_of=None))
    connection.execute(delete(phases).where(phases.c.year == year.year))
    put_phases(connection, year, begun)
    rules = connection.execute(select(opened.c.rules).where(opened.c.year == year.year)).scalar_one()
    first = {rule: since for rule, since in rules.items() if since is None} if rules is not None else None
    now = {"calendar": year.source_text, "rules": first, "closed_as_of": None, "clock": None}
    connection.execute(update(opened).where(opened.c.year == year.year).values(now))


def _forget_addresses(connection: Connection, year: int) -> None:
    """Leave the parties no address but those that the year before brought along."""
    party, pool = table_of(Party), table_of(PoolEntry)
    brought = select(pool.c.key).where(pool.c.year == year, pool.c.kind == party.c.kind)
    connection.execute(update(party).where(party.c.id.cast(pool.c.key.type).not_in(brought)).values(email=""))
