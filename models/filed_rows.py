"""What a city filed, filing by filing: copied where the rows are, as its gate judges them, and read back.

What is encrypted in a draft is copied as it stands, and nobody decrypts it on the way.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Boolean, Date, Integer, case, cast, func, insert, literal, select

from models.columns import Hundredths, table_of
from models.database import book_of
from models.sealed import Sealed
from models.tables.city_drafts import draft_table
from models.tables.filed_rows import FiledRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection
    from sqlalchemy.types import TypeEngine

    from phases.stored_sheet import StoredSheet

OBJECT: Mapping[str, Callable[..., Any]] = {"sqlite": func.json_object, "postgresql": func.json_build_object}
"""What makes a JSON object of names and values, by the database."""

READ: Mapping[type, Callable[[Any], Any]] = {
    Boolean: bool,
    Date: date.fromisoformat,
    Hundredths: lambda kept: Decimal(kept).scaleb(-2),
    JSON: lambda kept: tuple(json.loads(kept) if isinstance(kept, str) else kept),
}
"""How a cell is read back, by the type of its column; others as they are."""

COLUMNS = ("year", "phase", "city", "number", "sheet", "line", "cells")


def keep(connection: Connection, year: int, filings: Iterable[tuple[str, str, int]]) -> None:
    """Keep the rows of drafts as those of filings, each its phase, city and number: a statement a sheet of a phase."""
    numbers: dict[str, dict[str, int]] = defaultdict(dict)
    for phase, city, number in filings:
        numbers[phase][city] = number
    for phase, of in numbers.items():
        definition = book_of(connection).phases.get(phase)
        for sheet in definition.form.sheets if definition and definition.form else ():
            table = draft_table(sheet)
            cells = OBJECT[connection.dialect.name](*(one for name in sheet.fields for one in (name, table.c[name])))
            numbered = cast(case(of, value=table.c.city), Integer)
            whose: tuple[Any, ...] = (literal(year), literal(phase), table.c.city, numbered, literal(sheet.key))
            rows = select(*whose, table.c.line, cells).where(table.c.year == year, table.c.city.in_(list(of)))
            connection.execute(insert(table_of(FiledRow)).from_select(COLUMNS, rows))


def kept(connection: Connection, year: int, phase: str, city: str) -> tuple[int, ...]:
    """Give the numbers of a city's filings of which rows are kept, ascending."""
    table = table_of(FiledRow)
    mine = (table.c.year == year, table.c.phase == phase, table.c.city == city)
    return tuple(connection.execute(select(table.c.number).where(*mine).distinct().order_by(table.c.number)).scalars())


def rows(
    connection: Connection, year: int, phase: str, city: str, number: int, sheet: StoredSheet
) -> dict[int, dict[str, Any]]:
    """Give the rows of a sheet in a filing by their line, each by field."""
    table, of = table_of(FiledRow), draft_table(sheet)
    mine = (table.c.year == year, table.c.phase == phase, table.c.city == city)
    query = select(table.c.line, table.c.cells).where(*mine, table.c.number == number, table.c.sheet == sheet.key)
    read = {name: _reading(connection, of.c[name].type) for name in sheet.fields}
    return {
        line: {
            name: cells[name] if how is None or cells.get(name) is None else how(cells[name])
            for name, how in read.items()
            if name in cells
        }
        for line, cells in connection.execute(query.order_by(table.c.line))
    }


def _reading(connection: Connection, kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """Give how a cell of a column of this type is read back; an encrypted one was copied as it stood in the draft."""
    if isinstance(kind, Sealed):
        return partial(kind.process_result_value, dialect=connection.dialect)
    return READ.get(type(kind))
