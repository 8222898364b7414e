"""What the cities asked the province for and have no answer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from models.asked import Request
from models.columns import table_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row


def unanswered(connection: Connection, year: int, as_of: datetime) -> list[Row[Any]]:
    """Give the requests for more time that were open at an instant, the oldest first."""
    table = table_of(Request)
    open_then = or_(table.c.answer.is_(None), table.c.answered_as_of > as_of)
    names = ("id", "phase", "city", "attempt", "until", "as_of", "by", "reason")
    query = select(*(table.c[name] for name in names))
    return list(
        connection.execute(
            query.where(table.c.year == year, table.c.as_of <= as_of, open_then).order_by(table.c.as_of, table.c.id)
        )
    )
