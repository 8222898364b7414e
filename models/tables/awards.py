"""Tables of the papers that the province issued: what each says, and that it no longer holds. Only added to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class AwardRow(SQLModel, table=True):
    """A letter of appointment or a certificate as it was issued, by its `number` of a year and a kind, without gaps.

    `whose` is `mentor:38`, for ever, or `student:` with the number of that year's application; nobody has the same
    `edition` twice: the first is issued, each further one stands for the one before it. `name`, `place` (institution or
    school), `subject` and `grade` are what is printed on it, `token` is where it is confirmed.
    """

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("year", "kind", "number"), UniqueConstraint("whose", "edition"))

    id: int | None = Field(default=None, primary_key=True)
    year: int = Field(foreign_key="programme_year.year")
    kind: str
    number: int
    city: str
    whose: str
    edition: int
    name: str
    place: str
    subject: str
    grade: str
    token: str = Field(unique=True)
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class AwardRevoked(SQLModel, table=True):
    """That an award no longer holds, once and for good."""

    __tablename__ = "award_revoked"

    award: int = Field(primary_key=True, foreign_key="award.id", sa_column_kwargs={"autoincrement": False})
    year: int = Field(index=True)
    reason: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
