"""What a person decided about letters, written or not: they wait for a release, or may leave. Kept by their keys."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import and_, bindparam, case, func, select, update

from models.columns import table_of
from models.letter_states import MOOT_INSTEAD, LetterEvent, LetterState, is_moot, may, moved, target
from models.one_snapshot import once_a_snapshot
from models.outbox import ALL, LetterKey
from models.outdated_letters import over
from models.shortcuts.bulk import inserting, rows_given, rows_of
from models.tables.season import Letter, LetterMark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, FromClause, Select

    from models.stamp import Stamp

Mark = Literal["hold", "release"]
PARTS = ("phase", "city", "attempt", "recipient", "kind", "slot")


def every(kind: str, phase: str) -> LetterKey:
    """Give the key under which all letters of a kind in a phase are marked."""
    return (phase, ALL, ALL, ALL, kind, ALL)


def marks(connection: Connection, year: int) -> dict[LetterKey, Mark]:
    """Give what is marked in a year."""
    table = table_of(LetterMark)
    rows = connection.execute(select(*(table.c[name] for name in PARTS), table.c.mark).where(table.c.year == year))
    return {tuple(key): mark for *key, mark in rows}


def waits(marked: Mapping[LetterKey, Mark], key: LetterKey) -> bool:
    """Tell whether a letter waits for a release: as is said of itself, else of all of its kind in its phase."""
    return marked.get(key, marked.get(every(key[4], key[0]))) == "hold"


def is_marked(letter: FromClause) -> ColumnElement[bool]:
    """Tell the same of a letter in the database."""
    table = table_of(LetterMark)
    itself = [letter.c[name] for name in PARTS]
    of_its_kind = (letter.c.phase, ALL, ALL, ALL, letter.c.kind, ALL)
    said = (
        select(table.c.mark)
        .where(table.c.year == letter.c.year, *(table.c[name] == part for name, part in zip(PARTS, key, strict=True)))
        .correlate(letter)
        .scalar_subquery()
        for key in (itself, of_its_kind)
    )
    return func.coalesce(*said, "release") == "hold"


def state_after(letter: FromClause, state: ColumnElement[str]) -> ColumnElement[str]:
    """Give the state that follows: what would go back to the queue may be moot by now, or marked to wait."""
    waiting = and_(state == LetterState.QUEUED.value, is_marked(letter))
    moot = (is_moot(letter, state), MOOT_INSTEAD.value)
    return case(moot, (waiting, target(LetterEvent.AWAIT).value), else_=state)


def put(connection: Connection, year: int, key: LetterKey, mark: Mark, reason: str | None, stamp: Stamp) -> None:
    """Mark a letter, or a kind in a phase."""
    given = {"mark": mark, "reason": reason, **stamp.columns()}
    new = inserting(connection.dialect.name, table_of(LetterMark))
    row = new.values({"year": year, **dict(zip(PARTS, key, strict=True)), **given})
    connection.execute(row.on_conflict_do_update(index_elements=["year", *PARTS], set_=given))


def left(connection: Connection, year: int, key: LetterKey) -> bool:
    """Tell whether that one letter is out of hand: sent, or on its way."""
    letter = table_of(Letter)
    gone = letter.c.state.in_([state.value for state in (LetterState.SENT, LetterState.SENDING, LetterState.UNKNOWN)])
    return bool(connection.scalar(select(func.count()).where(letter.c.year == year, _meant(letter, key), gone)))


def hold(connection: Connection, year: int, key: LetterKey) -> int:
    """Let what was marked so wait that is still in the queue; give how many letters that are.

    Why is in the mark and in the audit: whoever may read a letter may read what is said of it.
    """
    letter = table_of(Letter)
    meant = (letter.c.year == year, _meant(letter, key), is_marked(letter))
    queued = update(letter).where(*meant, may(letter, LetterEvent.AWAIT))
    return connection.execute(queued.values(**moved(LetterEvent.AWAIT), detail=None)).rowcount


class Awaiting(NamedTuple):
    """A letter that waits for its release."""

    id: int
    recipient: str
    address: str


def awaiting(connection: Connection, year: int, key: LetterKey) -> list[Awaiting]:
    """Give of the letters meant by a mark those that wait, and now need not."""
    letter = table_of(Letter)
    meant = (letter.c.year == year, _meant(letter, key), ~is_marked(letter), may(letter, LetterEvent.ALLOW))
    query = select(*(letter.c[name] for name in Awaiting._fields)).where(*meant)
    return [Awaiting._make(row) for row in connection.execute(query.order_by(letter.c.id))]


@once_a_snapshot
def kept(connection: Connection, year: int, as_of: datetime) -> tuple[int, datetime | None]:
    """Give how many letters wait for their release at an instant and may have it, and since when."""
    count, since = connection.execute(_kept(), {"kept_in": year, "kept_at": as_of}).one()
    return count, since


@cache
def _kept() -> Select[Any]:
    letter, at = table_of(Letter), bindparam("kept_at", type_=table_of(Letter).c.queued_as_of.type)
    waiting = (letter.c.year == bindparam("kept_in"), may(letter, LetterEvent.ALLOW), letter.c.queued_as_of <= at)
    return select(func.count(), func.min(letter.c.queued_as_of)).where(*waiting, ~over(at))


def release(connection: Connection, letters: Sequence[tuple[int, str]]) -> None:
    """Let letters go, each to the address that is given with it, as if never tried; one without waits for that."""
    if not letters:
        return
    letter, dialect = table_of(Letter), connection.dialect.name
    kinds = {"letter": letter.c.id.type, "to": letter.c.address.type}
    now = rows_of(dialect, kinds)
    reached = now.c.to != ""
    values = {
        "state": case((reached, target(LetterEvent.ALLOW).value), else_=target(LetterEvent.ALLOW_UNREACHABLE).value),
        "address": now.c.to,
        "detail": case((reached, None), else_="未登记邮箱"),
        "tries": 0,
        "deferred_since": None,
    }
    freed = update(letter).where(letter.c.id == now.c.letter, may(letter, LetterEvent.ALLOW)).values(values)
    connection.execute(freed, rows_given(connection, kinds, letters))


def _meant(letter: FromClause, key: LetterKey) -> ColumnElement[bool]:
    """Tell of a letter whether a mark means it: that letter alone, or any of the kind in the phase."""
    parts = ("phase", "kind") if key[3] == ALL else PARTS
    return and_(*(letter.c[name] == key[PARTS.index(name)] for name in parts))
