"""Letters that would be untrue if they arrived now, though nobody took them back: they had left the queue by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, select

from gates.states import MOVING_THE_DAY, Event, State
from models.columns import table_of
from models.letter_states import LetterState
from models.tables.season import Letter, ProgrammeYear, Transition
from models.taking_back import ASKING, SETTLING, answering, declining, naming_a_day, own_dated

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import BindParameter, ColumnElement, Connection, Exists

    from models.database import Database

    Instant = datetime | BindParameter[datetime]
    """One that is known, or the place of one in a statement that is put together once."""


def untrue(connection: Connection, keys: Collection[int], as_of: datetime) -> frozenset[int]:
    """Give those of these letters that are no longer to be sent."""
    letter = table_of(Letter)
    return frozenset(connection.execute(select(letter.c.id).where(letter.c.id.in_(keys), over(as_of))).scalars())


def over(as_of: Instant) -> ColumnElement[bool]:
    """Tell of a letter whether it is no longer to be sent."""
    return or_(moved_on(as_of), stale_by_the_clock(as_of))


def redated(connection: Connection, keys: Collection[int], as_of: datetime) -> frozenset[int]:
    """Give those of these letters whose due day was moved after they were written: they name one that no longer is."""
    letter = table_of(Letter)
    query = select(letter.c.id).where(letter.c.id.in_(keys), naming_another_day(as_of))
    return frozenset(connection.execute(query).scalars())


def naming_another_day(as_of: Instant) -> ColumnElement[bool]:
    """Tell of a letter whether the due day that it names was moved after it was written."""
    letter, log = table_of(Letter), table_of(Transition)
    moved = _since(as_of).where(log.c.event.in_([event.value for event in MOVING_THE_DAY]))
    again = _since(as_of).where(log.c.event == Event.RERUN.value)
    return and_(naming_a_day(letter) | own_dated(letter), moved) | and_(declining(letter), again)


def untrue_in_hand(database: Database, token: str, as_of: datetime) -> frozenset[str]:
    """Give the Message-IDs under which this hand holds a letter that an act, or the time, has made untrue meanwhile.

    Given back to the queue, what an act made untrue is cancelled, and what has gone stale is so with the next claim.
    """
    letter = table_of(Letter)
    mine = (letter.c.state == LetterState.SENDING.value, letter.c.claim == token)
    theirs = select(letter.c.envelope).where(*mine, or_(letter.c.moot, stale_by_the_clock(as_of)))
    with database.read() as connection:
        found = connection.execute(select(letter.c.message_id).where(letter.c.id.in_(theirs)))
        return frozenset(found.scalars())


def overtaken(as_of: Instant) -> ColumnElement[bool]:
    """Tell of a letter whether it is no longer owed: taken back, its time over, or its city phase moved on since."""
    return or_(moved_on(as_of), stale(as_of))


def stale(as_of: Instant) -> ColumnElement[bool]:
    """Tell of a letter whether its time is over."""
    until = table_of(Letter).c.valid_until
    return and_(until.is_not(None), until <= as_of)


def stale_by_the_clock(as_of: Instant) -> ColumnElement[bool]:
    """Tell of a letter whether its time is over; one of a rehearsal goes stale by no clock."""
    year = table_of(ProgrammeYear)
    return and_(stale(as_of), table_of(Letter).c.year.not_in(select(year.c.year).where(year.c.rehearsal)))


def moved_on(as_of: Instant) -> ColumnElement[bool]:
    """Tell of a letter whether its city phase has moved on since: `models.outbox` would have taken it back unsent.

    So would it one that names a day which has moved since; that one is still owed, with the new day (`redated`).
    """
    letter, log, since = table_of(Letter), table_of(Transition), _since(as_of)
    left = _since(as_of, anywhere=True).where(log.c.to_state == State.WITHDRAWN.value)
    moved, again = log.c.from_state != log.c.to_state, log.c.event == Event.RERUN.value
    return or_(
        letter.c.moot,
        and_(letter.c.kind.in_(ASKING), since.where(moved)),
        and_(letter.c.kind.in_(SETTLING), since.where(again)),
        and_(letter.c.kind.in_(SETTLING) | answering(letter), left),
    )


def _since(as_of: Instant, *, anywhere: bool = False) -> Exists:
    """What was put into the log of a letter's city phase, or of its city's `anywhere`, after it was written."""
    letter, log = table_of(Letter), table_of(Transition)
    same = [log.c.year == letter.c.year, log.c.city == letter.c.concerns]
    same += [] if anywhere else [log.c.phase == letter.c.phase]
    return exists().where(*same, log.c.as_of > letter.c.queued_as_of, log.c.as_of <= as_of, ~log.c.refused)
