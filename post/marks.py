"""What became of the letters in a hand, and letters as they stand in the outbox."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sqlalchemy import bindparam, case, update

from models.columns import table_of
from models.letter_marks import state_after
from models.letter_states import LetterEvent, LetterState, any_of, is_moot, may, moved, target
from models.shortcuts.bulk import rows_given, rows_of
from models.tables.season import Letter
from models.taking_back import HELD_BACK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, FromClause, Update
    from sqlalchemy.types import TypeEngine

    from models.database import Database
    from post.claims import Claimed

TRIES = 8
"""Tries after which a letter that came to no answer each time is parked as failed: it may be what breaks the line."""

LONGEST = timedelta(days=5)
"""How long one that the relay defers is tried, as long as it is true (RFC 5321 4.5.4.1)."""

SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=30)

MOOT = "发送前情况已变，不再发送"

ANSWERS: Mapping[str, LetterEvent] = {
    "sent": LetterEvent.DELIVER,
    "failed": LetterEvent.FAIL,
    "deferred": LetterEvent.PUT_OFF,
    "retry": LetterEvent.PUT_OFF,
    "withheld": LetterEvent.WITHHOLD,
    "unknown": LetterEvent.DOUBT,
}
"""What a courier's answer is to the letter."""


class Delivered(Protocol):
    """What became of a letter, as a courier tells it; `tried`: whether it was offered."""

    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def detail(self) -> str: ...  # noqa: D102
    @property
    def tried(self) -> bool: ...  # noqa: D102


class InHand(Protocol):
    """What is offered under an id, once more each time; `message_id` tells it from all others."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def tries(self) -> int: ...  # noqa: D102
    @property
    def message_id(self) -> str: ...  # noqa: D102
    @property
    def deferred_since(self) -> datetime | None: ...  # noqa: D102


def mark(
    database: Database,
    token: str,
    held: Sequence[Claimed],
    deliveries: Sequence[Delivered],
    as_of: datetime,
    at: datetime,
) -> None:
    """Put on record what became of the letters in this hand; one that was taken out of it meanwhile is left alone."""
    rows = [
        marked(one, delivery, as_of, at)._replace(message_id=one.own_id)
        for one, delivery in zip(held, deliveries, strict=True)
    ]
    if not rows:
        return
    given = {"token": token}
    with database.write() as connection:
        connection.execute(_marking(connection.dialect.name), given | rows_given(connection, _kinds(), rows))


@lru_cache(maxsize=2)
def _marking(dialect: str) -> Update:
    letter, seen = table_of(Letter), rows_of(dialect, _kinds())
    values: dict[str, ColumnElement[Any]] = {name: seen.c[f"new_{name}"] for name in CHANGED}
    values["state"] = state_after(letter, seen.c.new_state)
    values["detail"] = case((is_moot(letter, seen.c.new_state), why_moot(letter)), else_=seen.c.new_detail)
    # The number alone may be another's by now: SQLite gives those of a trial once more when its year goes live.
    same = (letter.c.id == seen.c.letter, letter.c.message_id == seen.c.message_id)
    mine = (*same, letter.c.claim == bindparam("token"), letter.c.tries == seen.c.tries)
    return update(letter).where(*mine, any_of(letter, ANSWERS.values(), seen.c.new_state)).values(values)


def why_moot(letter: FromClause) -> ColumnElement[str]:
    """Give why a letter is cancelled that was taken back: in hand it says so itself, else what became of it."""
    return case((letter.c.state == LetterState.SENDING.value, letter.c.detail), else_=MOOT)


def _kinds() -> dict[str, TypeEngine[Any]]:
    """The types of the columns of `Marked`."""
    letter = table_of(Letter)
    return {name: letter.c[name.removeprefix("new_").replace("letter", "id")].type for name in Marked._fields}


CHANGED = ("state", "tries", "sent_at", "due_at", "detail", "deferred_since")


class Marked(NamedTuple):
    """What is to be put down of one letter, where its tries are still as they were seen; `message_id` is its own."""

    letter: int
    message_id: str
    tries: int
    new_state: str
    new_tries: int
    new_sent_at: datetime | None
    new_due_at: datetime
    new_detail: str | None
    new_deferred_since: datetime | None


def marked(one: InHand, delivery: Delivered, as_of: datetime, at: datetime) -> Marked:
    """Give what is to be put down of what somebody has in hand, by what was answered."""
    deferred = delivery.state == "deferred"
    tries = one.tries - (deferred or not delivery.tried)
    since = one.deferred_since or (as_of if deferred else None)
    answer = ANSWERS[delivery.state]
    parked = _why_parked(delivery, tries, since, as_of) if answer is LetterEvent.PUT_OFF else ""
    event = LetterEvent.FAIL if parked else answer
    again = event is LetterEvent.PUT_OFF
    waited = as_of - since if deferred and since else SHORTEST_PAUSE * 2 ** max(tries - 1, 0)
    due_at = as_of + pause(one.message_id, waited) if again else as_of
    sent_at = at if event is LetterEvent.DELIVER else None
    detail = f"{parked}{delivery.detail}" or None
    then = (target(event).value, tries, sent_at, due_at, detail, since if again else None)
    return Marked(one.id, one.message_id, one.tries, *then)


def _why_parked(delivery: Delivered, tries: int, since: datetime | None, as_of: datetime) -> str:
    """Say why a letter that was put off is not tried again, "" where it is."""
    if delivery.state == "deferred":
        return f"已试 {LONGEST.days} 天：" if since is not None and as_of - since >= LONGEST else ""
    return f"已试 {tries} 次：" if tries >= TRIES else ""


def pause(message_id: str, waited: timedelta) -> timedelta:
    """Give how long a letter waits that waited so long already: as long again, a minute to half an hour, or nearly.

    The letters of one envelope wait equally long, those of different ones do not all come back at once.
    """
    lot = hashlib.sha256(f"{message_id}/{waited}".encode()).digest()[0] / 255
    return min(max(waited, SHORTEST_PAUSE), LONGEST_PAUSE) * (0.8 + 0.4 * lot)


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
