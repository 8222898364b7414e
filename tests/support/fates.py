"""What became of the letters of a queue, as it stands in the database, and waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from models.columns import table_of
from models.database import Database
from models.tables.season import Letter


def counted(database: Database, *names: str) -> dict[Any, int]:
    letter = table_of(Letter)
    columns = [letter.c[name] for name in names or ("state",)]
    with database.read() as connection:
        rows = connection.execute(select(*columns, func.count()).group_by(*columns)).all()
    return {(row[0] if len(columns) == 1 else tuple(row[:-1])): row[-1] for row in rows}


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not so():  # noqa: ASYNC110 - what it waits for stands in the database
            await asyncio.sleep(0.01)
