"""The table of the calendars that a year ran on before."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from models.columns import METADATA, UTCDateTime

Amendment = Table(
    "amendment",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
    Index("ix_amendment_year_as_of", "year", "as_of"),
)
"""One revision of a year's calendar, append-only: `calendar` is the text that stood until `as_of`."""
