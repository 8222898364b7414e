"""Rows typed on a page, read by the same models and checks as those of a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from forms.reading import SheetReader, gathered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from forms.definitions import AskedSheet, Form
    from forms.unpacked import Cell
    from forms.workbook_rows import Reading


def read_rows(raw: Mapping[str, Sequence[Mapping[str, object]]], form: Form[AskedSheet]) -> Reading:
    """Read rows by sheet key and column field, counted from 2 as under a header, as a year asks them.

    A blank row is left out and still counts. A sheet that is not there at all is a fault, as in a workbook: what is
    loaded takes the place of everything.
    """
    readers = [SheetReader(sheet, typed=True) for sheet in form.sheets]
    for reader in readers:
        given = raw.get(reader.sheet.key)
        reader.read(None if given is None else list(_table(reader.sheet, given)))
    return gathered(form, readers)


def _table(sheet: AskedSheet, rows: Sequence[Mapping[str, object]]) -> Iterator[list[Cell]]:
    yield [column.label for column in sheet.columns]
    for row in rows:
        yield [cast("Cell", row.get(column.field)) for column in sheet.columns]
