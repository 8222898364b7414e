"""Tables of whom the forms of any year named: kept beyond a city's draft, and brought along into the next year."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class Party(SQLModel, table=True):
    """A mentor, institution or school that letters go to. A mentor is one person by name and institution (`place`).

    `email` is the address in force over the province, "" until a city files one (`models.party_addresses`).
    """

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("kind", "name", "place"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    name: str
    place: str
    email: str


class PartyLikeness(SQLModel, table=True):
    """What all spellings share of a party's name and place, folded: who is named by any of them is that party."""

    __tablename__ = "party_likeness"

    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    party: int = Field(foreign_key="party.id")


class StatedAddress(SQLModel, table=True):
    """What an office says a party's address is: a city by its newest filing, the province by its decision.

    One that differs from the address in force waits for the province until it is `settled`. The id is that of the
    address, never used again: who decides by it decides about what was shown.
    """

    __tablename__ = "stated_address"
    __table_args__ = (UniqueConstraint("party", "office"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    party: int = Field(foreign_key="party.id")
    office: str
    year: int
    email: str
    settled: bool
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class PoolEntry(SQLModel, table=True):
    """Whom a year brought along from the year before: mentors, institutions, schools by party; students by likeness.

    `key` is a party's id, or a student's `likeness`. A mentor of the pool needs no new letter of appointment; a student
    of it has the mentor's priority (三(一), 四(一)).
    """

    __tablename__ = "pool"

    year: int = Field(primary_key=True)
    city: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
