"""A year that is about to open, with so many mentors in its pool that each is owed a letter."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from acts.advance import advance
from acts.open_year import open_year
from calendars.deadlines import TZ
from calendars.files import load
from models import migrate
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.pool import Party, PoolEntry
from phases.book import BOOK
from post.couriers import Courier
from post.sending import Posted, send

YEAR = 2022
BEFORE, OPENING = (datetime(2021, 12, day, tzinfo=TZ) for day in (30, 31))
SENDER = "省级管理办公室 <office@talent.example>"
STAMP = Stamp("省办", OPENING, OPENING, base_url="https://talent.example")


@contextmanager
def about_to_open(mentors: int) -> Iterator[Database]:
    """Give a fresh database in which nothing is owed yet."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'talent.db'}", BOOK)
        migrate.upgrade(database)
        year = load(YEAR)
        open_year(database, year, Stamp("省办", BEFORE, BEFORE), rehearsal=True)
        cities = [city.slug for city in year.cities]
        numbers = range(1, mentors + 1)
        parties = [
            {
                "id": number,
                "kind": "mentor",
                "name": f"王导师{number}",
                "place": "南京大学",
                "email": f"m{number}@u.example",
            }
            for number in numbers
        ]
        pool = [{"year": YEAR, "city": cities[n % len(cities)], "kind": "mentor", "key": str(n)} for n in numbers]
        with database.write() as connection:
            connection.execute(insert(table_of(Party)), parties)
            connection.execute(insert(table_of(PoolEntry)), pool)
        yield database
        database.dispose()


def opened(database: Database) -> None:
    """Ask who is owed what, render it, and queue it: the act itself, in its one transaction."""
    done = advance(database, YEAR, STAMP)
    assert not done.failures, done.failures


def posted(database: Database, courier: Courier) -> Posted:
    """Send it: the act itself, with claims, retries and durable marks."""
    return asyncio.run(send(database, courier, SENDER, STAMP))
