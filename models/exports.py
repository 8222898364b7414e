"""Rows as they are exported: each a question for all cities or for one, as of an instant where the table knows one."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from models.columns import columns_of, table_of
from models.letterbox import own
from models.tables.contact_receipts import Call, Receipt
from models.tables.season import ExtensionRow, Filing, Letter, WaiverRow
from phases.letter_kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from sqlmodel import SQLModel


@dataclass(frozen=True, slots=True)
class DatedRow:
    """What is about a city phase, and came to be as of an instant."""

    city: str
    phase: str
    attempt: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class GivenDay(DatedRow):
    """A later day."""

    until: date
    cause: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class GivenWaiver(DatedRow):
    """A rule set aside."""

    rule: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class JudgedFiling(DatedRow):
    """A filing with its verdict, as JSON."""

    number: int
    verdict: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LoggedCall(DatedRow):
    """A call to somebody."""

    whom: str
    said: str
    by: str


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


TABLES: Mapping[type[DatedRow], type[SQLModel]] = {
    GivenDay: ExtensionRow,
    GivenWaiver: WaiverRow,
    JudgedFiling: Filing,
    LoggedCall: Call,
}

AnyDated = TypeVar("AnyDated", bound=DatedRow)


def dated(
    connection: Connection, shape: type[AnyDated], year: int, city: str | None, as_of: datetime
) -> list[AnyDated]:
    """Give the rows of a kind that were there at an instant, oldest first."""
    table = table_of(TABLES[shape])
    query = select(*columns_of(shape, table)).where(table.c.year == year, table.c.as_of <= as_of).order_by(table.c.id)
    rows = connection.execute(query if city is None else query.where(table.c.city == city))
    return [shape(*row) for row in rows]


def letters(connection: Connection, year: int, city: str | None, as_of: datetime) -> list[WrittenLetter]:
    """Give the letters that were written by an instant. A city is given those to its own office alone."""
    letter, receipt = table_of(Letter), table_of(Receipt)
    own_columns = (letter.c[one.name] for one in fields(WrittenLetter) if one.name in letter.c)
    query = (
        select(*own_columns, receipt.c.as_of)
        .outerjoin(receipt, (receipt.c.letter == letter.c.id) & (receipt.c.as_of <= as_of))
        .where(letter.c.year == year, letter.c.queued_as_of <= as_of)
        .order_by(letter.c.id)
    )
    rows = connection.execute(query if city is None else query.where(letter.c.recipient.in_(own(city))))
    return [WrittenLetter(*row) for row in rows]
