"""Short messages beside letters, as acts owe them and as proof shows them: one a letter, in the same transaction."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import String, and_, bindparam, or_, select, type_coerce, update

from models.columns import table_of
from models.contact_keys import Unopened
from models.legible import legible
from models.letter_states import LetterEvent, LetterState, may, moved, target
from models.one_snapshot import once_a_snapshot
from models.outdated_letters import naming_another_day, overtaken
from models.restorations import IN_DOUBT
from models.shortcuts.bulk import among, inserting, listed
from models.tables.season import Letter
from models.tables.second_ways import ShortMessage

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from models.second_ways import ChosenWay, Way


class OwedShort(NamedTuple):
    """What is owed beside the letter of that Message-ID: to whom, what it says, before when it does not leave."""

    message_id: str
    to: ChosenWay
    says: str
    due_at: datetime


class ShortTold(NamedTuple):
    """A short message beside a letter, as proof: where it went or is to go, and what became of it."""

    letter: int
    way: Way
    address: str
    state: str
    sent_at: datetime | None
    detail: str | None

    def as_json(self) -> dict[str, Any]:
        """`short_message` of `talent letters show --json`; never the address, which may be a secret."""
        sent = self.sent_at.isoformat() if self.sent_at else None
        return {"way": self.way, "state": self.state, "sent_at": sent, "detail": self.detail}

    def told_by(self, as_of: datetime) -> bool:
        """Whether it was out by then, and said what its letter says: one that another's merely counted was not."""
        return self.state == LetterState.SENT and self.sent_at is not None and self.sent_at <= as_of


def owe(connection: Connection, year: int, owed: Sequence[OwedShort]) -> None:
    """Write them, one a letter; what was written before stays, but for what was taken back with its letter.

    None where addresses cannot be encrypted: the letters beside which they go are not held up.
    """
    if not owed:
        return
    table, letter = table_of(ShortMessage), table_of(Letter)
    ids = {"ids": listed(connection, (one.message_id for one in owed))}
    mine = (letter.c.year == year, among(connection.dialect.name, letter.c.message_id, "ids"))
    numbers = dict(connection.execute(select(letter.c.message_id, letter.c.id).where(*mine), ids).tuples().all())
    given = {"state": target(LetterEvent.OWE).value, "tries": 0}
    rows = [
        {"letter": numbers[one.message_id], "says": one.says, "due_at": one.due_at, **_where(one.to), **given}
        for one in owed
    ]
    new = inserting(connection.dialect.name, table).values(rows)
    anew = {name: new.excluded[name] for name in rows[0] if name != "letter"} | {"detail": None, "deferred_since": None}
    again = may(table, LetterEvent.OWE) & (table.c.state == LetterState.CANCELLED.value)
    with suppress(Unopened), connection.begin_nested():
        connection.execute(new.on_conflict_do_update(index_elements=["letter"], set_=anew, where=again))


def _where(to: ChosenWay) -> dict[str, str]:
    return {"whose": to.whose, "way": to.way, "address": to.address}


def beside(connection: Connection, letters: Collection[int]) -> dict[int, ShortTold]:
    """Give the short messages beside these letters, by letter."""
    table = table_of(ShortMessage)
    ids = {"ids": listed(connection, letters)}
    rows = connection.execute(_told().where(among(connection.dialect.name, table.c.letter, "ids")), ids).all()
    return {one.letter: one for one in _opened(rows)}


def _told() -> Select[Any]:
    """Ask for what is told of them, their addresses as they are kept."""
    table = table_of(ShortMessage)
    kept = type_coerce(table.c.address, String).label("address")
    return select(*(kept if name == "address" else table.c[name] for name in ShortTold._fields))


def _opened(rows: Sequence[Row[Any]]) -> list[ShortTold]:
    """Give what is told; of one whose address does not open, without it."""
    addresses = legible("short_message.address", ((row.letter, row.address) for row in rows))
    return [ShortTold._make(row)._replace(address=addresses[row.letter] or "") for row in rows]


def is_due(at: datetime) -> ColumnElement[bool]:
    """Tell of one, and its letter, whether it is queued and due, and the letter not kept for a person's release."""
    table, letter = table_of(ShortMessage), table_of(Letter)
    return and_(may(table, LetterEvent.CLAIM), table.c.due_at <= at, letter.c.state != LetterState.AWAITING.value)


@once_a_snapshot
def to_settle(connection: Connection, year: int, as_of: datetime) -> list[ShortTold]:
    """Give those of a year that only a person settles, refused or unknown, whose letters hold, with their day."""
    return _opened(connection.execute(_to_settle(), {"of_year": year, "stuck_at": as_of}).all())


@cache
def _to_settle() -> Select[Any]:
    table, letter = table_of(ShortMessage), table_of(Letter)
    at = bindparam("stuck_at", type_=letter.c.queued_as_of.type)
    stuck = or_(*(table.c.state == state.value for state in (LetterState.FAILED, LetterState.UNKNOWN)))
    query = _told().join(letter, letter.c.id == table.c.letter)
    over = overtaken(at) | naming_another_day(at)
    return query.where(letter.c.year == bindparam("of_year"), stuck, ~over).order_by(table.c.letter)


def settle(connection: Connection, letter: int, event: LetterEvent, **more: Any) -> bool:  # noqa: ANN401 -- columns
    """Put on record what a person found out of the one beside a letter; tell whether it was a person's to settle."""
    table = table_of(ShortMessage)
    theirs = update(table).where(table.c.letter == letter, may(table, event))
    return bool(connection.execute(theirs.values(**moved(event), **more)).rowcount)


def doubt(connection: Connection) -> int:
    """Leave what a restored backup has in the queue to a person: it may have gone out since. Give how many."""
    table = table_of(ShortMessage)
    waits = update(table).where(may(table, LetterEvent.CLAIM))
    return connection.execute(waits.values(**moved(LetterEvent.DOUBT_RESTORED), detail=IN_DOUBT)).rowcount
