"""Drafts out: what a city has loaded, sheet by sheet, as it stands in the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from models.columns import table_of
from models.tables.city_drafts import drafts
from models.tables.season import Filing, WorkbookLoad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row


def counts(connection: Connection, year: int, city: str, keys: Sequence[str]) -> dict[str, int]:
    """Give how many rows the city has in each of these sheets, in one statement."""
    tables = {key: drafts(connection, key) for key in keys}
    asked = (
        select(func.count()).where(table.c.year == year, table.c.city == city).scalar_subquery().label(key)
        for key, table in tables.items()
    )
    return dict(connection.execute(select(*asked)).one()._mapping)  # noqa: SLF001 -- SQLAlchemy's public name


def rows(
    connection: Connection, year: int, city: str, key: str, *, start: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """Give the city's rows of a sheet in the order of their lines: all of them, or `limit` from the `start`-th on."""
    table = drafts(connection, key)
    query = select(table).where(table.c.year == year, table.c.city == city).order_by(table.c.line)
    return [dict(row) for row in connection.execute(query.offset(start).limit(limit)).mappings()]


def last_line(connection: Connection, year: int, city: str, key: str) -> int | None:
    """Give the line of the sheet's last row; None where it has none."""
    table = drafts(connection, key)
    query = select(func.max(table.c.line)).where(table.c.year == year, table.c.city == city)
    return connection.execute(query).scalar()


def newest(connection: Connection, year: int, form: str, city: str) -> Row[Any] | None:
    """Give the load that made the city's present draft of that form: sha256, rows, by, as_of; None where none did."""
    table = table_of(WorkbookLoad)
    query = select(table).where(table.c.year == year, table.c.form == form, table.c.city == city)
    return connection.execute(query.order_by(table.c.id.desc()).limit(1)).one_or_none()


def newest_filing(connection: Connection, year: int, phase: str, city: str) -> Row[Any] | None:
    """Give the city's newest filing as its gate judged it: number, attempt, passed, by, at, as_of; None for none."""
    table = table_of(Filing)
    mine = (table.c.year == year, table.c.phase == phase, table.c.city == city, table.c.part == "city")
    return connection.execute(select(table).where(*mine).order_by(table.c.id.desc()).limit(1)).one_or_none()
