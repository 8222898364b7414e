"""Two filings of a city phase, row by row: what came, what went, what is another now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acts.read_back import written
from forms.folding import fold
from models import filed_rows
from models.database import book_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from acts.read_back import Lines
    from calendars.year import Year
    from forms.definitions import AskedSheet, Column


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """A cell of a row that is not the same in both filings, as it is written; "" where there is nothing."""

    column: Column
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A row that is not the same: whether it `came` or `went`, else was `changed`; `key` is what names it."""

    what: str
    key: tuple[tuple[Column, str], ...]
    cells: tuple[ComparedCell, ...]


@dataclass(frozen=True, slots=True)
class ComparedSheet:
    """A sheet with the rows that differ, in the order of the workbook, and how many are the same."""

    sheet: AskedSheet
    rows: tuple[ComparedRow, ...]
    same: int


WHAT: Mapping[str, str] = {"came": "新增", "went": "删去", "changed": "改动"}


def compare_filings(
    connection: Connection, year: Year, phase: str, city: str, first: int, second: int
) -> tuple[ComparedSheet, ...]:
    """Compare two filings by their numbers: two statements a sheet. Rows are the same that their unique columns name.

    KeyError where the phase has no form. A filing of which no rows are kept has none.
    """
    book, found = book_of(connection), []
    for sheet in book.form(phase, year).sheets:
        given = (book.sheets[sheet.key],)
        before, after = (
            filed_rows.rows(connection, year.year, phase, city, number, *given) for number in (first, second)
        )
        found.append(_compared(sheet, before, after))
    return tuple(found)


def _compared(sheet: AskedSheet, before: Lines, after: Lines) -> ComparedSheet:
    was, now = (_by_key(sheet, written(sheet, lines)) for lines in (before, after))
    rows, same = [], 0
    for key in dict.fromkeys((*now, *was)):
        old, new = was.get(key, {}), now.get(key, {})
        cells = tuple(
            ComparedCell(column, old.get(column.field, ""), new.get(column.field, ""))
            for column in sheet.columns
            if fold(old.get(column.field, "")) != fold(new.get(column.field, ""))
        )
        if not cells:
            same += 1
            continue
        named = tuple((column, (new or old)[column.field]) for column in sheet.columns if column.field in sheet.unique)
        rows.append(ComparedRow("changed" if old and new else "came" if new else "went", named, cells))
    return ComparedSheet(sheet, tuple(rows), same)


def _by_key(sheet: AskedSheet, lines: Mapping[int, Mapping[str, str]]) -> dict[tuple[str, ...], Mapping[str, str]]:
    """Give rows by what names them: their unique columns, all of them where none is, and the how-manieth such it is."""
    found: dict[tuple[str, ...], Mapping[str, str]] = {}
    for row in lines.values():
        named = tuple(fold(row[field]) for field in sheet.unique or tuple(row))
        place = 1
        while (*named, f"{place}") in found:
            place += 1
        found[*named, f"{place}"] = row
    return found
