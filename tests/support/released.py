"""Databases as past releases left them, at stages of the year: `tests/fixtures` says how each was made."""

from __future__ import annotations

import io
import json
import lzma
import sqlite3
import tarfile
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command

from models import migrate
from models.database import Database
from phases.book import BOOK

FIXTURES = Path(__file__).parents[1] / "fixtures"
STAGES: Mapping[str, str] = {
    "rolls approved": "2022-01-19T09:00",
    "interviews filed": "2022-02-18T09:00",
    "midterm open": "2022-08-22T09:00",
    "students evaluated": "2022-12-16T09:00",
}
"""Where a season of the pack is left, by the instant until which it was played."""

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


def releases() -> list[str]:
    """The releases that left several stages of the year, by name."""
    return sorted(path.name.removesuffix(".tar.xz") for path in FIXTURES.glob("release-*.tar.xz"))


@cache
def _archive(release: str) -> tarfile.TarFile:
    packed = lzma.decompress((FIXTURES / f"{release}.tar.xz").read_bytes())
    return tarfile.open(fileobj=io.BytesIO(packed))  # kept open: it is in memory


def left(release: str, stage: str) -> str:
    """What a release left at a stage of the year, as SQLite says it in SQL."""
    kept = _archive(release).extractfile(f"{stage}.sql")
    assert kept is not None
    return kept.read().decode()


def pack(release: str, folder: Path) -> Path:
    """The season that it was playing, laid out in a folder."""
    archive = _archive(release)
    members = [member for member in archive if member.name.startswith("pack/")]
    archive.extractall(folder, members, filter="data")
    return folder / "pack"


def load(version: int, url: str, told: str | None = None) -> None:
    """Fill an empty database, of either kind, with what that release left, or with another telling of its dump."""
    fill(url, told or dump(version))


def fill(url: str, told: str) -> None:
    """Fill an empty database, of either kind, with what SQLite says in SQL; its tables stay those of that release."""
    database = Database(url, BOOK)
    database.make()
    if database.embedded:
        with closing(sqlite3.connect(str(sa.make_url(url).database))) as file:
            file.executescript(told)
        database.dispose()
        return
    with closing(sqlite3.connect(":memory:")) as source:
        source.executescript(told)
        (revision,) = source.execute("SELECT version_num FROM alembic_version").fetchone()
        with database.engine.begin() as connection:
            command.upgrade(migrate._config(connection), revision)
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
