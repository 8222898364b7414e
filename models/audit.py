"""What people did through the window beside the season's own log, and the forms that were already answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from models.columns import table_of
from models.tables.audit import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from models.stamp import Stamp


def record(
    connection: Connection,
    stamp: Stamp,
    what: str,
    subject: str,
    *,
    account: int | None = None,
    city: str | None = None,
    reason: str | None = None,
) -> None:
    """Put on record what a person did: `what` in Chinese, `subject` by ids; in the transaction that does it."""
    said = {"what": what, "subject": subject, "account": account, "city": city, "reason": reason}
    connection.execute(insert(table_of(AuditEntry)).values(stamp.columns() | said))


def entries(
    connection: Connection, *, account: int | None = None, city: str | None = None, before: int | None = None, most: int
) -> Sequence[Row[Any]]:
    """Give what was done, newest first: by one account, about one city, before an entry; at most so many."""
    table = table_of(AuditEntry)
    query = select(table).order_by(table.c.id.desc()).limit(most)
    for column, wanted in ((table.c.account, account), (table.c.city, city)):
        if wanted is not None:
            query = query.where(column == wanted)
    return connection.execute(query if before is None else query.where(table.c.id < before)).all()
