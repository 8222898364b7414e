"""What people did through the window beside the season's own log, and the forms that were already answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from models.columns import columns_of, table_of
from models.record_chain import append_chained, strand_of
from models.tables.audit import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from models.stamp import Stamp


@dataclass(frozen=True, slots=True)
class RecordedDeed:
    """One thing that a person did; `subject` names by ids what it was done to."""

    id: int
    at: datetime
    as_of: datetime
    by: str
    account: int | None
    city: str | None
    what: str
    subject: str
    reason: str | None
    address: str | None


def record(
    connection: Connection,
    stamp: Stamp,
    what: str,
    subject: str,
    *,
    account: int | None = None,
    city: str | None = None,
    reason: str | None = None,
    address: str | None = None,
) -> None:
    """Put on record what a person did: `what` in Chinese, `subject` by ids; in the transaction that does it.

    `address` is where it was done from, where that is known.
    """
    said = {"what": what, "subject": subject, "account": account, "city": city, "reason": reason, "address": address}
    append_chained(connection, table_of(AuditEntry), [stamp.columns() | said], strand_of(connection))


def record_all(connection: Connection, stamp: Stamp, deeds: Sequence[Mapping[str, Any]]) -> None:
    """Put several things on record that one act did, each as `record` has it."""
    plain = {"reason": None, "address": None, "city": None, "account": None}
    rows = [{**stamp.columns(), **plain, **deed} for deed in deeds]
    append_chained(connection, table_of(AuditEntry), rows, strand_of(connection))


def entries(
    connection: Connection, *, account: int | None = None, city: str | None = None, before: int | None = None, most: int
) -> list[RecordedDeed]:
    """Give what was done, newest first: by one account, about one city, before an entry; at most so many."""
    table = table_of(AuditEntry)
    query = select(*columns_of(RecordedDeed, table)).order_by(table.c.id.desc()).limit(most)
    for column, wanted in ((table.c.account, account), (table.c.city, city)):
        if wanted is not None:
            query = query.where(column == wanted)
    found = connection.execute(query if before is None else query.where(table.c.id < before))
    return [RecordedDeed(*row) for row in found]
