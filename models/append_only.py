"""What keeps tables as they were written, stepping aside for their owner within one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Connection

_ON_FILE = text("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
_ON_SERVER = text(
    "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
)


@contextmanager
def lifted(connection: Connection, tables: Collection[str]) -> Iterator[None]:
    """Let rows of append-only tables be changed, and guard them again; where it raises, by rolling back."""
    if connection.dialect.name == "sqlite":
        found = [(name, made) for table, name, made in connection.execute(_ON_FILE) if table in tables]
        off, on = [f'DROP TRIGGER "{name}"' for name, _ in found], [made for _, made in found]
    else:
        held = [(table, name) for table, name in connection.execute(_ON_SERVER) if table.strip('"') in tables]
        off, on = (
            [f"ALTER TABLE {table} {verb} TRIGGER {name}" for table, name in held] for verb in ("DISABLE", "ENABLE")
        )
    for statement in off:
        connection.exec_driver_sql(statement)
    yield
    for statement in on:
        connection.exec_driver_sql(statement)
