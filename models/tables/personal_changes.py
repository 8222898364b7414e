"""What was changed about single persons after their phase was filed: a name that was wrong, who left, who moved up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class PersonalChange(SQLModel, table=True):
    """One change of one person, laid over what was filed: `was` is what stood there, `now` what holds since.

    `number` is the student's, or a mentor as 姓名（单位）; `what` names what changed (`models.personal_changes`).
    Only added to. The filing that was judged on the old stays as it was.
    """

    __tablename__ = "personal_change"
    __table_args__ = (Index("ix_personal_change_year_city", "year", "city"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    city: str
    number: str
    what: str
    was: str = Field(sa_column=Column(Text, nullable=False))
    now: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
