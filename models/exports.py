"""Rows as they are exported: each a question for all cities or for one, as of an instant where the table knows one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from models.columns import table_of
from models.letterbox import own
from models.tables.contact_receipts import Call, Receipt
from models.tables.season import ExtensionRow, Filing, Letter, WaiverRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row
    from sqlmodel import SQLModel

DATED: Mapping[str, type[SQLModel]] = {
    "extensions": ExtensionRow,
    "waivers": WaiverRow,
    "findings": Filing,
    "calls": Call,
}
"""Tables that have a year, a city and the instant as of which each row came to be."""

LETTER = (
    "id",
    "kind",
    "phase",
    "concerns",
    "recipient",
    "attempt",
    "subject",
    "state",
    "queued_as_of",
    "sent_at",
    "detail",
)


def dated(connection: Connection, name: str, year: int, city: str | None, as_of: datetime) -> list[Row[Any]]:
    """Give the rows of one of `DATED` that were there at an instant, oldest first."""
    table = table_of(DATED[name])
    query = select(table).where(table.c.year == year, table.c.as_of <= as_of).order_by(table.c.id)
    return list(connection.execute(query if city is None else query.where(table.c.city == city)))


def letters(connection: Connection, year: int, city: str | None, as_of: datetime) -> list[Row[Any]]:
    """Give the letters that were written by an instant, without their words, each with its `receipt`.

    A city is given those to its own office alone.
    """
    letter, receipt = table_of(Letter), table_of(Receipt)
    query = (
        select(*(letter.c[name] for name in LETTER), receipt.c.as_of.label("receipt"))
        .outerjoin(receipt, (receipt.c.letter == letter.c.id) & (receipt.c.as_of <= as_of))
        .where(letter.c.year == year, letter.c.queued_as_of <= as_of)
        .order_by(letter.c.id)
    )
    return list(connection.execute(query if city is None else query.where(letter.c.recipient.in_(own(city)))))
