"""Tables of what people did through the window: each thing once, and each form's token once."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from models.columns import METADATA, UTCDateTime

AuditEntry = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", UTCDateTime, nullable=False, index=True),
    Column("as_of", UTCDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("account", Integer, ForeignKey("account.id")),
    Column("city", String, index=True),
    Column("what", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("reason", String),
)
"""One thing a person did, append-only. `subject` names what it was done to by ids, never by personal data."""

Deed = Table(
    "deed",
    METADATA,
    Column("token", String, primary_key=True),
    Column("account", Integer, ForeignKey("account.id"), nullable=False),
    Column("act", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("done", Boolean),
    Column("said", Text),
    Column("back", String),
)
"""A confirmation that was given: its form's own token, once. `said` is what the act answered, None until it did."""
