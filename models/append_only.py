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


def guard(connection: Connection, table: str, *keys: str, repeated: bool = False) -> None:
    """Let nobody change, delete, replace or empty a table, by triggers; for a migration, `refuse_change` is of 0001.

    `keys` are what no two rows of it share, each its columns: by any of these SQLite would replace a row, asking
    nobody. What is `repeated` is inserted twice by the programme and kept once.
    """
    embedded = connection.dialect.name == "sqlite"
    for statement in _on_file(table, keys, repeated=repeated) if embedded else _on_server(table):
        connection.exec_driver_sql(statement)


def _on_file(table: str, keys: Collection[str], *, repeated: bool) -> Iterator[str]:
    refused = f"ABORT, '{table} is append-only'"
    for verb in ("UPDATE", "DELETE"):
        yield f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE({refused}); END"
    same = (" AND ".join(f"{column} = NEW.{column}" for column in key.split(", ")) for key in keys)
    there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {one})" for one in same)  # nosec B608 # noqa: S608 -- ours
    said = "IGNORE" if repeated else refused
    yield f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} BEGIN SELECT RAISE({said}); END"


def _on_server(table: str) -> Iterator[str]:
    for name, verbs, each in (("append_only", "UPDATE OR DELETE", "ROW"), ("no_truncate", "TRUNCATE", "STATEMENT")):
        yield (
            f"CREATE TRIGGER {table}_{name} BEFORE {verbs} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()"
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
