"""When and where the cities bring the parties of a phase together, entered before they file it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class Arrangement(SQLModel, table=True):
    """A day, a time (`14:30`) and a place, or a link; a city's newest in a phase, by its `number` from 1, holds.

    Only added to.
    """

    __tablename__ = "arrangement"
    __table_args__ = (UniqueConstraint("year", "phase", "city", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    phase: str
    city: str
    number: int
    day: date
    begins: str
    place: str = Field(sa_column=Column(Text, nullable=False))
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
