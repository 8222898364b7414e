"""Acts that one account prepared and another is to sign (经办—签批)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class PreparedAct(SQLModel, table=True):
    """An act as its form was confirmed by whoever prepared it: `given` are the form's fields as JSON pairs.

    `settled` is None while it waits, then `signed`, `declined` by another account, `retracted` by
    its own, or `lapsed`: its year ended first.
    """

    __tablename__ = "prepared_act"
    __table_args__ = (Index("ix_prepared_act_year", "year"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    act: str
    given: str = Field(sa_column=Column(Text, nullable=False))
    says: str = Field(sa_column=Column(Text, nullable=False))
    reason: str | None = None
    account: int = Field(foreign_key="account.id")
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
    settled: str | None = None
    settled_by: str | None = None
    settled_as_of: datetime | None = Field(default=None, sa_type=UTCDateTime)
