"""Letters of which nobody alive knows whether they went out: found, settled by what the other side saw, or by a person.

A letter is in doubt while it is `sending` in the hand of a worker that is gone, and while it is `unknown`. The worker
that had it must be proven gone first: a living one may be sending it at this very moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, case, func, select, update

from letters.headers import MESSAGE_ID
from models.columns import table_of
from models.letter_marks import state_after
from models.letter_states import TRANSITIONS, LetterEvent, LetterState, is_moot, may, moved, sources
from models.outbox import RESTORED, in_domain
from models.tables.season import Letter
from models.taking_back import HELD_BACK
from post import workers
from post.marks import why_moot

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from models.database import Database

LEASE = timedelta(minutes=15)
"""On PostgreSQL a session, and its lock, may be cut off from a worker that goes on: only so long after is it gone,
where nothing is seen of its process. One that is seen to live is not gone, one that is seen to have ended is at once.
"""

RESOLVED: Mapping[str, tuple[LetterEvent, str]] = {
    "accepted": (LetterEvent.FIND_ACCEPTED, "发送进程中断，经核对已送达"),
    "refused": (LetterEvent.FIND_REFUSED, "发送进程中断，经核对未送达，重新发送"),
    "untold": (LetterEvent.FIND_NOTHING, "发送进程中断，不能确定是否已送达"),
}
"""By what the other side tells of a message: what that is to its letters, and what is said of them."""

SENT_BEFORE_RESTORING = "恢复备份之前已发出，经核对已送达"
"""What is said of one that was seen, of those that a restored backup knows nothing of. That one was *not* seen tells
nothing of them: they may have gone out in an envelope of which the backup knows nothing either.
"""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A letter in doubt: `message_id` is that of the message it went out in, `since` when it was taken in hand."""

    id: int
    state: str
    claim: str
    tries: int
    since: datetime
    message_id: str


def doubtful(database: Database, at: datetime) -> list[Doubtful]:
    """Give the letters in doubt at this instant, those whose worker lives left out."""
    letter, lead = table_of(Letter), table_of(Letter).alias("lead")
    columns = (letter.c[name] for name in ("id", "state", "claim", "tries", "claimed_at"))
    query = (
        select(*columns, lead.c.message_id)
        .join(lead, lead.c.id == func.coalesce(letter.c.envelope, letter.c.id))
        .where(may(letter, LetterEvent.FIND_ACCEPTED), letter.c.claim != HELD_BACK)
        .order_by(letter.c.id)
    )
    with database.read() as connection:
        found = [Doubtful(*row) for row in connection.execute(query)]
    dead = left_by_the_dead(database, {(one.claim, one.since) for one in found if one.claim != RESTORED}, at)
    return [one for one in found if one.claim == RESTORED or (one.claim, one.since) in dead]


def left_by_the_dead(
    database: Database, taken: Collection[tuple[str, datetime]], at: datetime
) -> frozenset[tuple[str, datetime]]:
    """Give of these tokens, each with when something was taken in hand under it, those whose worker is proven gone."""
    gone = workers.gone(database, {token for token, _ in taken})
    lives: dict[str, workers.Life] = {token: "ended" if database.embedded else workers.life(token) for token in gone}
    return frozenset(one for one in taken if _is_dead(lives.get(one[0], "alive"), one[1], at))


def _is_dead(life: workers.Life, since: datetime, at: datetime) -> bool:
    return life == "ended" or (life == "untold" and since < at - LEASE)


def resolve(database: Database, found: Sequence[Doubtful], fates: Mapping[str, str], at: datetime) -> None:
    """Put on record what the other side told, by Message-ID; a letter of which it tells nothing yet stays as it is."""
    letter = table_of(Letter)
    rows = [row for one in found for row in (_resolved(one, fates.get(one.message_id), at),) if row is not None]
    if not rows:
        return
    state: BindParameter[str] = bindparam("new_state")
    unchanged = [letter.c[name] == bindparam(f"seen_{name}") for name in ("state", "claim", "tries")]
    statement = update(letter).where(letter.c.id == bindparam("letter"), *unchanged)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("tries", "sent_at")}
    values["state"] = state_after(letter, state)
    values["detail"] = case((is_moot(letter, state), why_moot(letter)), else_=bindparam("new_detail"))
    with database.write() as connection:
        connection.execute(statement.values(values), rows)


def _resolved(one: Doubtful, fate: str | None, at: datetime) -> dict[str, Any] | None:
    event, detail = RESOLVED.get(fate or "", (None, ""))
    if one.claim == RESTORED:
        event, detail = event if event is LetterEvent.FIND_ACCEPTED else None, SENT_BEFORE_RESTORING
    if event is None or (state := TRANSITIONS.get((LetterState(one.state), event))) is None:
        return None
    return {
        "letter": one.id,
        "seen_state": one.state,
        "seen_claim": one.claim,
        "seen_tries": one.tries,
        "new_state": state.value,
        "new_tries": one.tries - _was_untried(one, state),
        "new_sent_at": at if state is LetterState.SENT else None,
        "new_detail": detail,
    }


def _was_untried(one: Doubtful, state: LetterState) -> bool:
    """Tell whether it was only in hand: a worker's death is no try of a letter, and parks none however often it comes.

    One that was handed over without an answer, and turned out refused, was tried.
    """
    return one.state == LetterState.SENDING and state is LetterState.QUEUED


def same_envelope(connection: Connection, key: int) -> list[int]:
    """Give the letters that a person settles with this one, itself among them: their message had one fate.

    One that waits, for an address or for its release, shares it no more, whatever it once went out with.
    """
    letter, went = table_of(Letter), sources(LetterEvent.SETTLE_SENT)
    row = connection.execute(
        select(letter.c.envelope, letter.c.recipient, letter.c.state).where(letter.c.id == key)
    ).one()
    if row.state not in went:
        return [key]
    mates = select(letter.c.id).where(letter.c.recipient == row.recipient, letter.c.state.in_(went))
    envelope = key if row.envelope is None else row.envelope
    found = mates.where((letter.c.id == key) | (letter.c.envelope == envelope)).order_by(letter.c.id)
    return list(connection.execute(found).scalars())


class ToSettle(NamedTuple):
    """A letter as far as settling it takes."""

    id: int
    year: int
    phase: str
    kind: str
    state: str
    recipient: str
    address: str
    concerns: str
    message_id: str


def letters(connection: Connection, keys: Collection[int]) -> list[ToSettle]:
    """Give these letters as far as settling them takes; by id."""
    letter = table_of(Letter)
    columns = (letter.c[name] for name in ToSettle._fields)
    query = select(*columns).where(letter.c.id.in_(keys)).order_by(letter.c.id)
    return [ToSettle._make(row) for row in connection.execute(query)]


def name_anew(connection: Connection, letters: Sequence[ToSettle], domain: str) -> None:
    """Give a Message-ID in this domain to those whose own no message can bear: they never went out under it."""
    letter = table_of(Letter)
    unfit = [row for row in letters if not MESSAGE_ID.fullmatch(row.message_id)]
    rows = [{"its": row.id, "named": in_domain(domain, row.message_id)} for row in unfit]
    if rows:
        renamed = update(letter).where(letter.c.id == bindparam("its"))
        connection.execute(renamed.values(message_id=bindparam("named")), rows)


def settled(connection: Connection, keys: Sequence[int], event: LetterEvent, **more: Any) -> None:  # noqa: ANN401 -- columns
    """Put on record what a person found out, of those of these letters that it may happen to."""
    letter = table_of(Letter)
    theirs = update(letter).where(letter.c.id.in_(keys), may(letter, event))
    connection.execute(theirs.values(**moved(event), **more))
