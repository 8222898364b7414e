"""Requests in and out: what a city asked for in a phase, and the one that still waits for its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from models.asked import Request
from models.columns import table_of
from models.writing import bump

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection, Row

    from models.stamp import Stamp


def requests(connection: Connection, year: int, phase: str, city: str) -> list[Row[Any]]:
    """Give what the city asked for in this phase, newest first, each with its answer or None."""
    table = table_of(Request)
    query = select(table).where(table.c.year == year, table.c.phase == phase, table.c.city == city)
    return list(connection.execute(query.order_by(table.c.id.desc())))


def waiting(connection: Connection, year: int, phase: str, city: str, attempt: int) -> Row[Any] | None:
    """Give the request of this attempt that nobody has answered yet."""
    return next(
        (row for row in requests(connection, year, phase, city) if row.attempt == attempt and row.answer is None), None
    )


def ask(
    connection: Connection,
    token: str,
    place: tuple[int, str, str],
    attempt: int,
    until: date,
    reason: str,
    stamp: Stamp,
) -> None:
    """Keep a request for a city phase (`place`: year, phase, city); its form's token is taken once.

    Pages from memory show it, so the year's revision moves with it.
    """
    year, phase, city = place
    row = {"token": token, "year": year, "phase": phase, "city": city, "attempt": attempt}
    connection.execute(insert(table_of(Request)).values(row | {"until": until, "reason": reason} | stamp.columns()))
    bump(connection, year)
