"""Acknowledgements: which letters went out in one message, and that their recipient has it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Integer, bindparam, func, insert, or_, select

from models.columns import table_of
from models.letter_states import LetterState
from models.shortcuts.bulk import insert_new
from models.tables.contact_receipts import Call, Receipt
from models.tables.season import Letter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Select

    from models.stamp import Stamp


NOT_OUT = (LetterState.CANCELLED.value, LetterState.AWAITING.value)
"""The states of a letter that nobody has to acknowledge: it did not go out, or the province has not let it."""


class InMessage(NamedTuple):
    """A letter that went out in a message, when that was; `receipt` is when it was acknowledged."""

    id: int
    year: int
    recipient: str
    receipt: datetime | None
    out: datetime


class Acknowledged(NamedTuple):
    """A letter's acknowledgement; `by` is None where it came by the letter's own link."""

    letter: int
    by: str | None
    at: datetime
    as_of: datetime


def in_message(connection: Connection, lead: int) -> list[InMessage]:
    """Give the letters that went out in the message this one leads.

    What was taken back before it went out, or waits for its release, is not among them.
    """
    return [InMessage._make(row) for row in connection.execute(_in_message(), {"led_by": lead})]


@cache
def _in_message() -> Select[Any]:
    letter, receipt, lead = table_of(Letter), table_of(Receipt), bindparam("led_by", type_=Integer)
    out = func.coalesce(letter.c.sent_at, letter.c.queued_at)
    return (
        select(letter.c.id, letter.c.year, letter.c.recipient, receipt.c.at.label("receipt"), out)
        .outerjoin(receipt, receipt.c.letter == letter.c.id)
        .where(or_(letter.c.id == lead, letter.c.envelope == lead), letter.c.state.not_in(NOT_OUT))
        .order_by(letter.c.id)
    )


def receipt(connection: Connection, letter: int) -> Acknowledged | None:
    """Give a letter's acknowledgement."""
    table = table_of(Receipt)
    query = select(*(table.c[name] for name in Acknowledged._fields)).where(table.c.letter == letter)
    row = connection.execute(query).one_or_none()
    return None if row is None else Acknowledged._make(row)


def acknowledge(connection: Connection, letters: Iterable[int], by: str | None, stamp: Stamp) -> int:
    """Put on record that these letters arrived; give how many were not acknowledged before."""
    rows = [{"letter": letter, "by": by, "at": stamp.at, "as_of": stamp.as_of} for letter in letters]
    return insert_new(connection, table_of(Receipt), rows)


def called(connection: Connection, stamp: Stamp, given: dict[str, Any]) -> int:
    """Put a telephone call on record: year, phase, city, attempt, whom, said; give its number."""
    table = table_of(Call)
    made = connection.execute(insert(table).values(given | stamp.columns()).returning(table.c.id))
    return int(made.scalar_one())
