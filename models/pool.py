"""Tables of whom the forms of any year named: kept beyond a city's draft, and brought along into the next year."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Party(SQLModel, table=True):
    """A mentor, institution or school that letters go to. A mentor is one person by name and institution (`place`)."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("kind", "name", "place"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    name: str
    place: str
    email: str


class PoolEntry(SQLModel, table=True):
    """Whom a year brought along from the year before: mentors, institutions, schools by party; students by person.

    `key` is a party's id, or a student's `person`. A mentor of the pool needs no new letter of appointment; a student
    of it has the mentor's priority (三(一), 四(一)).
    """

    __tablename__ = "pool"

    year: int = Field(primary_key=True)
    city: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
