"""Tables as files that Excel opens: xlsx with typed cells, CSV whose cells are no formulas. Pure."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import xlsxwriter  # type: ignore[import-untyped] # ships no py.typed

from calendars.deadlines import TZ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

Cell = str | int | Decimal | date | datetime | None
BOM = "\ufeff"
BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST_CELL = 32_767
LONGEST_NAME = 31
WIDEST, NARROWEST = 60, 8
CHINESE = 0x2E80
"""From here on a character takes two places."""

_CREATED = datetime(2022, 1, 1, tzinfo=UTC)  # not the clock: the same table is the same bytes


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be exported: its Chinese name, its columns, its rows, each as long as the columns."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def as_csv(table: Table) -> bytes:
    """Give the table as CSV in UTF-8, marked so that Excel reads it as that."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(table.columns)
    writer.writerows([_plain(cell) for cell in row] for row in table.rows)
    return (BOM + target.getvalue()).encode()


def _plain(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(TZ):%Y-%m-%d %H:%M}"
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    return f"'{cell}" if cell.startswith(BEGINS_FORMULA) else cell


def as_xlsx(tables: Sequence[Table], title: str) -> bytes:
    """Give the tables as a workbook, a sheet each; text is text, whatever it looks like."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": title, "created": _CREATED})
        formats = _Formats(book)
        for table in tables:
            _sheet(book.add_worksheet(table.name[:LONGEST_NAME]), table, formats)
    return target.getvalue()


class _Formats:
    """The cell formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.head = book.add_format({"bold": True, "bg_color": "#F2F2F2", "border": 1, "valign": "top"})
        self.text = book.add_format({"num_format": "@", "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})


def _sheet(page: Worksheet, table: Table, formats: _Formats) -> None:
    page.freeze_panes(1, 0)
    for at, column in enumerate(table.columns):
        page.set_column(at, at, _width(table, at))
        page.write_string(0, at, column, formats.head)
    for line, row in enumerate(table.rows, 1):
        for at, cell in enumerate(row):
            _cell(page, line, at, cell, formats)
    page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _cell(page: Worksheet, line: int, at: int, cell: Cell, formats: _Formats) -> None:
    match cell:
        case None:
            return
        case datetime():
            page.write_datetime(line, at, cell.astimezone(TZ).replace(tzinfo=None), formats.moment)
        case date():
            page.write_datetime(line, at, cell, formats.day)
        case str():
            page.write_string(line, at, cell[:LONGEST_CELL], formats.text)
        case _:
            page.write_number(line, at, cell)


def _width(table: Table, at: int) -> int:
    """Room for the longest of the first cells, a Chinese character taking two places."""
    seen = [table.columns[at], *(_plain(row[at]) for row in table.rows[:200])]
    widest = max(sum(1 + (ord(character) >= CHINESE) for character in text) for text in seen)
    return min(max(widest + 2, NARROWEST), WIDEST)
