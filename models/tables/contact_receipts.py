"""Proof of being told: who an office's letters go to and when, who acknowledged them, who was telephoned."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text

from models.columns import METADATA, UTCDateTime

Contact = Table(
    "contact",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("office", String, nullable=False),
    Column("part", String, nullable=False),
    Column("name", String, nullable=False),
    Column("email", String),
    Column("phone", String),
    Column("since", Date),
    Column("until", Date),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Index("ix_contact_office_since", "office", "since"),
)
"""A person of an office (a city's slug, or `province`), in charge (`main`) or standing in (`deputy`) between days.

`since` and `until` are inclusive; None means without end.
"""

Receipt = Table(
    "receipt",
    METADATA,
    Column("letter", Integer, ForeignKey("letter.id"), primary_key=True),
    Column("by", String),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
)
"""A letter that its recipient acknowledged (签收), once. `by` is who was signed in, None by the letter's link."""

Call = Table(
    "call",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("phase", String, nullable=False),
    Column("city", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("whom", String, nullable=False),
    Column("said", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
    Index("ix_call_year_phase_city", "year", "phase", "city"),
)
"""A note of a telephone call to a city about a phase."""
