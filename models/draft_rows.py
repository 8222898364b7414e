"""Drafts out: what a city has loaded, sheet by sheet, as it stands in the tables."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from models.columns import columns_of, table_of
from models.database import book_of
from models.histories import Load
from models.loading import NOTHING
from models.tables.city_drafts import draft_table, value_table
from models.tables.season import Filing, RefusedLoad, WorkbookLoad

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select, Table

    from phases.stored_sheet import StoredSheet

EVERYBODY: Mapping[str, Any] = MappingProxyType({})
"""Whose rows are given where it is not said whose."""


def drafts(connection: Connection, key: str) -> Table:
    """Give the table of the sheet of that key, of the book that the connection's database is made for."""
    return draft_table(book_of(connection).sheets[key])


def counts(connection: Connection, year: int, city: str, keys: Sequence[str]) -> dict[str, int]:
    """Give how many rows the city has in each of these sheets, in one statement."""
    asked = _counts(tuple((key, drafts(connection, key)) for key in keys))
    found = connection.execute(asked, {"counted_in": year, "counted_of": city})
    return dict(found.one()._mapping)  # noqa: SLF001 -- SQLAlchemy's public name


@lru_cache(maxsize=32)
def _counts(tables: Sequence[tuple[str, Table]]) -> Select[Any]:
    return select(
        *(
            select(func.count())
            .where(table.c.year == bindparam("counted_in"), table.c.city == bindparam("counted_of"))
            .scalar_subquery()
            .label(key)
            for key, table in tables
        )
    )


def rows(
    connection: Connection,
    year: int,
    city: str | None,
    key: str,
    *,
    start: int = 0,
    limit: int | None = None,
    of: Mapping[str, Any] = EVERYBODY,
) -> list[dict[str, Any]]:
    """Give a sheet's rows by field, city by city in the order of their lines, of one city or of all (None).

    All of them, or `limit` from the `start`-th on; those alone whose columns have the values `of` them.
    """
    table = drafts(connection, key)
    mine = (table.c[name] == value for name, value in of.items())
    query = select(table).where(table.c.year == year, *mine).order_by(table.c.city, table.c.line)
    query = query if city is None else query.where(table.c.city == city)
    found = [dict(row) for row in connection.execute(query.offset(start).limit(limit)).mappings()]
    more = values(connection, year, book_of(connection).sheets[key], {row["city"] for row in found})
    return [row | more.get((row["city"], row["line"]), {}) for row in found] if more else found


def values(
    connection: Connection, year: int, sheet: StoredSheet, cities: Collection[str]
) -> dict[tuple[str, int], dict[str, Any]]:
    """Give, by city and line, the values of which a sheet has one for each word of the year, by field, in order."""
    each, found = sheet.each, defaultdict[tuple[str, int], dict[str, Any]](dict)
    if each and cities:
        table = value_table(sheet)
        query = select(table.c.city, table.c.line, table.c[each.place], table.c[each.name])
        mine = query.where(table.c.year == year, table.c.city.in_(cities)).order_by(table.c[each.place])
        for city, line, place, value in connection.execute(mine):
            found[city, line][each.field(place)] = value
    return found


def last_line(connection: Connection, year: int, city: str, key: str) -> int | None:
    """Give the line of the sheet's last row; None where it has none."""
    table = drafts(connection, key)
    query = select(func.max(table.c.line)).where(table.c.year == year, table.c.city == city)
    return connection.execute(query).scalar()


def newest(connection: Connection, year: int, form: str, city: str) -> Load | None:
    """Give the load that made the city's present draft of that form; None where none did, or it was taken away."""
    found = connection.execute(_newest(), {"of_year": year, "of_form": form, "of_city": city})
    return next((load for row in found if (load := Load(*row)).sha256 != NOTHING), None)


@cache
def _newest() -> Select[Any]:
    table = table_of(WorkbookLoad)
    return select(*columns_of(Load, table)).where(*_of_form(table)).order_by(table.c.id.desc()).limit(1)


def _of_form(table: Table) -> list[ColumnElement[bool]]:
    return [table.c[name] == bindparam(f"of_{name}") for name in ("year", "form", "city")]


@dataclass(frozen=True, slots=True)
class RefusedSince:
    """An upload that was refused for so many faults after the present draft was loaded."""

    faults: int
    by: str
    as_of: datetime


def refused_since(connection: Connection, year: int, form: str, city: str) -> RefusedSince | None:
    """Give the newest upload of that form if it was refused: then the draft, if there is one, is an older one."""
    newest = connection.execute(_refused_since(), {"of_year": year, "of_form": form, "of_city": city}).one_or_none()
    return RefusedSince(*newest[:3]) if newest and newest[3] in (True, 1, None) else None


@cache
def _refused_since() -> Select[Any]:
    refused, load = table_of(RefusedLoad), table_of(WorkbookLoad)
    after = select(func.max(load.c.at)).where(*_of_form(load))
    query = select(*columns_of(RefusedSince, refused), after.scalar_subquery() < refused.c.at)
    return query.where(*_of_form(refused)).order_by(refused.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class KeptFiling:
    """A filing as its gate judged the city's part of it, without the verdict."""

    number: int
    attempt: int
    passed: bool
    by: str
    at: datetime
    as_of: datetime


def newest_filing(connection: Connection, year: int, phase: str, city: str) -> KeptFiling | None:
    """Give the city's newest filing; None where it has not filed."""
    table = table_of(Filing)
    mine = (table.c.year == year, table.c.phase == phase, table.c.city == city, table.c.part == "city")
    found = select(*columns_of(KeptFiling, table)).where(*mine).order_by(table.c.id.desc()).limit(1)
    return next((KeptFiling(*row) for row in connection.execute(found)), None)
