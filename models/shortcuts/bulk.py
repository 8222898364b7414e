"""Many rows at once, and none twice."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from itertools import repeat
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, Text, bindparam, column, func, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Dialect, FromClause, Select, Table
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.types import TypeEngine

    Columns = Mapping[str, Sequence[Any]]


def inserting(dialect: str, table: Table) -> Any:  # noqa: ANN401 -- of either dialect, alike in what is used
    """Begin an insert that can say what to do where the key is there already; only the dialect in use is loaded."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def insert_once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one whose unique key is there already is left as it is."""
    if rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        many(connection, _once(connection.dialect.name, table), columns)


@lru_cache(maxsize=32)
def _once(dialect: str, table: Table) -> Any:  # noqa: ANN401
    return inserting(dialect, table).inline().on_conflict_do_nothing()


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows as `insert_once` does; give how many were not there before.

    They are asked for by RETURNING: how many rows an insert wrote, a driver need not say, and psycopg's answer is -1.
    """
    if not rows:
        return 0
    new = inserting(connection.dialect.name, table).values(rows).on_conflict_do_nothing().returning(*table.primary_key)
    return len(connection.execute(new).all())


def many(connection: Connection, statement: Any, columns: Columns, **same: Any) -> None:  # noqa: ANN401
    """Execute an insert or update once a row, given column by column; `same` are the values that all rows have.

    SQLAlchemy's own way costs twenty microseconds a letter, more than the database takes to write it; and it compiles
    what says `on conflict` anew each time, where here a statement that is kept is compiled once. No column gets a
    default of the model's.
    """
    if not any(map(len, columns.values())):
        return
    spoken = Spoken(connection.dialect.name, connection.dialect)
    compiled = _compiled(statement, (*columns, *same), spoken)
    assert not compiled.insert_prefetch, compiled.insert_prefetch
    names = compiled.positiontup or list(compiled.binds)
    rows = zip(*(_values(compiled, name, columns, same) for name in names), strict=False)
    given = list(rows) if compiled.positiontup else [dict(zip(names, row, strict=True)) for row in rows]
    connection.exec_driver_sql(compiled.string, given)


@dataclass(frozen=True)
class Spoken:
    """A dialect, the same as any other of its name."""

    name: str
    dialect: Dialect = field(compare=False)


@lru_cache(maxsize=64)
def _compiled(statement: Any, names: tuple[str, ...], spoken: Spoken) -> SQLCompiler:  # noqa: ANN401
    compiled: SQLCompiler = statement.compile(dialect=spoken.dialect, column_keys=list(names))
    return compiled


def _values(compiled: SQLCompiler, name: str, columns: Columns, same: Mapping[str, Any]) -> Iterable[Any]:
    """The values of one parameter, row by row, as the driver wants them; without end where all rows have one."""
    bind = compiled.binds[name]
    process = bind.type.dialect_impl(compiled.dialect).bind_processor(compiled.dialect) or _as_it_is
    if name not in columns:
        return repeat(process(same.get(name, bind.value)))
    return columns[name] if process is _as_it_is else map(process, columns[name])


def _as_it_is(value: Any) -> Any:  # noqa: ANN401
    return value


def at_once(connection: Connection, query: Select[Any], given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Give all rows of a query, in one step of the database; one that is asked often is made once and kept.

    SQLite's driver lets go of the interpreter at every row and then waits for it, behind whatever other threads do:
    five hundred rows are five hundred waits. As one JSON text they are a single one.
    """
    if connection.dialect.name != "sqlite":
        return [tuple(row) for row in connection.execute(query, given)]
    found = zip(*json.loads(connection.execute(_as_text(query), given).scalar_one()), strict=True)
    return list(zip(*map(_read, repeat(connection), query.selected_columns, found), strict=True))


@lru_cache(maxsize=16)
def _as_text(query: Select[Any]) -> Select[Any]:
    return select(func.json_group_array(func.json_array(*query.subquery().c), type_=Text))


def _read(connection: Connection, column: ColumnElement[Any], values: Sequence[Any]) -> Iterable[Any]:
    process = column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, None)
    if process is None:
        return values
    known = {value: process(value) for value in set(values)}  # rows written together share their instants
    return map(known.__getitem__, values)


def rows_of(dialect: str, kinds: Mapping[str, TypeEngine[Any]]) -> FromClause:
    """Give rows as a table to join with, of columns of these types; `rows_given` gives what is in it."""
    if dialect != "sqlite":
        arrays = [bindparam(f"rows_{name}", type_=ARRAY(kind)) for name, kind in kinds.items()]
        return func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in kinds.items())).render_derived()
    each = func.json_each(bindparam("rows", type_=Text)).table_valued("value")
    fields = (
        func.json_extract(each.c.value, f"$[{place}]", type_=kind).label(name)
        for place, (name, kind) in enumerate(kinds.items())
    )
    return select(*fields).subquery()


def rows_given(
    connection: Connection, kinds: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]
) -> dict[str, Any]:
    """Give the parameters that put these rows into a statement made with `rows_of`."""
    columns = zip(*rows, strict=True)
    if connection.dialect.name != "sqlite":
        return {f"rows_{name}": list(values) for name, values in zip(kinds, columns, strict=True)}
    written = map(_written, repeat(connection), kinds.values(), columns)
    return {"rows": json.dumps(list(zip(*written, strict=True)))}


def _written(connection: Connection, kind: TypeEngine[Any], values: Sequence[Any]) -> Iterable[Any]:
    process = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if process is None:
        return values
    if all(value is values[0] for value in values):
        return [process(values[0])] * len(values)
    return map(process, values)


def among(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Say that a column has one of the values of a parameter of this name, which `listed` gives.

    One parameter for all of them: a statement with a thousand is slow to write.
    """
    if dialect == "sqlite":
        values = func.json_each(bindparam(name, type_=Text)).table_valued("value")
        return column.in_(select(values.c.value))
    return column == func.any(bindparam(name, type_=ARRAY(column.type)))


def listed(connection: Connection, values: Iterable[Any]) -> Any:  # noqa: ANN401 -- as the driver wants it
    """Give the values of a parameter made with `among`."""
    return json.dumps(list(values)) if connection.dialect.name == "sqlite" else list(values)
