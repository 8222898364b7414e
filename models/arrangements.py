"""When and where cities bring the parties of a phase together: what each said, and which holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from models.columns import table_of
from models.tables.arrangements import Arrangement
from phases.parties import Arranged

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.stamp import Stamp
    from models.standing import Key


def arrangements(connection: Connection, year: int) -> dict[Key, Arranged]:
    """Give what holds, by phase and city."""
    table = table_of(Arrangement)
    columns = (table.c[name] for name in ("phase", "city", "number", "day", "begins", "place"))
    query = select(*columns).where(table.c.year == year).order_by(table.c.number)
    return {(phase, city): Arranged(*said) for phase, city, *said in connection.execute(query)}


def arrange(connection: Connection, year: int, key: Key, said: Arranged, stamp: Stamp) -> None:
    """Put into force what a city says of a phase; `key` is phase and city, its number the next one."""
    phase, city = key
    row = {"year": year, "phase": phase, "city": city, "number": said.number, "day": said.day, "begins": said.begins}
    connection.execute(insert(table_of(Arrangement)).values(row | {"place": said.place} | stamp.columns()))
