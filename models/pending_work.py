"""What a run would find to do: asked every few seconds, so that none is made where there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select, union_all

from models.columns import table_of
from models.letter_states import LetterEvent, may
from models.short_messages import is_due
from models.tables.season import Letter, ProgrammeYear
from models.tables.second_ways import ShortMessage

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


class PendingWork(NamedTuple):
    """The years under way, each with its revision, and the newest letter that is due, None where none is.

    One beside which a short message is due counts too.

    Whatever is written in a year moves its revision on: whether more follows from it, only `watch` can tell.
    """

    revisions: tuple[tuple[int, int], ...]
    letter: int | None


def pending_work(connection: Connection, now: datetime) -> PendingWork:
    """Give what there is at a time of the clock, in two statements."""
    year, letter = table_of(ProgrammeYear), table_of(Letter)
    live = select(year.c.year, year.c.revision).where(year.c.closed_as_of.is_(None), year.c.rehearsal.is_(False))
    revisions = tuple((row.year, row.revision) for row in connection.execute(live.order_by(year.c.year)))
    due = select(func.max(letter.c.id)).where(may(letter, LetterEvent.CLAIM), letter.c.due_at <= now)
    short = table_of(ShortMessage)
    beside = select(func.max(short.c.letter)).join(letter, letter.c.id == short.c.letter).where(is_due(now))
    found = connection.execute(union_all(due, beside)).scalars()
    return PendingWork(revisions, max((one for one in found if one is not None), default=None))
