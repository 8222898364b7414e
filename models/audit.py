"""What people did through the window beside the season's own log, and the forms that were already answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Text, insert, select
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from models.stamp import Stamp


class AuditEntry(SQLModel, table=True):
    """One thing a person did, append-only. `subject` names what it was done to by ids, never by personal data."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime, index=True)
    as_of: datetime = Field(sa_type=UTCDateTime)
    by: str
    account: int | None = Field(default=None, foreign_key="account.id")
    city: str | None = Field(default=None, index=True)
    what: str
    subject: str
    reason: str | None = None


class Deed(SQLModel, table=True):
    """A confirmation that was given: its form's own token, once. `said` is what the act answered, None until it did."""

    __tablename__ = "deed"

    token: str = Field(primary_key=True)
    account: int = Field(foreign_key="account.id")
    act: str
    at: datetime = Field(sa_type=UTCDateTime)
    done: bool | None = None
    said: str | None = Field(default=None, sa_column=Column(Text))
    back: str | None = None


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
