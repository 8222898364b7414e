"""Write a form's workbook: headers with help, drop-downs, text where digits matter, the form's version.

It is empty, or filled with rows that were loaded, each on its own line, so that they can be mended and loaded again.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

import xlsxwriter  # type: ignore[import-untyped] # ships no py.typed

from forms.confined import FORM_PROPERTY
from forms.definitions import AskedSheet, Column, Form
from forms.wording import as_text

if TYPE_CHECKING:
    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

    from calendars.year import Year

ROWS = 20_000  # that drop-downs and formats reach
Filling = Mapping[str, Mapping[int, Mapping[str, object]]]
"""Values by sheet key, by line as Excel numbers it, by column field; what is not there is not written."""

_CREATED = datetime(2022, 1, 1, tzinfo=UTC)  # not the clock: the same form is the same bytes
_COMMENT_WIDTH = 260  # pixels
_COMMENT_LINE = 22  # pixels


class Percent(float):
    """A share of one, written as a number in a cell that is formatted as a percentage: 0.083 shows 8.3%."""

    __slots__ = ()


HEADER = 1
"""The line of a sheet's header."""

Notes = Mapping[tuple[int, str], str]
"""What is to be said of a sheet's cells, by line and column field."""


def render(
    form: Form[AskedSheet],
    year: Year,
    rows: Filling | None = None,
    notes: Mapping[str, Notes] = MappingProxyType({}),
    beside: Mapping[str, Notes] = MappingProxyType({}),
) -> bytes:
    """The bytes of a workbook with the sheets and columns of a form as the year asks it, filled with `rows`.

    A text stands in its cell as it is, whatever the column asks; so does a `Percent`. Filled, it has of the sheets
    beside those alone that there are rows of. What the `notes` say, by sheet key, is a comment at a cell in red;
    what stands `beside`, one at a cell as it is.
    """
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": f"{year.title} {form.title}", "created": _CREATED})
        book.set_custom_property(FORM_PROPERTY, form.stamp, "text")
        formats = _Formats(book)
        for sheet in (*form.sheets, *(one for one in form.beside if rows is None or one.key in rows)):
            page = book.add_worksheet(sheet.name)
            _sheet(page, sheet, formats)
            filled = (rows or {}).get(sheet.key, {})
            _fill(page, sheet, filled, formats)
            _note(page, sheet, filled, notes.get(sheet.key, {}), formats)
            _say(page, sheet, beside.get(sheet.key, {}))
    return target.getvalue()


class _Formats:
    """The cell formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        header = {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
        self.required = book.add_format({**header, "bg_color": "#FFF2CC"})
        self.optional = book.add_format({**header, "bg_color": "#F2F2F2"})
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.percent = book.add_format({"num_format": "0.0%"})
        wrong = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
        self.wrong = book.add_format({**wrong, "num_format": "@"})
        self.wrong_day = book.add_format({**wrong, "num_format": "yyyy-mm-dd"})
        self.wrong_header = book.add_format({**header, **wrong})

    def cells(self, column: Column) -> Format | None:
        """How the cells of a column are formatted, None for Excel's own way."""
        if column.kind.text:
            return self.text
        return self.day if column.kind.day else None


def _sheet(page: Worksheet, sheet: AskedSheet, formats: _Formats) -> None:
    page.freeze_panes(1, 0)
    page.set_row(0, 30)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.kind.width, formats.cells(column))
        page.write_string(0, at, column.label, formats.required if column.required else formats.optional)
        _comment(page, 0, at, column.help)
        if column.kind.choices:
            page.data_validation(1, at, ROWS, at, _list(column))


def _fill(page: Worksheet, sheet: AskedSheet, rows: Mapping[int, Mapping[str, object]], formats: _Formats) -> None:
    for line, row in rows.items():
        for at, column in enumerate(sheet.columns):
            value = row.get(column.field)
            if isinstance(value, Percent):
                page.write_number(line - 1, at, value, formats.percent)
            elif column.field in row:
                _cell(page, line - 1, at, column, value)


def _note(
    page: Worksheet, sheet: AskedSheet, rows: Mapping[int, Mapping[str, object]], notes: Notes, formats: _Formats
) -> None:
    for at, column in enumerate(sheet.columns):
        for (line, field), said in notes.items():
            if field != column.field:
                continue
            value = rows.get(line, {}).get(field)
            if line == HEADER:
                page.write_string(0, at, column.label, formats.wrong_header)
            elif isinstance(value, date):
                _cell(page, line - 1, at, column, value, formats.wrong_day)
            else:
                page.write_blank(line - 1, at, None, formats.wrong)
                _cell(page, line - 1, at, column, value, formats.wrong)
            _comment(page, line - 1, at, said)


def _say(page: Worksheet, sheet: AskedSheet, beside: Notes) -> None:
    places = {column.field: at for at, column in enumerate(sheet.columns)}
    for (line, field), said in beside.items():
        _comment(page, line - 1, places[field], said)


def _comment(page: Worksheet, row: int, at: int, said: str) -> None:
    page.write_comment(row, at, said, {"x_scale": 1, "width": _COMMENT_WIDTH, "height": _height(said)})


def _cell(page: Worksheet, row: int, at: int, column: Column, value: object, by: Format | None = None) -> None:
    """Numbers and days stay what they are; a format is the column's own, or the one given."""
    if isinstance(value, date):
        page.write_datetime(row, at, datetime(value.year, value.month, value.day), by)  # noqa: DTZ001 -- no instant
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        page.write_number(row, at, value, by)
    elif text := as_text(column, value):
        page.write_string(row, at, text, by)


def _height(help_text: str) -> int:
    """Room for every line of a comment, about 18 characters to a line."""
    return _COMMENT_LINE * sum(1 + len(line) // 18 for line in help_text.split("\n")) + _COMMENT_LINE


def _list(column: Column) -> dict[str, object]:
    return {
        "validate": "list",
        "source": list(column.kind.choices),
        "ignore_blank": True,
        # The reader understands more than the list (Y/N, √/×), so Excel warns where it would otherwise forbid.
        "error_type": "warning",
        "error_title": column.label,
        "error_message": f"{column.kind.hint}。",
    }
