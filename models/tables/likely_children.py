"""Whether two who applied look like one child and are: what the province settled, only added to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class ChildSettled(SQLModel, table=True):
    """That the applicants of a year who share a `likeness` are one child, or are not; the newest row holds.

    It is about those `persons`, in order with a space between: whoever joins them later is a question of its own.
    """

    __tablename__ = "child_settled"
    __table_args__ = (Index("ix_child_settled_likeness", "year", "likeness"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    likeness: str
    persons: str = Field(sa_column=Column(Text, nullable=False))
    same: bool
    reason: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
