"""What guardians consented to and withdrew, and in which words they were asked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class GuardianConsent(SQLModel, table=True):
    """A guardian's consent to what is done with a student's data, given or withdrawn on a day; only added to.

    `city` is whose student it was then. `filing` is the number of the filing whose workbook said 是, and made the row;
    None where an office recorded it, who (`relation`), by which `way` and on which `wording`: the digest of that which
    was shown, "own" for another, "" where nobody said. No name and no telephone: these are on the paper.
    `born` is when the child was born to whom it was given: a number may come to be another's before the city files.
    `office` recorded it, `province` or a city's slug; None where a filing did. One form writes once: `token` is unique.
    """

    __tablename__ = "guardian_consent"
    __table_args__ = (
        UniqueConstraint("token"),
        Index("ix_guardian_consent_year_number", "year", "number"),
        Index("ix_guardian_consent_year_filing", "year", "filing", "number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    token: str
    year: int
    city: str
    number: str
    born: date
    given: bool
    day: date
    relation: str
    way: str
    wording: str
    reason: str
    filing: int | None = None
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
    office: str | None = None


class ConsentVoid(SQLModel, table=True):
    """That what an office recorded of a guardian's consent was recorded in error: it stands, and decides nothing.

    Once and for good; only added to. `city` is the record's.
    """

    __tablename__ = "consent_void"

    record: int = Field(primary_key=True, foreign_key="guardian_consent.id", sa_column_kwargs={"autoincrement": False})
    year: int = Field(index=True)
    city: str
    reason: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class ConsentWording(SQLModel, table=True):
    """What a guardian was told and asked, whole, under its digest: kept when the first consent on it is recorded."""

    __tablename__ = "consent_wording"

    digest: str = Field(primary_key=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    as_of: datetime = Field(sa_type=UTCDateTime)
