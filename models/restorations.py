"""What a restored backup does not know: which letters went out after it was made. Till a person has looked, none do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, insert, select, true, update

from models import audit
from models.columns import columns_of, table_of
from models.letter_states import LetterEvent, LetterState, may, moved
from models.outbox import RESTORED
from models.record_chain import chained
from models.shortcuts.bulk import among, listed
from models.tables.accounts import OneTimeLink, SignIn
from models.tables.audit import AuditEntry
from models.tables.restorations import Restoration
from models.tables.season import Letter, ProgrammeYear, Transition

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, FromClause, Select

    from models.stamp import Stamp

LEAP = 1_000_000
"""By how much the revision of a year grows: a browser may have kept pages of any that the restored one comes to."""

NUMBERS = 1_000
"""By how much the numbers of letters of one's own grow: none of these is written and sent under an old number."""

RESTORING, OF = "恢复备份", "restoration:"
"""How the record tells of a restoration: the instant at which the backup was made follows."""

GONE, IN_DOUBT = "恢复备份之前已发出", "恢复备份之前可能已发出"


@dataclass(frozen=True, slots=True)
class Epoch:
    """A restoration that nobody has looked at yet: of a backup made at `made_at`, at `at`."""

    id: int
    made_at: datetime
    at: datetime

    def __str__(self) -> str:
        """Say why the post is held."""
        return (
            f"数据库在 {self.at:%Y-%m-%d %H:%M} 恢复为 {self.made_at:%Y-%m-%d %H:%M} 的备份，"
            "其间可能已发出的函件没有记录。"
            "投递已暂停；核对后放行"
        )


class WrittenSince(NamedTuple):
    """What a database has of after an instant, and its newest record.

    Rows of the log, what people did beside it, years opened, letters written, letters sent.
    """

    moves: int
    deeds: int
    years: int
    letters: int
    sent: int
    newest: datetime | None


Past = list[dict[str, Any]]
"""The restorations that a database knows of, as rows without their ids, the oldest first."""


def past(connection: Connection) -> Past:
    """Give them: what an earlier one still waits to meet must not be forgotten with the database that is replaced."""
    table = table_of(Restoration)
    columns = [column for column in table.c if column is not table.c.id]
    return [dict(row) for row in connection.execute(select(*columns).order_by(table.c.id)).mappings()]


def begin(connection: Connection, made_at: datetime, sent: list[str], stamp: Stamp, reason: str, old: Past) -> None:
    """Put on record that this is a backup of then; hold the post; end every session, link and page kept.

    `old` are those that the replaced database had; the backup itself may know of some.
    """
    table = table_of(Restoration)
    known = {row["at"] for row in past(connection)}
    row = {"made_at": made_at, "at": stamp.at, "by": stamp.by, "reason": reason, "sent": sent}
    fresh = row | {"released_at": None, "released_by": None}
    connection.execute(insert(table), [*(one for one in old if one["at"] not in known), fresh])
    audit.record(connection, stamp, RESTORING, f"{OF}{made_at.isoformat()}", reason=reason)
    connection.execute(delete(table_of(SignIn)))
    links = table_of(OneTimeLink)
    connection.execute(delete(links).where(links.c.used_at.is_(None)))  # used meanwhile, for all that anybody knows
    year = table_of(ProgrammeYear)
    connection.execute(update(year).values(revision=year.c.revision + LEAP))


def proven(connection: Connection) -> list[tuple[datetime, datetime]]:
    """Give from when to when a backup knew nothing, of each restoration that a chained row of the record tells of."""
    deed = table_of(AuditEntry)
    told = select(deed).where(deed.c.what == RESTORING, deed.c.subject.startswith(OF)).order_by(deed.c.id)
    rows = chained(connection, deed, connection.execute(told).mappings().all())
    return [(datetime.fromisoformat(row["subject"].removeprefix(OF)), row["at"]) for row in rows]


def held(connection: Connection) -> Epoch | None:
    """Give the restoration that holds the post, the newest of several; None where none does."""
    row = connection.execute(_held()).one_or_none()
    return None if row is None else Epoch(*row)


@cache
def _held() -> Select[Any]:
    table = table_of(Restoration)
    query = select(*columns_of(Epoch, table)).where(table.c.released_at.is_(None))
    return query.order_by(table.c.id.desc()).limit(1)


def release(connection: Connection, stamp: Stamp) -> None:
    """Hold the post no more."""
    table = table_of(Restoration)
    open_ones = update(table).where(table.c.released_at.is_(None))
    connection.execute(open_ones.values(released_at=stamp.at, released_by=stamp.by))


def known_as_sent(connection: Connection, ids: Collection[int] | None = None) -> frozenset[int]:
    """Mark as sent what replaced databases knew to have gone out, of all that waits or of these letters; give which.

    Each is met once, whenever it is written: what a person lets go once more after that goes.
    """
    table, letter, gone = table_of(Restoration), table_of(Letter), set[int]()
    ours = among(connection.dialect.name, letter.c.id, "ids")
    waits = may(letter, LetterEvent.DOUBT_RESTORED) & (true() if ids is None else ours)
    knowing = [row for row in connection.execute(select(table.c.id, table.c.at, table.c.sent)) if row.sent]
    for one in knowing:
        waiting = select(letter.c.message_id, letter.c.id, _by_hand_since(letter, one.at).label("by_hand"))
        asked = connection.execute(waiting.where(waits), {} if ids is None else {"ids": listed(connection, ids)})
        found = {row.message_id: row for row in asked}
        met = [found[message] for message in one.sent if message in found]
        mine = {row.id for row in met if not row.by_hand}
        if met:
            rest = [message for message in one.sent if message not in found]
            connection.execute(update(table).where(table.c.id == one.id).values(sent=rest))
        if mine:
            values = {**moved(LetterEvent.DELIVER), "sent_at": one.at, "detail": GONE}
            connection.execute(update(letter).where(ours).values(values), {"ids": listed(connection, mine)})
        gone |= mine
    return frozenset(gone)


def doubt(connection: Connection, epoch: Epoch) -> int:
    """Leave what may have gone out to whoever can tell: the mailbox, the relay's log, else a person. Give how many."""
    letter = table_of(Letter)
    # Handed over no earlier than the backup was made; by no worker that anybody could wait for.
    taken = {"claim": RESTORED, "claimed_at": epoch.made_at, "detail": IN_DOUBT}
    may_be_out = may(letter, LetterEvent.DOUBT_RESTORED) & ~_by_hand_since(letter, epoch.at)
    doubted = update(letter).where(may_be_out)
    return connection.execute(doubted.values(**moved(LetterEvent.DOUBT_RESTORED), **taken)).rowcount


def leaving(connection: Connection, as_of: datetime) -> int:
    """Give how many letters the post takes as soon as it goes on."""
    letter = table_of(Letter)
    due = may(letter, LetterEvent.CLAIM) & (letter.c.due_at <= as_of)
    return connection.execute(select(func.count()).select_from(letter).where(due)).scalar_one()


def _by_hand_since(letter: FromClause, at: datetime) -> ColumnElement[bool]:
    """Tell of a letter whether a person caused it since a restoration: it cannot have gone out before."""
    return (letter.c.leaves_at.is_(None) | (letter.c.kind == "letter")) & (letter.c.queued_at > at)


def written_since(connection: Connection, instant: datetime) -> WrittenSince:
    """Give what was written by the clock after an instant."""
    move, letter, year = table_of(Transition), table_of(Letter), table_of(ProgrammeYear)
    counted = (move.c.at, table_of(AuditEntry).c.at, year.c.opened_at, letter.c.queued_at, letter.c.sent_at)
    counts = (select(func.count(column)).where(column > instant).scalar_subquery() for column in counted)
    found = connection.execute(select(*counts, select(func.max(move.c.at)).scalar_subquery())).one()
    return WrittenSince(*found)


def sent_since(connection: Connection, instant: datetime) -> list[str]:
    """Give the Message-IDs of the letters that went out after an instant."""
    letter = table_of(Letter)
    gone = (letter.c.state == LetterState.SENT.value) & (letter.c.sent_at > instant)
    return list(connection.execute(select(letter.c.message_id).where(gone).order_by(letter.c.id)).scalars())
