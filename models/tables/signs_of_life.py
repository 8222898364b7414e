"""The table of what runs by itself: when each last ran, and by when it must have run again."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class SignOfLife(SQLModel, table=True):
    """The last time, by the clock, that `watch` advanced the years under way or `post` went round.

    `due` is by when it must have run again. What a person starts leaves none.
    """

    __tablename__ = "sign_of_life"

    work: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    due: datetime = Field(sa_type=UTCDateTime)
