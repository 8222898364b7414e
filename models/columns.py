"""Column types that lose nothing on either database."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Column, DateTime, Integer, Table
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

SHANGHAI = ZoneInfo("Asia/Shanghai")

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.model_config["defer_build"] = True  # nobody has a row of a table validated: a start makes no validators


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC, read back in Asia/Shanghai.

    SQLite drops an offset without a word, so a naive value is an error here rather than a wrong hour later.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; SQLite gets UTC without its offset, which is all it can hold."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        return _without_offset(value, value.fold) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant back in the programme's own time."""
        del dialect
        if value is None:
            return None
        return _in_shanghai(value)


@lru_cache(maxsize=256)
def _without_offset(value: datetime, fold: int) -> datetime:
    """In UTC; rows written together share their instants. `fold` tells two apart that are equal to Python."""
    del fold
    return value.astimezone(UTC).replace(tzinfo=None)


@lru_cache(maxsize=256)
def _in_shanghai(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(SHANGHAI)


class Hundredths(TypeDecorator[Decimal]):
    """A decimal with two places (scores, per cents, yuan) as an integer: exact, and comparable in SQL."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        """Round half up to hundredths."""
        del dialect
        return None if value is None else int((Decimal(value) * 100).to_integral_value(rounding="ROUND_HALF_UP"))

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Two places, always."""
        del dialect
        return None if value is None else Decimal(value).scaleb(-2)


def table_of(model: type[SQLModel]) -> Table:
    """Give the table behind a model: queries here are set-based and speak to tables, not to objects."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def columns_of(shape: type, table: Table) -> tuple[Column[object], ...]:
    """Give the columns that a dataclass has fields for, in its order, so that `shape(*row)` is a row of them."""
    return tuple(table.c[each.name] for each in fields(shape))
