"""A request of a city for a later day, put on record as asked."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert

from models.columns import table_of
from models.database import Database
from models.tables.extension_requests import Request
from tests.support.scenes import NANJING, YEAR, instant
from tests.support.shared_addresses import ROLL

UNTIL = date(2022, 1, 25)


def ask(database: Database, at: str) -> int:
    row = {"token": at, "year": YEAR, "phase": ROLL, "city": NANJING, "attempt": 1, "until": UNTIL, "reason": "封控"}
    signed = {"by": "南京", "at": instant(at), "as_of": instant(at)}
    with database.write() as connection:
        made = connection.execute(insert(table_of(Request)).values(row | signed).returning(table_of(Request).c.id))
        return int(made.scalar_one())
