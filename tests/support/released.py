"""Databases as past releases left them: `tests/fixtures` says how each was made."""

from __future__ import annotations

import json
import lzma
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command

from models import migrate
from models.database import Database
from phases.book import BOOK

FIXTURES = Path(__file__).parents[1] / "fixtures"
CALENDARS: Mapping[int, str] = {1: "0004"}
"""The versions of calendars that a release wrote, and the migration that its tables were of."""

_READ: Mapping[type[Any], Callable[[Any], Any]] = {
    sa.DateTime: lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC),
    sa.Date: date.fromisoformat,
    sa.Boolean: bool,
    sa.JSON: json.loads,
}
"""What SQLite keeps of a type, as another database takes it."""


def dump(version: int) -> str:
    """What that release left, as SQLite says it in SQL."""
    return lzma.decompress((FIXTURES / f"calendar-{version}.sql.xz").read_bytes()).decode()


def calendar(version: int) -> str:
    """The text of the calendar in it."""
    with closing(sqlite3.connect(":memory:")) as source:
        source.executescript(dump(version))
        return str(source.execute("SELECT calendar FROM programme_year").fetchone()[0])


def load(version: int, url: str, told: str | None = None) -> None:
    """Fill an empty database, of either kind, with what that release left, or with another telling of its dump."""
    told = told or dump(version)
    database = Database(url, BOOK)
    database.make()
    if database.embedded:
        with closing(sqlite3.connect(str(sa.make_url(url).database))) as file:
            file.executescript(told)
        database.dispose()
        return
    with closing(sqlite3.connect(":memory:")) as source:
        source.executescript(told)
        with database.engine.begin() as connection:
            command.upgrade(migrate._config(connection), CALENDARS[version])
            _copy(source, connection)
    database.dispose()


def _copy(source: sqlite3.Connection, connection: sa.Connection) -> None:
    """Copy the rows of every table, in the order that their references ask for."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    source.row_factory = sqlite3.Row
    for table in metadata.sorted_tables:
        found = source.execute(f'SELECT * FROM "{table.name}"')
        rows = [{column.name: _value(column, row[column.name]) for column in table.columns} for row in found]
        if rows and table.name != "alembic_version":
            connection.execute(table.insert(), rows)
        if rows and "id" in table.c and isinstance(table.c.id.type, sa.Integer):
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            connection.execute(sa.select(sa.func.setval(sequence, max(row["id"] for row in rows))))


def _value(column: sa.Column[Any], kept: Any) -> Any:  # noqa: ANN401 -- whatever a row holds
    if isinstance(column.type, sa.JSON):
        column.type.none_as_null = True
    if kept is None:
        return None
    return next((read(kept) for kind, read in _READ.items() if isinstance(column.type, kind)), kept)
