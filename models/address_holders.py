"""Who would be written to at an address in a year: offices and their people, mentors, institutions and schools."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import Integer, cast, func, or_, select, union

from calendars.deadlines import day_of
from models import contacts
from models.columns import table_of
from models.database import book_of
from models.tables.city_drafts import draft_table
from models.tables.pool import Party, PoolEntry
from models.tables.season import CityYear, Office

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection


def reached(
    connection: Connection, year: int, as_of: datetime, addresses: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """Give by address, of these in lower case, the recipients who would be written to there from an instant on.

    Those of a city that left the year are not, nor a contact whose time is over, nor a party that the year's forms and
    pools do not name.
    """
    cities = _cities(connection, year, as_of)
    found: dict[str, set[str]] = defaultdict(set)
    for address, recipient in (*_offices(connection, cities, as_of), *_parties(connection, year, cities, addresses)):
        if address is not None and address.lower() in addresses:
            found[address.lower()].add(recipient)
    return {address: frozenset(recipients) for address, recipients in found.items()}


def _cities(connection: Connection, year: int, as_of: datetime) -> frozenset[str]:
    city = table_of(CityYear)
    there = or_(city.c.withdrawn_as_of.is_(None), city.c.withdrawn_as_of > as_of)
    return frozenset(connection.execute(select(city.c.city).where(city.c.year == year, there)).scalars())


def _offices(connection: Connection, cities: Collection[str], as_of: datetime) -> Iterator[tuple[str | None, str]]:
    table, today = table_of(Office), day_of(as_of)
    kept = [(row.office, row.email, row.head) for row in connection.execute(select(table))]
    people = contacts.of(connection)
    kept += [(one.office, one.email, None) for one in people if one.until is None or today <= one.until]
    for office, own, head in kept:
        if office in cities or office == "province":
            yield from zip((own, head), contacts.recipients(office), strict=True)


def _parties(
    connection: Connection, year: int, cities: Collection[str], addresses: Collection[str]
) -> list[tuple[str, str]]:
    party = table_of(Party)
    theirs = select(party.c.kind, party.c.id, party.c.email).where(func.lower(party.c.email).in_(addresses))
    found = connection.execute(theirs).all()
    named = _named(connection, year, cities, [row.id for row in found]) if found else frozenset()
    return [(row.email, f"{row.kind}:{row.id}") for row in found if row.id in named]


def _named(connection: Connection, year: int, cities: Collection[str], ids: Collection[int]) -> frozenset[int]:
    """Those of these parties whom the year's forms name, or its pools."""
    sheets, pool = book_of(connection).sheets.values(), table_of(PoolEntry)
    drafts = [(draft_table(sheet), column.name) for sheet in sheets for column in sheet.worked_out if column.party]
    pooled = pool.c.year == year, pool.c.city.in_(cities), pool.c.kind != "student", pool.c.key.in_(map(str, ids))
    queries = [
        select(table.c[column]).where(table.c.year == year, table.c.city.in_(cities), table.c[column].in_(ids))
        for table, column in drafts
    ]
    return frozenset(connection.execute(union(*queries, select(cast(pool.c.key, Integer)).where(*pooled))).scalars())
