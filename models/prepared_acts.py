"""What was prepared by one account and waits for the signature of another; what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import bindparam, insert, or_, select, update

from models.columns import columns_of, table_of
from models.one_snapshot import once_a_snapshot
from models.tables.prepared_acts import PreparedAct
from models.writing import bump

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from models.stamp import Stamp

Settled = Literal["signed", "declined", "retracted", "lapsed"]
Given = tuple[tuple[str, str], ...]
"""The fields of a form by name, as they were typed."""


@dataclass(frozen=True, slots=True)
class KeptAct:
    """A prepared act as in the table."""

    id: int
    year: int
    act: str
    given: str
    says: str
    reason: str | None
    account: int
    by: str
    as_of: datetime
    settled: Settled | None

    @property
    def fields(self) -> Given:
        """The fields of its form."""
        return tuple((str(name), str(value)) for name, value in json.loads(self.given))


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act to be kept: its slug, the fields of its form, the sentence of what it does, and its reason."""

    act: str
    given: Given
    says: str
    reason: str | None


def prepare(connection: Connection, year: int, new: NewAct, stamp: Stamp, account: int) -> int:
    """Keep an act until another account signs it, and give its number."""
    said = {"year": year, "act": new.act, "given": json.dumps(new.given, ensure_ascii=False), "says": new.says}
    row = {**said, "reason": new.reason, "account": account, **stamp.columns()}
    table = table_of(PreparedAct)
    number = connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
    bump(connection, year)
    return int(number)


def find(connection: Connection, year: int, number: int) -> KeptAct | None:
    """Give one of a year, None where there is none of that number."""
    table = table_of(PreparedAct)
    query = select(*columns_of(KeptAct, table)).where(table.c.year == year, table.c.id == number)
    row = connection.execute(query).one_or_none()
    return None if row is None else KeptAct(*row)


@once_a_snapshot
def unsigned(connection: Connection, year: int, as_of: datetime) -> Sequence[KeptAct]:
    """Give what waited for a signature at an instant, the oldest first."""
    return [KeptAct(*row) for row in connection.execute(_unsigned(), {"of_year": year, "known_at": as_of})]


@cache
def _unsigned() -> Select[Any]:
    table = table_of(PreparedAct)
    known_at = bindparam("known_at", type_=table.c.as_of.type)
    waited = or_(table.c.settled.is_(None), table.c.settled_as_of > known_at)
    mine = (table.c.year == bindparam("of_year"), table.c.as_of <= known_at, waited)
    return select(*columns_of(KeptAct, table)).where(*mine).order_by(table.c.as_of, table.c.id)


def settle(connection: Connection, one: KeptAct, settled: Settled, stamp: Stamp) -> bool:
    """Say what became of it; False where that was said before."""
    table = table_of(PreparedAct)
    said = {"settled": settled, "settled_by": stamp.by, "settled_as_of": stamp.as_of}
    query = update(table).where(table.c.id == one.id, table.c.settled.is_(None)).values(said).returning(table.c.id)
    if connection.execute(query).one_or_none() is None:
        return False
    bump(connection, one.year)
    return True


def lapse_all(connection: Connection, year: int, stamp: Stamp, but: str = "") -> None:
    """End what waits for a signature when its year ends: nothing can be done with it any more; but one act."""
    table = table_of(PreparedAct)
    said = {"settled": "lapsed", "settled_by": stamp.by, "settled_as_of": stamp.as_of}
    waits = (table.c.year == year) & table.c.settled.is_(None) & (table.c.act != but)
    connection.execute(update(table).where(waits).values(said))
