"""Proof of being told: who an office's letters go to and when, who acknowledged them, who was telephoned."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class Contact(SQLModel, table=True):
    """A person of an office (a city's slug, or `province`), in charge (`main`) or standing in (`deputy`) between days.

    `since` and `until` are inclusive; None means without end.
    """

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_office_since", "office", "since"),)

    id: int | None = Field(default=None, primary_key=True)
    office: str
    part: str
    name: str
    email: str | None = None
    phone: str | None = None
    since: date | None = None
    until: date | None = None
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Receipt(SQLModel, table=True):
    """A letter that its recipient acknowledged (签收), once. `by` is who was signed in, None by the letter's link."""

    __tablename__ = "receipt"

    letter: int = Field(primary_key=True, foreign_key="letter.id")
    by: str | None = None
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class Call(SQLModel, table=True):
    """A note of a telephone call to a city about a phase."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_year_phase_city", "year", "phase", "city"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    phase: str
    city: str
    attempt: int
    whom: str
    said: str = Field(sa_column=Column(Text, nullable=False))
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
