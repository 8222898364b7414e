"""Column types that lose nothing: instants keep their offset, hundredths stay exact, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError

from models.columns import SHANGHAI, Hundredths, UTCDateTime
from models.database import Database

OFFSETS = st.builds(lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-720, 840))
AWARE = st.datetimes(timezones=st.just(UTC) | OFFSETS).filter(lambda one: 1 < one.year < 9999)  # its UTC exists too
DIALECTS = [sqlite.dialect(), postgresql.dialect()]  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
@given(instant=AWARE)
def test_an_instant_comes_back_as_itself_in_shanghai(dialect: sa.Dialect, instant: datetime) -> None:
    column = UTCDateTime()
    back = column.process_result_value(column.process_bind_param(instant, dialect), dialect)
    assert back == instant
    assert back is not None
    assert back.tzinfo is SHANGHAI


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
@given(amount=st.decimals(-10_000, 10_000, places=2))
def test_a_hundredth_comes_back_exactly(dialect: sa.Dialect, amount: Decimal) -> None:
    column = Hundredths()
    back = column.process_result_value(column.process_bind_param(amount, dialect), dialect)
    assert (back, str(back)) == (amount, f"{amount:.2f}")


@pytest.mark.parametrize(("given_", "kept"), [("8.005", "8.01"), ("8.004", "8.00"), ("-0.005", "-0.01")])
def test_a_half_hundredth_goes_up(given_: str, kept: str) -> None:
    assert Hundredths().process_bind_param(Decimal(given_), DIALECTS[0]) == int(Decimal(kept) * 100)


def test_a_naive_datetime_is_an_error_and_stores_nothing(database: Database) -> None:
    table = sa.Table("moment", sa.MetaData(), sa.Column("at", UTCDateTime()))
    with database.write() as connection:
        table.create(connection)
    with (
        pytest.raises(StatementError, match="naive datetime"),
        database.write() as connection,
    ):
        connection.execute(table.insert(), {"at": datetime(2022, 1, 1, 9)})  # noqa: DTZ001 - naive on purpose
    with database.read() as connection:
        assert connection.execute(sa.select(table)).all() == []


def test_instants_and_hundredths_are_compared_in_the_database(database: Database) -> None:
    table = sa.Table("moment", sa.MetaData(), sa.Column("at", UTCDateTime()), sa.Column("rank", Hundredths()))
    midnight = datetime(2022, 1, 21, tzinfo=SHANGHAI)
    before = (midnight - timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=-5)))
    with database.write() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"at": before, "rank": Decimal("9.99")}, {"at": midnight, "rank": 10}])
    with database.read() as connection:
        early = connection.execute(sa.select(table.c.at, table.c.rank).where(table.c.at < midnight)).all()
        within = connection.execute(sa.select(table.c.at).where(table.c.rank <= Decimal("9.99"))).scalars().all()
    assert [tuple(row) for row in early] == [(before, Decimal("9.99"))]
    assert within == [before]
