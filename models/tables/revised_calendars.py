"""The table of the calendars that a year ran on before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class Amendment(SQLModel, table=True):
    """One revision of a year's calendar, append-only: `calendar` is the text that stood until `as_of`."""

    __tablename__ = "amendment"
    __table_args__ = (Index("ix_amendment_year_as_of", "year", "as_of"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    calendar: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
