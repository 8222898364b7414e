"""A workbook that was refused, given back with what is wrong with it as comments at its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms import sandbox
from forms.template import HEADER, render

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from calendars.year import Year
    from forms.definitions import AskedSheet, Form
    from forms.template import Notes
    from forms.workbook_rows import RowError


def marked(source: Path | bytes, form: Form[AskedSheet], year: Year, faults: Iterable[RowError]) -> bytes | None:
    """Give the form's workbook with every row where it stood, as typed, and each fault as a comment at its cell.

    None where nothing can be read of the file, which then has one fault. What stands in no column of the form is left
    out, as loading leaves it out; a cell that holds no value is left empty.
    """
    typed = sandbox.typed(source, form)
    if typed is None:
        return None
    rows = {
        key: {
            line: {name: str(cell).upper() if isinstance(cell, bool) else cell for name, cell in cells.items()}
            for line, cells in lines.items()
        }
        for key, lines in typed.items()
    }
    found = list(faults)
    return render(form, year, rows, {sheet.key: _notes(sheet, found) for sheet in form.sheets})


def _notes(sheet: AskedSheet, faults: Iterable[RowError]) -> Notes:
    """Give what is said of a sheet's cells, by line and column; what is about a row stands at its first cell.

    What is about the sheet, or about a column that is not there, stands at the header.
    """
    fields = {column.label: column.field for column in sheet.columns}
    said: dict[tuple[int, str], list[str]] = {}
    for fault in faults:
        if fault.sheet == sheet.name:
            line = HEADER if fault.row is None or fault.code.startswith(("column.", "sheet.")) else fault.row
            field = fields.get((fault.column or "").partition("、")[0], sheet.columns[0].field)
            shown = f"填的是“{fault.found}”，" if fault.found else ""
            said.setdefault((line, field), []).append(f"{shown}{fault.wrong}；{fault.right}。")
    return {at: "\n".join(lines) for at, lines in said.items()}
