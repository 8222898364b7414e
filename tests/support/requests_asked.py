"""A request of a city for a later day, put on record as asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert

from models.city_requests import NewAnswer, Said, answer
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.city_requests import Request
from tests.support.scenes import NANJING, YEAR, instant
from tests.support.shared_addresses import ROLL

UNTIL = date(2022, 1, 25)


def ask(database: Database, at: str) -> int:
    row = {"token": at, "year": YEAR, "phase": ROLL, "city": NANJING, "attempt": 1, "until": UNTIL, "reason": "封控"}
    return put(database, row | {"by": "南京", "at": instant(at), "as_of": instant(at)})


def put(database: Database, row: Mapping[str, Any], answered: tuple[Said, datetime, str | None] | None = None) -> int:
    """Put a request on record, and what the province answered, when, in which words."""
    with database.write() as connection:
        made = connection.execute(insert(table_of(Request)).values(row).returning(table_of(Request).c.id))
        number = int(made.scalar_one())
        if answered is not None:
            said, at, reason = answered
            answer(connection, row["year"], [NewAnswer(number, said, reason)], Stamp("省办", at, at))
    return number
