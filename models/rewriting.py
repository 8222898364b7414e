"""Everything that is encrypted, rewritten: when it becomes so, under another key, or as it was before.

The tables are named, not taken from the models: a migration knows them as they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import JSON, String, bindparam, column, func, or_, select, table, update

from models.contact_keys import Altered
from models.sealed import NAMED, Sealed, in_use
from models.tables.catalogue import declared
from models.tables.city_drafts import draft_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Row, TableClause
    from sqlalchemy.types import TypeEngine

    from phases.book import Book

Rewrite = Callable[[str, str], str]
"""Gives what is to stand in a column, by its name in full, for what stands there."""

ID = 9
"""How much of what is encrypted says with which key."""

SINCE = "0043"
"""The migration that encrypts: of a database from before it nothing is encrypted."""

FILED = "filed_row"
OF_A_DRAFT = ("year", "city")
OF_A_FILING = ("year", "phase", "city", "number", "sheet", "line")


class SealedTable(NamedTuple):
    """A table with encrypted columns: its name, its key, and which they are; the sheet of which it is the draft."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    sheet: str | None = None


class SealedValues(NamedTuple):
    """How many values of a column, by its name in full, stand under a key, by its id; None: they are not encrypted."""

    place: str
    named: str | None
    values: int


def of_book(book: Book) -> tuple[SealedTable, ...]:
    """Give the tables with encrypted columns of a database that is made for a book."""
    sheets = {draft_table(sheet).name: key for key, sheet in book.sheets.items()}
    found = (
        SealedTable(
            each.name,
            tuple(one.name for one in each.primary_key),
            tuple(one.name for one in each.columns if isinstance(one.type, Sealed)),
            sheets.get(each.name),
        )
        for each in declared(book).sorted_tables
    )
    return tuple(one for one in found if one.columns)


def rewrite(connection: Connection, tables: Sequence[SealedTable], how: Rewrite) -> None:
    """Rewrite all of them, and what was copied of them with filings."""
    for one in tables:
        _rewrite(connection, _plain(one.name, one.key, dict.fromkeys(one.columns, String())), one.key, _of(one, how))
    of_sheets = {one.sheet: one for one in tables if one.sheet}
    if not of_sheets:
        return
    copies = _plain(FILED, OF_A_FILING, {"cells": JSON()})

    def cells(row: Row[Any]) -> dict[str, Any]:
        return {"cells": row.cells | _anew(of_sheets[row.sheet], row.cells, how)}

    _rewrite(connection, copies, OF_A_FILING, cells, copies.c.sheet.in_([*of_sheets]))


def by_key(connection: Connection, tables: Sequence[SealedTable]) -> Iterator[SealedValues]:
    """Give how much stands under which key, column by column: in drafts, and in what filings keep of them."""
    for one in tables:
        own = _plain(one.name, (), dict.fromkeys(one.columns, String()))
        copies = _plain(FILED, ("sheet",), {"cells": JSON()})
        for name in one.columns:
            yield from _by_key(connection, f"{one.name}.{name}", own.c[name])
            if one.sheet:
                cell = copies.c.cells[name].as_string()
                yield from _by_key(connection, f"{one.name}.{name}", cell, copies.c.sheet == one.sheet)


def _by_key(
    connection: Connection, place: str, of: ColumnElement[str], *which: ColumnElement[bool]
) -> Iterator[SealedValues]:
    begins = select(func.substr(of, 1, ID).label("begins")).where(of != "", *which).subquery()
    for said, values in connection.execute(select(begins.c.begins, func.count()).group_by(begins.c.begins)):
        found = NAMED.fullmatch(said)
        yield SealedValues(place, found and found[1], values)


def under_others(
    connection: Connection, tables: Sequence[SealedTable], known: Collection[str]
) -> Mapping[tuple[int, str], set[str]]:
    """Give the cities, by year and sheet, in whose drafts something is under no key of these ids."""
    found, begins = defaultdict[tuple[int, str], set[str]](set), [f"{one}:" for one in known]
    for one in tables:
        if one.sheet is None:
            continue
        own = _plain(one.name, OF_A_DRAFT, dict.fromkeys(one.columns, String()))
        others = ((own.c[name] != "") & func.substr(own.c[name], 1, ID).not_in(begins) for name in one.columns)
        for year, city in connection.execute(select(own.c.year, own.c.city).where(or_(*others)).distinct()).all():
            found[year, one.sheet].add(city)
    return found


def check(connection: Connection, tables: Sequence[SealedTable]) -> None:
    """Raise what opening raises where a key is missing that anything stands under, or what is newest does not open."""
    found = [*by_key(connection, tables)]
    in_use().check(one.named for one in found)
    for one in found:
        if one.named is None:
            raise Altered(place=one.place)
    for each in tables:
        own = _plain(each.name, each.key, dict.fromkeys(each.columns, String()))
        for name in each.columns:
            newest = select(own.c[name]).where(own.c[name] != "").order_by(*(own.c[key].desc() for key in each.key))
            if kept := connection.execute(newest.limit(1)).scalar():
                in_use().open(f"{each.name}.{name}", kept)


def _plain(name: str, key: Sequence[str], columns: Mapping[str, TypeEngine[Any]]) -> TableClause:
    return table(name, *map(column, key), *(column(*one) for one in columns.items()))


def _of(one: SealedTable, how: Rewrite) -> Callable[[Row[Any]], dict[str, Any]]:
    return lambda row: {name: getattr(row, name) for name in one.columns} | _anew(one, row._mapping, how)  # noqa: SLF001


def _anew(one: SealedTable, row: Mapping[Any, Any], how: Rewrite) -> dict[str, str]:
    return {name: how(f"{one.name}.{name}", row[name]) for name in one.columns if row.get(name)}


def _rewrite(
    connection: Connection,
    own: TableClause,
    key: Sequence[str],
    anew: Callable[[Row[Any]], dict[str, Any]],
    *which: ColumnElement[bool],
) -> None:
    mine = (own.c[name] == bindparam(f"of_{name}") for name in key)
    rest = [name for name in own.c.keys() if name not in key]  # noqa: SIM118 -- not a mapping: its items are columns
    put = update(own).where(*mine).values({name: bindparam(f"to_{name}") for name in rest})
    for part in _parts(connection, own):
        rows = connection.execute(select(own).where(*part, *which)).all()
        given = [
            {f"of_{name}": getattr(row, name) for name in key}
            | {f"to_{name}": said for name, said in anew(row).items()}
            for row in rows
        ]
        if given:
            connection.execute(put, given)


def _parts(connection: Connection, own: TableClause) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """A city of a year at a time, where rows are a city's: no more are held in memory at once."""
    if "city" not in own.c:
        yield ()
        return
    for year, city in connection.execute(select(own.c.year, own.c.city).distinct()).all():
        yield own.c.year == year, own.c.city == city
