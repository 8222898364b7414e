"""What the cities ask of the province: a later due day, and what became of it."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from models.columns import METADATA, UTCDateTime

Request = Table(
    "request",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("token", String, nullable=False),
    Column("year", Integer, nullable=False),
    Column("phase", String, nullable=False),
    Column("city", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
    Column("answer", String),
    Column("answered_by", String),
    Column("answered_as_of", UTCDateTime),
    Column("answer_reason", String),
    UniqueConstraint("token"),
    Index("ix_request_year_answer", "year", "answer"),
)
"""A city's request for an extension (or, after the due instant, a rerun); a task of the province until `answer`.

One form asks once: `token` is unique. `answer` is `granted`, `declined`, or `needless` where an act overtook it.
"""
