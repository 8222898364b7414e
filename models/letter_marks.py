"""What a person decided about letters, written or not: they wait for a release, or may leave. Kept by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import and_, func, select, update

from models.columns import table_of
from models.letter_states import LetterEvent, may, moved
from models.outbox import ALL, LetterKey
from models.shortcuts.bulk import inserting
from models.tables.season import Letter, LetterMark

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, FromClause

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


def put(connection: Connection, year: int, key: LetterKey, mark: Mark, reason: str | None, stamp: Stamp) -> None:
    """Mark a letter, or a kind in a phase."""
    given = {"mark": mark, "reason": reason, **stamp.columns()}
    new = inserting(connection.dialect.name, table_of(LetterMark))
    row = new.values({"year": year, **dict(zip(PARTS, key, strict=True)), **given})
    connection.execute(row.on_conflict_do_update(index_elements=["year", *PARTS], set_=given))


def hold(connection: Connection, year: int, key: LetterKey) -> int:
    """Let what was marked so wait that is still in the queue; give how many letters that are.

    Why is in the mark and in the audit: whoever may read a letter may read what is said of it.
    """
    letter = table_of(Letter)
    queued = update(letter).where(letter.c.year == year, _meant(letter, key), may(letter, LetterEvent.AWAIT))
    return connection.execute(queued.values(**moved(LetterEvent.AWAIT), detail=None)).rowcount


class Awaiting(NamedTuple):
    """A letter that waits for its release."""

    id: int
    key: LetterKey
    recipient: str
    address: str


def awaiting(connection: Connection, year: int, key: LetterKey) -> list[Awaiting]:
    """Give of the letters meant by a mark those that wait for their release."""
    letter = table_of(Letter)
    columns = (letter.c.id, *(letter.c[name] for name in PARTS), letter.c.address)
    query = select(*columns).where(letter.c.year == year, _meant(letter, key), may(letter, LetterEvent.ALLOW))
    rows = connection.execute(query.order_by(letter.c.id))
    return [Awaiting(number, tuple(parts), parts[3], address) for number, *parts, address in rows]


def kept(connection: Connection, year: int, as_of: datetime) -> tuple[int, datetime | None]:
    """Give how many letters wait for their release at an instant, and since when."""
    letter = table_of(Letter)
    waiting = (letter.c.year == year, may(letter, LetterEvent.ALLOW), letter.c.queued_as_of <= as_of)
    count, since = connection.execute(select(func.count(), func.min(letter.c.queued_as_of)).where(*waiting)).one()
    return count, since


def release(connection: Connection, number: int, address: str) -> None:
    """Let a letter go to that address; one without waits for that."""
    letter = table_of(Letter)
    event = LetterEvent.ALLOW if address else LetterEvent.ALLOW_UNREACHABLE
    detail = None if address else "未登记邮箱"
    values = {**moved(event), "address": address, "detail": detail}
    connection.execute(update(letter).where(letter.c.id == number, may(letter, event)).values(values))


def _meant(letter: FromClause, key: LetterKey) -> ColumnElement[bool]:
    """Tell of a letter whether a mark means it: that letter alone, or any of the kind in the phase."""
    parts = ("phase", "kind") if key[3] == ALL else PARTS
    return and_(*(letter.c[name] == key[PARTS.index(name)] for name in parts))
