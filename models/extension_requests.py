"""The cities' requests for a later day: what was asked, which wait for the province, what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, or_, select, update

from models.columns import table_of
from models.tables.extension_requests import Request
from models.writing import bump

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection, Row

    from models.stamp import Stamp


def find(connection: Connection, year: int, request: int) -> Row[Any] | None:
    """Give one request of a year."""
    table = table_of(Request)
    return connection.execute(select(table).where(table.c.year == year, table.c.id == request)).one_or_none()


def of_city_phase(connection: Connection, year: int, phase: str, city: str) -> list[Row[Any]]:
    """Give what the city asked for in this phase, newest first, each with its answer or None."""
    table = table_of(Request)
    query = select(table).where(table.c.year == year, table.c.phase == phase, table.c.city == city)
    return list(connection.execute(query.order_by(table.c.id.desc())))


def numbered(connection: Connection, year: int, requests: Collection[int]) -> Sequence[Row[Any]]:
    """Give these requests of a year, the oldest first."""
    table = table_of(Request)
    query = select(table).where(table.c.year == year, table.c.id.in_(requests))
    return connection.execute(query.order_by(table.c.id)).all()


def waiting(connection: Connection, year: int, phase: str, city: str, attempt: int) -> Row[Any] | None:
    """Give the request of this attempt that nobody has answered yet."""
    return next(
        (row for row in of_city_phase(connection, year, phase, city) if row.attempt == attempt and row.answer is None),
        None,
    )


def ask(
    connection: Connection,
    token: str,
    place: tuple[int, str, str],
    attempt: int,
    until: date,
    reason: str,
    stamp: Stamp,
) -> int:
    """Keep a request for a city phase (`place`: year, phase, city), and give its number; its token is taken once.

    Pages from memory show it, so the year's revision moves with it.
    """
    year, phase, city = place
    row = {"token": token, "year": year, "phase": phase, "city": city, "attempt": attempt}
    new = insert(table_of(Request)).values(row | {"until": until, "reason": reason} | stamp.columns())
    number = connection.execute(new.returning(table_of(Request).c.id)).scalar_one()
    bump(connection, year)
    return int(number)


def unanswered(connection: Connection, year: int, as_of: datetime) -> Sequence[Row[Any]]:
    """Give the requests that waited for the province at an instant, the oldest first."""
    table = table_of(Request)
    open_then = or_(table.c.answer.is_(None), table.c.answered_as_of > as_of)
    query = select(table).where(table.c.year == year, table.c.as_of <= as_of, open_then)
    return connection.execute(query.order_by(table.c.as_of, table.c.id)).all()


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a request, and the words of that; `said` as in the table."""

    request: int
    said: str
    reason: str


RETRACTED = "retracted"
ANSWERS: Mapping[bool | None, str] = {True: "granted", False: "declined", None: "needless"}


def reopen(connection: Connection, year: int, requests: Collection[int]) -> None:
    """Let requests wait for an answer once more: what they were settled by holds no longer."""
    table = table_of(Request)
    none = dict.fromkeys(("answer", "answered_by", "answered_as_of", "answer_reason"))
    connection.execute(update(table).where(table.c.year == year, table.c.id.in_(requests)).values(none))
    bump(connection, year)


def answer(connection: Connection, year: int, answers: Sequence[Answer], stamp: Stamp) -> None:
    """Put answers to requests that wait on record: one statement, however many."""
    table = table_of(Request)
    one = update(table).where(table.c.id == bindparam("request"), table.c.answer.is_(None))
    signed = {"answered_by": stamp.by, "answered_as_of": stamp.as_of}
    values: dict[str, Any] = {"answer": bindparam("said"), "answer_reason": bindparam("words"), **signed}
    rows = [{"request": each.request, "said": each.said, "words": each.reason} for each in answers]
    connection.execute(one.values(values), rows)
    bump(connection, year)
