"""What proves that a city was told: its letters, their acknowledgements, the calls; for one city phase, and for all."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import case, func, or_, select

from gates.states import State
from models.columns import table_of
from models.letter_states import LetterState
from models.letterbox import conditions, own
from models.tables.contact_receipts import Call, Receipt
from models.tables.season import Letter, ProgrammeYear, Transition

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from models.histories import Span
    from models.letterbox import LetterQuery
    from models.standing import Key

WRITTEN, RECEIVED, CALLED = "已发函", "已签收", "已致电"
OWING = (State.OPEN.value, State.RETURNED.value, State.OVERDUE.value)
"""Where the city still has something to do; what is late by its due day alone is open in the log."""


def told(connection: Connection, year: int, as_of: datetime) -> dict[Key, tuple[str, ...]]:
    """Give, by phase and city, what was done to tell a city what it still owes, in the newest attempt.

    已发函: a letter to its office or its head has gone out; 已签收: one of them was acknowledged; 已致电.
    """
    attempts = _owing(connection, year, as_of)
    letters = _letters(connection, year, as_of)
    calls = _calls(connection, year, as_of)
    found = {}
    for (phase, city), attempt in attempts.items():
        written, received = letters.get((phase, city, str(attempt)), (0, 0))
        marks = ((WRITTEN, written), (RECEIVED, received), (CALLED, (phase, city, attempt) in calls))
        found[phase, city] = tuple(word for word, done in marks if done)
    return {key: words for key, words in found.items() if words}


def _owing(connection: Connection, year: int, as_of: datetime) -> dict[Key, int]:
    table = table_of(Transition)
    newest = (
        select(func.max(table.c.id))
        .where(table.c.year == year, table.c.as_of <= as_of)
        .group_by(table.c.phase, table.c.city)
    )
    query = select(table.c.phase, table.c.city, table.c.attempt).where(
        table.c.id.in_(newest), table.c.to_state.in_(OWING)
    )
    return {(phase, city): attempt for phase, city, attempt in connection.execute(query)}


def left(year: int) -> ColumnElement[datetime | None]:
    """Give when a letter of a year went out, by the programme's time; null where it did not."""
    letter = table_of(Letter)
    by_its_own = case((_rehearsed(year), left_at()), else_=letter.c.sent_at)
    return case((letter.c.state == LetterState.SENT.value, by_its_own), else_=None)


def _rehearsed(year: int) -> ColumnElement[bool]:
    programme = table_of(ProgrammeYear)
    return select(programme.c.rehearsal).where(programme.c.year == year).scalar_subquery()


def sent_by(year: int, as_of: datetime) -> ColumnElement[bool]:
    """A rehearsal's letters leave by the wall's clock, not by its own: what was to leave by then counts as sent."""
    letter = table_of(Letter)
    gone = (letter.c.state == LetterState.SENT.value) & (letter.c.queued_as_of <= as_of)
    return gone & or_(letter.c.sent_at <= as_of, _rehearsed(year) & (left_at() <= as_of))


def left_at() -> ColumnElement[datetime]:
    """Give when a letter of a rehearsal leaves, by its own time: in office hours where it keeps them."""
    letter = table_of(Letter)
    return func.coalesce(letter.c.leaves_at, letter.c.queued_as_of, type_=letter.c.queued_as_of.type)


def _letters(connection: Connection, year: int, as_of: datetime) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Count letters sent, and acknowledged, by phase, city and attempt."""
    letter, receipt = table_of(Letter), table_of(Receipt)
    known = (receipt.c.letter == letter.c.id) & (receipt.c.as_of <= as_of)
    to_city = letter.c.recipient.in_(own(letter.c.concerns))
    query = (
        select(letter.c.phase, letter.c.concerns, letter.c.attempt, func.count(), func.count(receipt.c.letter))
        .outerjoin(receipt, known)
        .where(letter.c.year == year, to_city, or_(sent_by(year, as_of), receipt.c.letter.is_not(None)))
        .group_by(letter.c.phase, letter.c.concerns, letter.c.attempt)
    )
    return {
        (phase, city, attempt): (written, received)
        for phase, city, attempt, written, received in connection.execute(query)
    }


def _calls(connection: Connection, year: int, as_of: datetime) -> frozenset[tuple[str, str, int]]:
    table = table_of(Call)
    query = select(table.c.phase, table.c.city, table.c.attempt).where(table.c.year == year, table.c.as_of <= as_of)
    return frozenset((phase, city, attempt) for phase, city, attempt in connection.execute(query.distinct()))


def attempt_of(connection: Connection, year: int, phase: str, city: str, as_of: datetime) -> int:
    """Give the attempt that a city phase was in at an instant; 1 where nothing had happened to it yet."""
    table = table_of(Transition)
    query = select(table.c.attempt).where(
        table.c.year == year, table.c.phase == phase, table.c.city == city, table.c.as_of <= as_of
    )
    return connection.execute(query.order_by(table.c.id.desc()).limit(1)).scalar() or 1


class EvidenceLetter(NamedTuple):
    """A letter of a city phase; `left`: when it went out, `receipt`: when it was acknowledged; None: it was not."""

    id: int
    attempt: str
    kind: str
    recipient: str
    subject: str
    state: str
    queued_as_of: datetime
    detail: str | None
    left: datetime | None
    receipt: datetime | None


class NotedCall(NamedTuple):
    """A telephone call about a city phase."""

    phase: str
    city: str
    attempt: int
    whom: str
    said: str
    by: str
    at: datetime
    as_of: datetime


def letters_of(connection: Connection, wanted: LetterQuery, *, limit: int) -> list[EvidenceLetter]:
    """Give the letters of a city phase, of all its attempts, each with its `receipt`: the office's own first.

    Then the newest first.
    """
    letter, receipt = table_of(Letter), table_of(Receipt)
    query = (
        select(*(letter.c[name] for name in EvidenceLetter._fields[:-2]), left(wanted.year), receipt.c.as_of)
        .outerjoin(receipt, (receipt.c.letter == letter.c.id) & (receipt.c.as_of <= wanted.as_of))
        .where(*conditions(wanted))
    )
    theirs = letter.c.recipient.in_(own(wanted.city or ""))
    newest = query.order_by(theirs.desc(), letter.c.queued_as_of.desc(), letter.c.id.desc()).limit(limit)
    return [EvidenceLetter._make(row) for row in connection.execute(newest)]


def calls_of(connection: Connection, span: Span) -> list[NotedCall]:
    """Give the calls, oldest first."""
    table = table_of(Call)
    query = select(*(table.c[name] for name in NotedCall._fields)).where(*span.of(table))
    return [NotedCall._make(row) for row in connection.execute(query.order_by(table.c.id))]
