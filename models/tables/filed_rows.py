"""The rows of each filing as they stood when it was judged: what two filings are compared by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class FiledRow(SQLModel, table=True):
    """One row of a sheet in the city's filing of that `number`, with its `line`; the cells by their field. Only added.

    Amounts are in hundredths, as their columns keep them. An earlier release kept none.
    """

    __tablename__ = "filed_row"

    year: int = Field(primary_key=True)
    phase: str = Field(primary_key=True)
    city: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    sheet: str = Field(primary_key=True)
    line: int = Field(primary_key=True)
    cells: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
