"""The tables of a new file as they were migrated once a run: some forty migrations take a second of processor."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config


@cache
def _told(original: Path) -> tuple[str, tuple[str, ...]]:
    """The newest migration of that file, which holds no row but its name, and what makes an empty one like it."""
    with closing(sqlite3.connect(f"file:{original}?mode=ro", uri=True)) as source:
        (revision,) = source.execute("SELECT version_num FROM alembic_version").fetchone()
        made = source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        return revision, (*(sql for (sql,) in made), f"INSERT INTO alembic_version VALUES ('{revision}')")


def upgrading(original: Path) -> Callable[[Config, str], None]:
    """Alembic's `upgrade`, which does in one go what leads an empty file of SQLite's to that migrated one."""
    in_steps = command.upgrade

    def upgrade(config: Config, to: str) -> None:
        connection, (newest, statements) = config.attributes["connection"], _told(original)
        if (
            to not in {"head", newest}
            or connection.dialect.name != "sqlite"
            or sa.inspect(connection).get_table_names()
        ):
            in_steps(config, to)
            return
        for statement in statements:
            connection.exec_driver_sql(statement)

    return upgrade
