"""The table of calendar feeds: unguessable addresses that can be revoked."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from models.columns import METADATA, UTCDateTime

Feed = Table(
    "feed",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("account", Integer, ForeignKey("account.id"), nullable=False, index=True),
    Column("city", String),
    Column("made_at", UTCDateTime, nullable=False),
    Column("revoked_at", UTCDateTime),
)
"""An iCalendar address: the SHA-256 of its token, never the token. `city` None: the whole province's."""
