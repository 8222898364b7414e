"""Tables of what was purged when its term was over, and of the figures that stay of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class Purge(SQLModel, table=True):
    """What said who somebody is was taken out: of a `year`, or (0) of what belongs to none and is older than `until`.

    `rows` are how many, by table. A database that knew less of it, restored, is purged of the same again.
    """

    __tablename__ = "purge"

    id: int | None = Field(default=None, primary_key=True)
    year: int = Field(index=True)
    until: datetime = Field(sa_type=UTCDateTime)
    rows: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    reason: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class StudentCount(SQLModel, table=True):
    """How many students of a school and a subject came how far (`what`), of a year whose rows are purged."""

    __tablename__ = "student_count"

    year: int = Field(primary_key=True)
    city: str = Field(primary_key=True)
    school: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    count: int
