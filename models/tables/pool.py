"""Tables of whom the forms of any year named: kept beyond a city's draft, and brought along into the next year."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, UniqueConstraint

from models.columns import METADATA, UTCDateTime

Party = Table(
    "party",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("place", String, nullable=False),
    Column("email", String, nullable=False),
    UniqueConstraint("kind", "name", "place"),
)
"""A mentor, institution or school that letters go to. A mentor is one person by name and institution (`place`).

`email` is the address in force over the province, "" until a city files one (`models.party_addresses`).
"""

StatedAddress = Table(
    "stated_address",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("party", Integer, ForeignKey("party.id"), nullable=False),
    Column("office", String, nullable=False),
    Column("year", Integer, nullable=False),
    Column("email", String, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
    UniqueConstraint("party", "office"),
    sqlite_autoincrement=True,
)
"""What an office says a party's address is: a city by its newest filing, the province by its decision.

One that differs from the address in force waits for the province until it is `settled`. The id is that of the
address, never used again: who decides by it decides about what was shown.
"""

PoolEntry = Table(
    "pool",
    METADATA,
    Column("year", Integer, primary_key=True),
    Column("city", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
)
"""Whom a year brought along from the year before: mentors, institutions, schools by party; students by person.

`key` is a party's id, or a student's `person`. A mentor of the pool needs no new letter of appointment; a student
of it has the mentor's priority (三(一), 四(一)).
"""
