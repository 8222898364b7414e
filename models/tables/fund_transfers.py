"""Tables of the programme's money as it moved: what was paid to a city, what came back. Only added to."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import Hundredths, UTCDateTime


class FundTransfer(SQLModel, table=True):
    """One sum that moved between the province and a city, as its voucher has it, to the cent (七(一), 三(二)).

    `purpose` is `work` (a city's working funds) or `grant` (that of the student of that `number`, else ""); `way` is
    `paid` or `returned`. `serial` counts those of the year without a gap; `edition` counts those of the same purpose,
    way, city and number: nothing is paid twice.
    """

    __tablename__ = "fund_transfer"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        UniqueConstraint("year", "purpose", "way", "city", "number", "edition"),
    )

    id: int | None = Field(default=None, primary_key=True)
    year: int = Field(foreign_key="programme_year.year")
    serial: int
    purpose: str
    way: str
    city: str
    number: str
    edition: int
    amount: Decimal = Field(sa_column=Column(Hundredths, nullable=False))
    day: date
    voucher: str
    reason: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class TransferVoid(SQLModel, table=True):
    """That a transfer was recorded in error and counts no more."""

    __tablename__ = "transfer_void"

    transfer: int = Field(primary_key=True, foreign_key="fund_transfer.id", sa_column_kwargs={"autoincrement": False})
    year: int = Field(index=True)
    reason: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
