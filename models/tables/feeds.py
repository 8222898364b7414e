"""The table of calendar feeds: unguessable addresses that can be revoked."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class Feed(SQLModel, table=True):
    """An iCalendar address: the SHA-256 of its token, never the token. `city` None: the whole province's."""

    __tablename__ = "feed"

    digest: str = Field(primary_key=True)
    account: int = Field(foreign_key="account.id", index=True)
    city: str | None = None
    made_at: datetime = Field(sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
