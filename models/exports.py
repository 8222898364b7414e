"""Letters as they are exported: for all cities or for one, as of an instant."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from models.columns import table_of
from models.letterbox import readable
from models.tables.contact_receipts import Receipt
from models.tables.season import Letter
from phases.letter_kinds import Kind

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """A letter without its words; `receipt` is when it was acknowledged."""

    id: int
    kind: Kind
    phase: str
    concerns: str
    recipient: str
    subject: str
    state: str
    queued_as_of: datetime
    sent_at: datetime | None
    detail: str | None
    receipt: datetime | None = None


def letters(connection: Connection, year: int, city: str | None, as_of: datetime) -> list[WrittenLetter]:
    """Give the letters that were written by an instant. A city is given those that its office may read."""
    letter, receipt = table_of(Letter), table_of(Receipt)
    query = (
        select(*(letter.c[one.name] for one in fields(WrittenLetter)[:-1]), receipt.c.as_of)
        .outerjoin(receipt, (receipt.c.letter == letter.c.id) & (receipt.c.as_of <= as_of))
        .where(letter.c.year == year, letter.c.queued_as_of <= as_of)
        .order_by(letter.c.id)
    )
    rows = connection.execute(query if city is None else query.where(readable(letter, city)))
    return [WrittenLetter(*row) for row in rows]
