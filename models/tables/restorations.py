"""The table of restorations: each time a backup took the place of what was there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class Restoration(SQLModel, table=True):
    """A backup made at `made_at` was restored at `at`: what happened between the two, nobody here knows.

    `sent` are the Message-IDs of the letters that the database it replaced knew to have gone out meanwhile, and that
    were not written again here yet. The post is held until `released_at`, when a person had looked.
    """

    __tablename__ = "restoration"

    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = Field(sa_type=UTCDateTime)
    at: datetime = Field(sa_type=UTCDateTime)
    by: str
    reason: str
    sent: list[str] = Field(sa_column=Column(JSON, nullable=False))
    released_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    released_by: str | None = None
