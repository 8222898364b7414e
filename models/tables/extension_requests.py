"""What the cities ask of the province: a later due day, and what became of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class Request(SQLModel, table=True):
    """A city's request for an extension (or, after the due instant, a rerun); a task of the province until `answer`.

    One form asks once: `token` is unique. `answer` is `granted`, `declined`, `needless` where an act overtook it,
    or `retracted` where its city took it back.
    """

    __tablename__ = "request"
    __table_args__ = (UniqueConstraint("token"), Index("ix_request_year_answer", "year", "answer"))

    id: int | None = Field(default=None, primary_key=True)
    token: str
    year: int
    phase: str
    city: str
    attempt: int
    until: date
    reason: str = Field(sa_column=Column(Text, nullable=False))
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
    answer: str | None = None
    answered_by: str | None = None
    answered_as_of: datetime | None = Field(default=None, sa_type=UTCDateTime)
    answer_reason: str | None = None
