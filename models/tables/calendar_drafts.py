"""The table of calendars that are being drafted on the page: none of them is a year's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class CalendarDraft(SQLModel, table=True):
    """A year file that is being drafted for a year that is not open: the newest text alone, gone when the year opens.

    `version` counts how often it was saved, so that nobody overwrites what he has not seen.
    """

    __tablename__ = "calendar_draft"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int = 1
    calendar: str = Field(sa_column=Column(Text, nullable=False))
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
