"""What the cities ask of the province, each kind on the same rows, and what was answered, an answer a row."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class Request(SQLModel, table=True):
    """A city's request: for a later due day (`later-day`), or a `question` about what stands (异议).

    `until` is the day asked for. `about` is what a question is about, `verdict/2` (a filing), `reject/4` (a decision:
    what it was, and its row of the city phase's log) or `answer/7` (a request). One form asks once: `token` is unique.
    """

    __tablename__ = "request"
    __table_args__ = (UniqueConstraint("token"), Index("ix_request_year", "year"))

    id: int | None = Field(default=None, primary_key=True)
    token: str
    year: int
    kind: str = Field(default="later-day", sa_column_kwargs={"server_default": "later-day"})
    phase: str
    city: str
    attempt: int
    until: date | None = None
    about: str | None = None
    reason: str = Field(sa_column=Column(Text, nullable=False))
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class RequestAnswer(SQLModel, table=True):
    """What became of a request; the newest, by its `number` from 1, holds. Only added to.

    `said` is `granted`, `declined` (a later day), `upheld`, `changed` (a question), `needless` where an act overtook
    it, `retracted` where its city took it back, `corrected` where what it granted was a mistake, or `reopened`: it
    waits again. `move` is the row of the city phase's log by which a change was done.
    """

    __tablename__ = "request_answer"
    __table_args__ = (UniqueConstraint("request", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    request: int = Field(foreign_key="request.id")
    number: int
    said: str
    reason: str | None = None
    move: int | None = None
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
