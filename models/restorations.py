"""What a restored backup does not know: which letters went out after it was made. Till a person has looked, none do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, func, insert, select, update

from models import audit
from models.columns import columns_of, table_of
from models.letter_states import LetterEvent, LetterState, may, moved
from models.outbox import RESTORED
from models.tables.accounts import SignIn
from models.tables.audit import AuditEntry
from models.tables.restorations import Restoration
from models.tables.season import Letter, ProgrammeYear, Transition

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, FromClause

    from models.stamp import Stamp

LEAP = 1_000_000
"""By how much the revision of a year grows: a browser may have kept pages of any that the restored one comes to."""

GONE, IN_DOUBT = "恢复备份之前已发出", "恢复备份之前可能已发出"


@dataclass(frozen=True, slots=True)
class Epoch:
    """A restoration that nobody has looked at yet: of a backup made at `made_at`, at `at`; `sent` as the table has."""

    id: int
    made_at: datetime
    at: datetime
    sent: list[str]

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


def begin(connection: Connection, made_at: datetime, sent: list[str], stamp: Stamp, reason: str) -> None:
    """Put on record that this is a backup of then; hold the post, end every session, and pass by what browsers kept."""
    row = {"made_at": made_at, "at": stamp.at, "by": stamp.by, "reason": reason, "sent": sent}
    connection.execute(insert(table_of(Restoration)).values(row))
    audit.record(connection, stamp, "恢复备份", "restoration", reason=reason)
    connection.execute(delete(table_of(SignIn)))
    year = table_of(ProgrammeYear)
    connection.execute(update(year).values(revision=year.c.revision + LEAP))


def held(connection: Connection) -> Epoch | None:
    """Give the restoration that holds the post, the newest of several; None where none does."""
    table = table_of(Restoration)
    newest = select(*columns_of(Epoch, table)).where(table.c.released_at.is_(None)).order_by(table.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else Epoch(*row)


def release(connection: Connection, stamp: Stamp) -> None:
    """Hold the post no more."""
    table = table_of(Restoration)
    open_ones = update(table).where(table.c.released_at.is_(None))
    connection.execute(open_ones.values(released_at=stamp.at, released_by=stamp.by))


def known_as_sent(connection: Connection, epoch: Epoch) -> int:
    """Mark as sent what the replaced database knew to have gone out; give how many there were."""
    letter = table_of(Letter)
    waiting = select(letter.c.message_id, letter.c.id).where(_waits(letter, epoch))
    found = dict(connection.execute(waiting).tuples().all())
    gone = [found[message] for message in epoch.sent if message in found]
    if gone:
        values = {**moved(LetterEvent.DELIVER), "sent_at": epoch.at, "detail": GONE}
        connection.execute(update(letter).where(letter.c.id.in_(gone)).values(values))
    return len(gone)


def doubt(connection: Connection, epoch: Epoch) -> int:
    """Leave what may have gone out to whoever can tell: the mailbox, the relay's log, else a person. Give how many."""
    letter = table_of(Letter)
    # Handed over no earlier than the backup was made; by no worker that anybody could wait for.
    taken = {"claim": RESTORED, "claimed_at": epoch.made_at, "detail": IN_DOUBT}
    doubted = update(letter).where(_waits(letter, epoch))
    return connection.execute(doubted.values(**moved(LetterEvent.DOUBT_RESTORED), **taken)).rowcount


def _waits(letter: FromClause, epoch: Epoch) -> ColumnElement[bool]:
    """Tell of a letter that waits whether it may have gone out: not what a person caused since the restoration."""
    by_hand_since = letter.c.leaves_at.is_(None) & (letter.c.queued_at > epoch.at)
    return may(letter, LetterEvent.DOUBT_RESTORED) & ~by_hand_since


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
