"""Tables of what people did through the window: each thing once, and each form's token once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, Index, Text
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class AuditEntry(SQLModel, table=True):
    """One thing a person did, append-only and chained.

    `subject` names what it was done to by ids, never by personal data; `address` is the network address that it came
    from, where it belongs to a sign-in, a download or a look at what is else covered. `salt` and `purged` are the
    chain's: what its digests of words were made with, and they themselves where the words were taken out.
    """

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
    address: str | None = None
    salt: str | None = None
    purged: dict[str, str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class Deed(SQLModel, table=True):
    """A confirmation that was given: its form's own token, once. `said` is what the act answered, None until it did.

    `undo` says as JSON what was done, where it can be taken back (`models.deeds.DoneAct`).
    """

    __tablename__ = "deed"
    __table_args__ = (Index("ix_deed_account", "account", "at"),)

    token: str = Field(primary_key=True)
    account: int = Field(foreign_key="account.id")
    act: str
    at: datetime = Field(sa_type=UTCDateTime)
    done: bool | None = None
    said: str | None = Field(default=None, sa_column=Column(Text))
    back: str | None = None
    undo: str | None = Field(default=None, sa_column=Column(Text))
