"""The rows of a sheet as a form: what was typed, which cell each fault belongs to, what the draft then is."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from forms.kinds import PROSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from forms.definitions import AskedSheet, Column
    from forms.workbook_rows import RowError

PAGE = 50
"""Rows of a draft on one page."""

MORE = 5
MOST = 50
"""Blank rows: how many come with a click, and how many there may be."""

FIRST = 2
"""The line of a sheet's first row, under its header."""

FAR = 500
"""So many lines after its last row may a sheet be typed on, one by one."""

Typed = dict[int, dict[str, str]]
"""Rows by line, each by its column's field, as they are written."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """One input: `choices` where it is a choice, what stands there among them even where it is none."""

    name: str
    label: str
    value: str
    choices: tuple[str, ...]
    long: bool
    width: int
    faults: tuple[RowError, ...]


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of the form; `new` where the draft has none there yet, `kept` tells which it has."""

    number: int
    new: bool
    kept: str
    dropped: bool
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class GridPage:
    """Which rows of a sheet are on a page: `old` are in the draft, `blank` are the lines after its last one.

    `begun` is what stands on such a line before anybody types: whoever has to be on the sheet and is not.
    """

    old: tuple[int, ...]
    blank: tuple[int, ...]
    begun: Typed = field(default_factory=dict)


@dataclass
class Sent:
    """What a form brought: rows by line, and the lines to be taken away."""

    rows: Typed = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)


def sent(fields: Iterable[tuple[str, object]], sheet: AskedSheet) -> Sent:
    """Read a form's fields, named `line.field`; whatever is named otherwise is not ours."""
    known = frozenset(sheet.fields)
    found = Sent()
    for name, value in fields:
        line, _, column = name.partition(".")
        if not (line.isascii() and line.isdigit() and len(line) <= 7 and isinstance(value, str)):  # noqa: PLR2004
            continue
        if column == "drop":
            found.dropped.add(int(line))
        elif column in known:
            found.rows.setdefault(int(line), {})[column] = value
    return found


def merged(stored: Typed, page: GridPage, form: Sent) -> Typed:
    """Give the sheet's rows with those of the page as the form has them; no other row is touched.

    A line that stands as it was begun is none yet.
    """
    rows = dict(stored)
    for line in (*page.old, *page.blank):
        if line in form.dropped or (line in page.begun and form.rows.get(line) == page.begun[line]):
            rows.pop(line, None)
        elif line in form.rows:
            rows[line] = rows.get(line, {}) | form.rows[line]
    return {line: row for line, row in rows.items() if any(cell.strip() for cell in row.values())}


def as_raw(rows: Typed) -> list[dict[str, str]]:
    """Give rows as `load_rows` counts them: from the first line on, each line that has none as an empty one."""
    return [rows.get(line, {}) for line in range(FIRST, max(rows, default=1) + 1)]


def kept(row: dict[str, str] | None) -> str:
    """Give what tells whether a row still is what a page was made from; "" for none."""
    return sha256(json.dumps(row, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16] if row else ""


def lines(
    sheet: AskedSheet, page: GridPage, rows: Typed, stored: Typed, dropped: Iterable[int], faults: Sequence[RowError]
) -> tuple[GridRow, ...]:
    """Give the rows of a page as inputs, each fault at its cell; `stored` are those that the draft has."""
    at, gone = _at_cells(sheet, faults), set(dropped)
    return tuple(
        GridRow(
            number,
            number in page.blank,
            kept(stored.get(number)),
            number in gone,
            tuple(_cell(number, column, rows.get(number, {}), at) for column in sheet.columns),
        )
        for number in (*page.old, *page.blank)
    )


def _at_cells(sheet: AskedSheet, faults: Sequence[RowError]) -> Mapping[tuple[int, str], list[RowError]]:
    """Give the faults by line and field; one about several columns stands at the first of them."""
    fields = {column.label: column.field for column in sheet.columns}
    found: dict[tuple[int, str], list[RowError]] = defaultdict(list)
    for fault in faults:
        first = fields.get((fault.column or "").partition("、")[0])
        if fault.sheet == sheet.name and fault.row is not None and first is not None:
            found[fault.row, first].append(fault)
    return found


def _cell(
    line: int,
    column: Column,
    row: Mapping[str, str],
    at: Mapping[tuple[int, str], list[RowError]],
) -> GridCell:
    value = row.get(column.field, "")
    choices = column.kind.choices
    offered = choices if not choices or value in {"", *choices} else (*choices, value)
    name = f"{line}.{column.field}"
    return GridCell(
        name,
        column.label,
        value,
        offered,
        column.kind is PROSE,
        column.kind.width,
        tuple(at.get((line, column.field), ())),
    )


def at_cells(shown: Sequence[GridRow]) -> list[tuple[str, RowError]]:
    """Give the faults that stand at cells of the page, each with its cell's name, in the order of the page."""
    return [(cell.name, fault) for line in shown for cell in line.cells for fault in cell.faults]


def elsewhere(shown: Sequence[GridRow], faults: Sequence[RowError]) -> list[RowError]:
    """Give the faults that stand at no cell of the page."""
    here = {id(fault) for _, fault in at_cells(shown)}
    return [fault for fault in faults if id(fault) not in here]
