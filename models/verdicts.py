"""What gates said of filings, as it was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from gates.verdict import Verdict
from models.columns import table_of
from models.tables.season import Filing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from models.standing import Key


def last_digests(connection: Connection, year: int, phase: str, cities: Iterable[str]) -> dict[tuple[str, str], str]:
    """Give the digest of the facts of each city's newest judgement in a phase, by city and part."""
    table = table_of(Filing)
    newest = (
        select(func.max(table.c.id))
        .where(table.c.year == year, table.c.phase == phase, table.c.city.in_(list(cities)))
        .group_by(table.c.city, table.c.part)
    )
    query = select(table.c.city, table.c.part, table.c.digest).where(table.c.id.in_(newest))
    return {(city, part): said for city, part, said in connection.execute(query)}


def last_facts(connection: Connection, year: int, key: Key, part: str) -> dict[str, Any] | None:
    """Give the facts, as they were frozen, that a part of a city phase passed on last; None where it never did."""
    table = table_of(Filing)
    phase, city = key
    mine = (table.c.year == year, table.c.phase == phase, table.c.city == city, table.c.part == part, table.c.passed)
    return connection.execute(select(table.c.facts).where(*mine).order_by(table.c.id.desc()).limit(1)).scalar()


def of_filing(connection: Connection, year: int, key: Key, number: int, part: str) -> Verdict | None:
    """Give what was said of a part of a city phase's filing of that number; None where it was not judged."""
    table = table_of(Filing)
    phase, city = key
    query = select(table.c.verdict).where(
        table.c.year == year,
        table.c.phase == phase,
        table.c.city == city,
        table.c.number == number,
        table.c.part == part,
    )
    kept = connection.execute(query).scalar()
    return Verdict.from_json(kept) if kept else None
