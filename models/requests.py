"""The cities' requests for a later day: which wait for the province, and what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from models.asked import Request
from models.columns import table_of
from models.writing import bump

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from models.stamp import Stamp


def find(connection: Connection, year: int, request: int) -> Row[Any] | None:
    """Give one request of a year."""
    table = table_of(Request)
    return connection.execute(select(table).where(table.c.year == year, table.c.id == request)).one_or_none()


def unanswered(connection: Connection, year: int) -> Sequence[Row[Any]]:
    """Give the requests that wait for the province, the oldest first."""
    table = table_of(Request)
    query = select(table).where(table.c.year == year, table.c.answer.is_(None)).order_by(table.c.as_of, table.c.id)
    return connection.execute(query).all()


def answer(connection: Connection, request: int, *, granted: bool, reason: str, stamp: Stamp) -> bool:
    """Put the answer on record; False where there is one already."""
    table = table_of(Request)
    values = {
        "answer": "granted" if granted else "declined",
        "answered_by": stamp.by,
        "answered_as_of": stamp.as_of,
        "answer_reason": reason,
    }
    open_ = update(table).where(table.c.id == request, table.c.answer.is_(None)).values(values)
    done = connection.execute(open_.returning(table.c.year)).scalar()
    if done is not None:
        bump(connection, done)
    return done is not None
