"""What the offices note, ask and answer about a case, between themselves."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class CaseNote(SQLModel, table=True):
    """A note, a question or an answer about a city phase, or about a person in it; only added to.

    `about` is "" for the city phase itself, else `student/3209-2022-0001` or `party/57`. `office` is whose words they
    are, `province` or a city's slug, and `owner` the office that a question waits for, until `until` where it has a
    day. An `internal` note is for its own office alone. `answers` is the question that it answers: each once. One form
    writes once: `token` is unique.
    """

    __tablename__ = "case_note"
    __table_args__ = (
        UniqueConstraint("token"),
        UniqueConstraint("answers"),
        Index("ix_case_note_city", "year", "city"),
    )

    id: int | None = Field(default=None, primary_key=True)
    token: str
    year: int
    phase: str
    city: str
    about: str = Field(default="", sa_column_kwargs={"server_default": ""})
    office: str
    owner: str | None = None
    until: date | None = None
    internal: bool = False
    answers: int | None = Field(default=None, foreign_key="case_note.id")
    text: str = Field(sa_column=Column(Text, nullable=False))
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
