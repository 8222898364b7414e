"""What the cities loaded, as exported: each form, each of its sheets, and which columns say who somebody is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from dashboard.exports.export import Export, ExportRequest
from dashboard.exports.spreadsheets import Cell, Table
from dashboard.views import masking
from models import draft_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from forms.definitions import Column, Form, Sheet
    from phases.book import Book


def _draft(sheet: Sheet) -> Callable[[ExportRequest], Table]:
    def cell(asked: ExportRequest, column: Column, row: Mapping[str, Any]) -> Cell:
        value = _worded(column, row.get(column.field))
        mask = None if asked.full else masking.mask(column)
        return value if mask is None or value is None else mask(str(value))

    def table(asked: ExportRequest) -> Table:
        found = draft_rows.rows(asked.connection, asked.year.year, asked.city, sheet.key)
        columns = sheet.asked(asked.year).columns
        rows = [(asked.place(row["city"]), *(cell(asked, column, row) for column in columns)) for row in found]
        return Table(sheet.name, ("城市", *(column.label for column in columns)), rows)

    return table


def _worded(column: Column, value: Any) -> Cell:  # noqa: ANN401 -- whatever a column of a draft holds
    if isinstance(value, bool):
        return column.kind.choices[0 if value else 1]
    if isinstance(value, list):
        return "、".join(value)
    assert value is None or isinstance(value, str | int | Decimal | date)
    return value if value is not None else column.kind.none or None


def _of_form(book: Book, form: Form[Sheet], sheets: tuple[Sheet, ...], title: str) -> Export:
    drafts = [_draft(sheet) for sheet in sheets]
    personal = any(sheet.personal for sheet in sheets)
    return Export(title, lambda asked: tuple(draft(asked) for draft in drafts), personal, now=True,
                  provincial=book.provincial(form.slug), form=form.slug)  # fmt: skip


@cache
def of_forms(book: Book) -> Mapping[str, Export]:
    """Give each form as one workbook, by its slug."""
    return {form.slug: _of_form(book, form, form.sheets, form.title) for form in book.forms.values()}


@cache
def of_sheets(book: Book) -> Mapping[str, Export]:
    """Give each sheet of each form by itself, for CSV holds one table."""
    return {
        f"{form.slug}-{sheet.key}": _of_form(book, form, (sheet,), sheet.name)
        for form in book.forms.values()
        for sheet in form.sheets
    }
