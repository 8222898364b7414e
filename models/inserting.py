"""Many rows at once, and none twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Table
    from sqlalchemy.sql.compiler import SQLCompiler


def insert_into(connection: Connection, table: Table) -> Any:  # noqa: ANN401 -- of either dialect, alike in what is used
    """Begin an insert that can say what to do where the key is there already."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def insert_once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one whose unique key is there already is left as it is."""
    if rows:
        connection.execute(insert_into(connection, table).inline().on_conflict_do_nothing(), rows)


def many(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:  # noqa: ANN401
    """Execute an insert or update once a row, each row with the same names; no column gets a default of the model's.

    SQLAlchemy's own way costs fifteen microseconds a letter, more than the database takes to write it: here what a
    value has to become is looked up once a column, and for a value that the next row has too not again.
    """
    if not rows:
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    assert not compiled.insert_prefetch, compiled.insert_prefetch
    columns = [list(column) for column in _columns(compiled, rows)]
    names = compiled.positiontup
    values = zip(*columns, strict=True)
    given = list(values) if names else [dict(zip(compiled.binds, row, strict=True)) for row in values]
    connection.exec_driver_sql(compiled.string, given)


def _columns(compiled: SQLCompiler, rows: Sequence[Mapping[str, Any]]) -> Iterator[Iterator[Any]]:
    """The values of each parameter, row by row, as the driver wants them."""
    for name in compiled.positiontup or compiled.binds:
        bind = compiled.binds[name]
        kind = bind.type.dialect_impl(compiled.dialect)
        process = kind.bind_processor(compiled.dialect)
        values = (row[name] for row in rows) if name in rows[0] else (bind.value for _ in rows)
        yield values if process is None else _processed(process, values)


def _processed(process: Callable[[Any], Any], values: Iterator[Any]) -> Iterator[Any]:
    last = made = object()
    for value in values:
        if value is not last:
            last, made = value, process(value)
        yield made
