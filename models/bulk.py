"""Many rows at once, and none twice."""

from __future__ import annotations

import json
from itertools import repeat
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, column, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.types import TypeEngine

    Columns = Mapping[str, Sequence[Any]]


def insert_into(connection: Connection, table: Table) -> Any:  # noqa: ANN401 -- of either dialect, alike in what is used
    """Begin an insert that can say what to do where the key is there already."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def insert_once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one whose unique key is there already is left as it is."""
    if rows:
        connection.execute(insert_into(connection, table).inline().on_conflict_do_nothing(), rows)


def many(connection: Connection, statement: Any, columns: Columns, **same: Any) -> None:  # noqa: ANN401
    """Execute an insert or update once a row, given column by column; `same` are the values that all rows have.

    SQLAlchemy's own way costs twenty microseconds a letter, more than the database takes to write it. No column gets a
    default of the model's here.
    """
    if not any(map(len, columns.values())):
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=[*columns, *same])
    assert not compiled.insert_prefetch, compiled.insert_prefetch
    names = compiled.positiontup or list(compiled.binds)
    rows = zip(*(_values(compiled, name, columns, same) for name in names), strict=False)
    given = list(rows) if compiled.positiontup else [dict(zip(names, row, strict=True)) for row in rows]
    connection.exec_driver_sql(compiled.string, given)


def _values(compiled: SQLCompiler, name: str, columns: Columns, same: Mapping[str, Any]) -> Iterable[Any]:
    """The values of one parameter, row by row, as the driver wants them; without end where all rows have one."""
    bind = compiled.binds[name]
    process = bind.type.dialect_impl(compiled.dialect).bind_processor(compiled.dialect) or _as_it_is
    if name not in columns:
        return repeat(process(same.get(name, bind.value)))
    return columns[name] if process is _as_it_is else map(process, columns[name])


def _as_it_is(value: Any) -> Any:  # noqa: ANN401
    return value


def at_once(connection: Connection, query: Select[Any]) -> list[tuple[Any, ...]]:
    """Give all rows of a query, in one step of the database.

    SQLite's driver lets go of the interpreter at every row and then waits for it, behind whatever other threads do:
    five hundred rows are five hundred waits. As one JSON text they are a single one.
    """
    if connection.dialect.name != "sqlite":
        return [tuple(row) for row in connection.execute(query)]
    rows = query.subquery()
    text = connection.execute(select(func.json_group_array(func.json_array(*rows.c), type_=Text))).scalar_one()
    found = zip(*json.loads(text), strict=True)
    return list(zip(*map(_read, repeat(connection), rows.c, found), strict=True))


def _read(connection: Connection, column: ColumnElement[Any], values: Sequence[Any]) -> Iterable[Any]:
    process = column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, None)
    return values if process is None else map(process, values)


def rows_of(connection: Connection, columns: Mapping[str, tuple[TypeEngine[Any], Sequence[Any]]]) -> FromClause:
    """Give these rows, column by column with their types, as a table to join with, in one parameter or one a column."""
    if connection.dialect.name != "sqlite":
        arrays = [literal(list(values), postgresql.ARRAY(kind)) for kind, values in columns.values()]
        return (
            func.unnest(*arrays)
            .table_valued(*(column(name, kind) for name, (kind, _) in columns.items()))
            .render_derived()
        )
    written = [_written(connection, kind, values) for kind, values in columns.values()]
    each = func.json_each(json.dumps(list(zip(*written, strict=True)))).table_valued("value")
    fields = (
        func.json_extract(each.c.value, f"$[{place}]", type_=kind).label(name)
        for place, (name, (kind, _)) in enumerate(columns.items())
    )
    return select(*fields).subquery()


def _written(connection: Connection, kind: TypeEngine[Any], values: Sequence[Any]) -> Iterable[Any]:
    process = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return map(process, values) if process else values


def among(connection: Connection, column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Say that a column has one of these values, in one parameter: a statement with a thousand is slow to write."""
    given = list(values)
    if connection.dialect.name == "sqlite":
        listed = func.json_each(json.dumps(given)).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == func.any(literal(given, postgresql.ARRAY(column.type)))
