"""What became of the letters in a hand, and letters as they stand in the outbox."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sqlalchemy import bindparam, case, update

from models.columns import table_of
from models.letter_states import LetterEvent, any_of, is_moot, may, moved, target, unless_moot
from models.outbox import HELD_BACK
from models.shortcuts.bulk import rows_given, rows_of
from models.tables.season import Letter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Update
    from sqlalchemy.types import TypeEngine

    from models.database import Database
    from post.claims import Claimed

TRIES = 8
"""Tries after which a letter that was put off each time is parked as failed."""

MOOT = "发送前情况已变，不再发送"

ANSWERS: Mapping[str, LetterEvent] = {
    "sent": LetterEvent.DELIVER,
    "failed": LetterEvent.FAIL,
    "retry": LetterEvent.PUT_OFF,
    "withheld": LetterEvent.WITHHOLD,
    "unknown": LetterEvent.DOUBT,
}
"""What a courier's answer is to the letter."""


class Delivered(Protocol):
    """What became of a letter: `sent`, `failed`, `retry`, `unknown`, `withheld`; `tried`: whether it was offered."""

    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def detail(self) -> str: ...  # noqa: D102
    @property
    def tried(self) -> bool: ...  # noqa: D102


def mark(
    database: Database,
    token: str,
    held: Sequence[Claimed],
    deliveries: Sequence[Delivered],
    as_of: datetime,
    at: datetime,
) -> None:
    """Put on record what became of the letters in this hand; one that was taken out of it meanwhile is left alone."""
    rows = [_marked(one, delivery, as_of, at) for one, delivery in zip(held, deliveries, strict=True)]
    if not rows:
        return
    given = {"token": token}
    with database.write() as connection:
        connection.execute(_marking(connection.dialect.name), given | rows_given(connection, _kinds(), rows))


@lru_cache(maxsize=2)
def _marking(dialect: str) -> Update:
    letter, seen = table_of(Letter), rows_of(dialect, _kinds())
    values: dict[str, ColumnElement[Any]] = {name: seen.c[f"new_{name}"] for name in CHANGED}
    values["state"] = unless_moot(letter, seen.c.new_state)
    values["detail"] = case((is_moot(letter, seen.c.new_state), letter.c.detail), else_=seen.c.new_detail)
    mine = (letter.c.id == seen.c.letter, letter.c.claim == bindparam("token"), letter.c.tries == seen.c.tries)
    return update(letter).where(*mine, any_of(letter, ANSWERS.values(), seen.c.new_state)).values(values)


def _kinds() -> dict[str, TypeEngine[Any]]:
    """The types of the columns of `_Marked`."""
    letter = table_of(Letter)
    return {name: letter.c[name.removeprefix("new_").replace("letter", "id")].type for name in _Marked._fields}


CHANGED = ("state", "tries", "sent_at", "due_at", "detail")


class _Marked(NamedTuple):
    """What is to be put down of one letter, where its tries are still as they were seen."""

    letter: int
    tries: int
    new_state: str
    new_tries: int
    new_sent_at: datetime | None
    new_due_at: datetime
    new_detail: str | None


def _marked(one: Claimed, delivery: Delivered, as_of: datetime, at: datetime) -> _Marked:
    tries = one.tries - (not delivery.tried)
    answer = ANSWERS[delivery.state]
    parked = answer is LetterEvent.PUT_OFF and tries >= TRIES
    event = LetterEvent.FAIL if parked else answer
    due_at = as_of + pause(one.message_id, tries) if event is LetterEvent.PUT_OFF else as_of
    detail = f"已试 {tries} 次：{delivery.detail}" if parked else delivery.detail or None
    sent_at = at if event is LetterEvent.DELIVER else None
    return _Marked(one.id, one.tries, target(event).value, tries, sent_at, due_at, detail)


def pause(message_id: str, tries: int) -> timedelta:
    """Give how long a letter waits that was put off: a minute, then twice as long each time, give or take a fifth.

    The letters of one envelope wait equally long, those of different ones do not all come back at once.
    """
    lot = hashlib.sha256(f"{message_id}/{tries}".encode()).digest()[0] / 255
    return timedelta(minutes=2 ** max(tries - 1, 0)) * (0.8 + 0.4 * lot)


def hold_back(database: Database, as_of: datetime) -> None:
    """Take what is queued and due out of the queue without sending it: a rehearsal goes on as if it had been sent."""
    letter = table_of(Letter)
    due = may(letter, LetterEvent.SET_ASIDE) & (letter.c.due_at <= as_of)
    with database.write() as connection:
        connection.execute(update(letter).where(due).values(**moved(LetterEvent.SET_ASIDE), claim=HELD_BACK))


def let_go(database: Database) -> None:
    """Put back into the queue what was held back."""
    letter = table_of(Letter)
    with database.write() as connection:
        aside = update(letter).where(letter.c.claim == HELD_BACK, may(letter, LetterEvent.LET_GO))
        connection.execute(aside.values(**moved(LetterEvent.LET_GO), claim=None))
