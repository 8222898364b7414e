"""The outbox: which letters are due, who has them in hand, and what became of each."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Row, bindparam, func, select, update

from models.columns import table_of
from models.season import Letter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from models.database import Database

BATCH = 500
LEASE = timedelta(minutes=15)
"""How long a worker may have letters in hand before they count as orphaned: longer than any one delivery can take."""

TRIES = 8
"""Tries after which a letter that was put off each time is parked as failed."""


class Fate(Protocol):
    """What a courier says of a letter: `sent`, `failed`, `retry` or `unknown`, and one short line for a person."""

    @property
    def state(self) -> str:
        """One of the four."""
        ...

    @property
    def detail(self) -> str:
        """Why."""
        ...


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter in a worker's hand; `thread` is the Message-ID of the recipient's first letter of the same phase."""

    id: int
    tries: int
    message_id: str
    thread: str | None
    address: str
    subject: str
    text: str
    html: str
    queued_at: datetime


def claim(database: Database, as_of: datetime, at: datetime, limit: int = BATCH) -> tuple[str, list[Claimed]]:
    """Take up to `limit` letters that are queued and due into one hand, and commit that before anything is sent.

    Two workers never hold the same letter: one writes at a time (SQLite), or locked rows are passed by (PostgreSQL).
    """
    letter, token = table_of(Letter), secrets.token_hex(8)
    due = (
        select(letter.c.id)
        .where(letter.c.state == "queued", letter.c.due_at <= as_of)
        .order_by(letter.c.id)
        .limit(limit)
    )
    with database.write() as connection:
        ids = list(connection.execute(due.with_for_update(skip_locked=True)).scalars())
        if not ids:
            return token, []
        values = {"state": "sending", "claim": token, "claimed_at": at, "tries": letter.c.tries + 1}
        connection.execute(update(letter).where(letter.c.id.in_(ids), letter.c.state == "queued").values(values))
        return token, _claimed(connection, token)


def _claimed(connection: Connection, token: str) -> list[Claimed]:
    letter, first, other = table_of(Letter), table_of(Letter).alias("first"), table_of(Letter).alias("other")
    same = [other.c[name] == letter.c[name] for name in ("year", "phase", "recipient", "concerns")]
    opening = select(func.min(other.c.id)).where(*same).correlate(letter).scalar_subquery()
    root = select(first.c.message_id).where(first.c.id == opening, first.c.id != letter.c.id)
    columns = (
        letter.c.id,
        letter.c.tries,
        letter.c.message_id,
        root.correlate(letter).scalar_subquery().label("thread"),
        letter.c.address,
    )
    query = select(*columns, letter.c.subject, letter.c.text, letter.c.html, letter.c.queued_as_of)
    rows = connection.execute(query.where(letter.c.claim == token, letter.c.state == "sending").order_by(letter.c.id))
    return [Claimed(*row) for row in rows]


def mark(
    database: Database,
    token: str,
    held: Sequence[Claimed],
    deliveries: Sequence[Fate],
    as_of: datetime,
    at: datetime,
) -> None:
    """Put on record what became of the letters in this hand; one that was taken out of it meanwhile is left alone."""
    letter = table_of(Letter)
    rows = [_marked(one, delivery, as_of, at) for one, delivery in zip(held, deliveries, strict=True)]
    statement = (
        update(letter)
        .where(letter.c.id == bindparam("letter"), letter.c.claim == token, letter.c.tries == bindparam("seen"))
        .values({name: bindparam(f"new_{name}") for name in ("state", "sent_at", "due_at", "detail")})
    )
    with database.write() as connection:
        connection.execute(statement, rows)


def _marked(one: Claimed, delivery: Fate, as_of: datetime, at: datetime) -> dict[str, Any]:
    parked = delivery.state == "retry" and one.tries >= TRIES
    state = "failed" if parked else "queued" if delivery.state == "retry" else delivery.state
    pause = timedelta(minutes=2 ** (one.tries - 1)) if state == "queued" else timedelta()
    return {
        "letter": one.id,
        "seen": one.tries,
        "new_state": state,
        "new_sent_at": at if state == "sent" else None,
        "new_due_at": as_of + pause,
        "new_detail": f"已试 {one.tries} 次：{delivery.detail}" if parked else delivery.detail or None,
    }


def orphaned(database: Database, at: datetime, *, again: bool) -> int:
    """Deal with letters whose worker has been gone longer than a lease; give how many.

    `again` where the courier takes the same letter twice as one (maildir): they go back into the queue. Else nobody can
    know whether they went out, and they stand as unknown, for a person to settle.
    """
    letter = table_of(Letter)
    stale = update(letter).where(letter.c.state == "sending", letter.c.claimed_at < at - LEASE)
    detail = None if again else "发送进程中断，不能确定是否已送达"
    with database.write() as connection:
        return int(connection.execute(stale.values(state="queued" if again else "unknown", detail=detail)).rowcount)


HELD_BACK = "held-back"


def hold_back(database: Database, as_of: datetime) -> None:
    """Take what is queued and due out of the queue without sending it: a rehearsal goes on as if it had been sent."""
    letter = table_of(Letter)
    due = (letter.c.state == "queued") & (letter.c.due_at <= as_of)
    with database.write() as connection:
        connection.execute(update(letter).where(due).values(state="sending", claim=HELD_BACK))


def let_go(database: Database) -> None:
    """Put back into the queue what was held back."""
    letter = table_of(Letter)
    with database.write() as connection:
        connection.execute(update(letter).where(letter.c.claim == HELD_BACK).values(state="queued", claim=None))


def waiting(connection: Connection) -> int:
    """Give how many letters are queued, due or not."""
    letter = table_of(Letter)
    return int(connection.execute(select(func.count()).where(letter.c.state == "queued")).scalar_one())


def listed(
    connection: Connection, year: int, wanted: Mapping[str, str | None], as_of: datetime | None = None
) -> list[Row[Any]]:
    """Give the letters of a year whose columns have these values (None: any), oldest first."""
    letter = table_of(Letter)
    query = select(letter).where(letter.c.year == year).order_by(letter.c.id)
    for name, value in wanted.items():
        query = query if value is None else query.where(letter.c[name] == value)
    return list(connection.execute(query if as_of is None else query.where(letter.c.queued_as_of <= as_of)))


def letter_by_id(connection: Connection, key: int) -> Row[Any] | None:
    """Give one letter."""
    letter = table_of(Letter)
    return connection.execute(select(letter).where(letter.c.id == key)).one_or_none()
