"""Letters that would be untrue if they arrived now, though nobody took them back: they had left the queue by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, select

from gates.states import Event
from models.columns import table_of
from models.outbox import ASKING, SETTLING
from models.season import Letter, ProgrammeYear, Transition

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection


def untrue(connection: Connection, keys: Collection[int], as_of: datetime) -> frozenset[int]:
    """Give those of these letters that are no longer to be sent; the letters of a rehearsal go stale by no clock."""
    letter, year = table_of(Letter), table_of(ProgrammeYear)
    rehearsed = select(year.c.year).where(year.c.rehearsal)
    over = or_(moved_on(as_of), and_(stale(as_of), letter.c.year.not_in(rehearsed)))
    return frozenset(connection.execute(select(letter.c.id).where(letter.c.id.in_(keys), over)).scalars())


def overtaken(as_of: datetime) -> ColumnElement[bool]:
    """Tell of a letter whether it is no longer owed: taken back, its time over, or its city phase moved on since."""
    return or_(moved_on(as_of), stale(as_of))


def stale(as_of: datetime) -> ColumnElement[bool]:
    """Tell of a letter whether its time is over."""
    until = table_of(Letter).c.valid_until
    return and_(until.is_not(None), until <= as_of)


def moved_on(as_of: datetime) -> ColumnElement[bool]:
    """Tell of a letter whether its city phase has moved on since: `models.outbox` would have taken it back unsent."""
    letter, log = table_of(Letter), table_of(Transition)
    same = (log.c.year == letter.c.year, log.c.phase == letter.c.phase, log.c.city == letter.c.concerns)
    since = exists().where(*same, log.c.as_of > letter.c.queued_as_of, log.c.as_of <= as_of, ~log.c.refused)
    moved, again = log.c.from_state != log.c.to_state, log.c.event == Event.RERUN.value
    return or_(
        letter.c.moot,
        and_(letter.c.kind.in_(ASKING), since.where(moved)),
        and_(letter.c.kind.in_(SETTLING), since.where(again)),
    )
