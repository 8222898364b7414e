"""What a database holds, as values that can be compared: the witness of the tests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, literal_column, select

from models.columns import table_of
from models.database import Database
from models.sealed import Sealed, in_use
from models.tables.catalogue import declared
from models.tables.city_drafts import draft_table
from models.tables.pool import Party
from models.tables.season import Letter, LetterBody, Transition
from phases.book import Book

Rows = Mapping[str, list[tuple[Any, ...]]]

CLOCKED = frozenset({"id", "at", "queued_at", "due_at", "opened_at", "revision", "message_id", "salt"})
"""Columns that say when by the clock, in which order, or were drawn: two runs of the same story differ in no other."""

HASHED = {"chain_link": frozenset({"row", "content", "chained"})}
"""Those of a table that are made of such columns: a transaction that was rolled back leaves a gap in the numbers."""


def _as_kept(connection: Connection, query: Select[Any], **given: str) -> list[str]:
    """The rows that are found, sorted, as the driver gives them: not a time read, nothing decrypted."""
    return sorted(map(repr, map(tuple, connection.execute(query, given))))


@cache
def _whole(book: Book) -> Mapping[str, Select[Any]]:
    """By table: what asks for every row there is."""
    return {table.name: select(literal_column("*")).select_from(table) for table in declared(book).sorted_tables}


@cache
def _others(book: Book) -> Mapping[str, Select[Any]]:
    """By table that has a city: what asks for the rows of every other one than `apart`."""
    owners = {table: table.c.get("concerns", table.c.get("city")) for table in declared(book).sorted_tables}
    asked = {table.name: whose != bindparam("apart") for table, whose in owners.items() if whose is not None}
    return {name: _whole(book)[name].where(other) for name, other in asked.items()}


def everything(database: Database) -> Rows:
    """Every row of every table, sorted."""
    with database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in declared(database.book).sorted_tables
        }


def story(database: Database) -> Rows:
    """All that happened and stands; the clock and the numbering of rows are left out, parties go by their names."""
    with database.read() as connection:
        names, told = _names(connection), {}
        for table in declared(database.book).sorted_tables:
            kept = [
                column.name for column in table.c if column.name not in CLOCKED | HASHED.get(table.name, frozenset())
            ]
            rows = [_opened(database.book, dict(row)) for row in connection.execute(select(table)).mappings()]
            told[table.name] = sorted((tuple(_told(name, row[name], names) for name in kept) for row in rows), key=repr)
        return told


def _opened(book: Book, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row with what it keeps of a filing in the clear: encrypted twice, no text is twice the same."""
    if "cells" not in row:
        return row
    columns, opened = draft_table(book.sheets[row["sheet"]]).c, {}
    for name, cell in row["cells"].items():
        kind = columns[name].type
        opened[name] = in_use().open(kind.place, cell) if cell and isinstance(kind, Sealed) else cell
    return {**row, "cells": opened}


def _names(connection: Connection) -> dict[str, str]:
    """By recipient's key: the party's name and place."""
    rows = connection.execute(select(table_of(Party)))
    return {f"{row.kind}:{row.id}": f"{row.kind}:{row.name}{row.place and '@'}{row.place}" for row in rows}


def _told(column: str, value: object, names: Mapping[str, str]) -> object:
    if column == "recipient":
        return names.get(str(value), value)
    if column.endswith("party"):
        return {key.partition(":")[2]: name for key, name in names.items()}.get(str(value))
    return value


def fingerprint(database: Database) -> str:
    """A hash of every row there is, as it is kept."""
    with database.read() as connection:
        found = {name: _as_kept(connection, query) for name, query in _whole(database.book).items()}
    return hashlib.sha256(repr(found).encode()).hexdigest()


def of_others(database: Database, city: str) -> dict[str, str]:
    """By table that has one: a hash of the rows of every other city than this, to the last column."""
    with database.read() as connection:
        found = {name: _as_kept(connection, query, apart=city) for name, query in _others(database.book).items()}
    return {name: hashlib.sha256("\n".join(rows).encode()).hexdigest() for name, rows in found.items()}


def letters(database: Database, **where: Any) -> list[tuple[str, str, str, str, str]]:  # noqa: ANN401 - column values
    """Phase, city concerned, recipient, kind, slot of each letter ever written, in that order."""
    table = table_of(Letter)
    query = select(table.c.phase, table.c.concerns, table.c.recipient, table.c.kind, table.c.slot).order_by(table.c.id)
    query = query.filter_by(**where)
    with database.read() as connection:
        names = _names(connection)
        return [
            (phase, city, names.get(recipient, recipient), kind, slot)
            for phase, city, recipient, kind, slot in connection.execute(query)
        ]


def words(connection: Connection) -> list[Row[Any]]:
    """Every letter with its words as they are kept, oldest first."""
    letter, body = table_of(Letter), table_of(LetterBody)
    said = select(letter, body.c.text, body.c.html, body.c.ics).join(body, body.c.digest == letter.c.body)
    return list(connection.execute(said.order_by(letter.c.id)))


def log(database: Database, **where: Any) -> list[tuple[str, str, str, bool]]:  # noqa: ANN401 - column values
    """Event, state before, state after, whether refused, in the order written."""
    table = table_of(Transition)
    query = select(table.c.event, table.c.from_state, table.c.to_state, table.c.refused).order_by(table.c.id)
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(query.filter_by(**where))]
