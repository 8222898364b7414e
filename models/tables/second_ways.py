"""A second way to people, beside mail: which somebody chose, and the short messages that go by it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime
from models.sealed import Sealed


class SecondWay(SQLModel, table=True):
    """By which way somebody is told what is urgent, and where: a telephone number, or the key of a group's robot.

    `whose` is `contact:5` of an office's person, else a recipient as in a letter's key (`head:yancheng`, `mentor:38`).
    `stopped` says why nothing goes there any more: its gateway takes nothing for that address.
    """

    __tablename__ = "second_way"

    whose: str = Field(primary_key=True)
    way: str
    address: str = Field(sa_type=Sealed("second_way.address"))
    stopped: str | None = None
    by: str
    at: datetime = Field(sa_type=UTCDateTime)


class ShortMessage(SQLModel, table=True):
    """One short message owed beside a letter: what it `says`, by which way it goes to whom, and what became of it.

    `whose`, `way` and `address` are those of whoever is in charge when it leaves. The other columns say what they say
    of a letter, whose states these are too. Whether it still holds is the letter's to say.
    """

    __tablename__ = "short_message"
    __table_args__ = (Index("ix_short_message_state_due_at", "state", "due_at"),)

    letter: int = Field(primary_key=True, foreign_key="letter.id", sa_column_kwargs={"autoincrement": False})
    whose: str
    way: str
    address: str = Field(sa_type=Sealed("short_message.address"))
    says: str
    state: str = "queued"
    tries: int = 0
    claim: str | None = None
    claimed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    due_at: datetime = Field(sa_type=UTCDateTime)
    deferred_since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    detail: str | None = None
