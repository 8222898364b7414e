"""Read a filled workbook: rows of the form's models, and every fault at once, each a sentence with a stable code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from forms import sandbox
from forms.cells import BadCellError, Broken, half_width, is_blank
from forms.definitions import AskedSheet, Form, Sheet, SheetRow
from forms.kinds import Kind
from forms.workbook_rows import Reading, RowError

_LONGEST_SHOWN = 60


def read(source: Path | bytes, form: Form[AskedSheet]) -> Reading:
    """Read a workbook of the form as a year asks it.

    Never raises for what the file holds: a hostile, broken or foreign file is a reading with one error and no rows.
    """
    opened = sandbox.unpack(source, [sheet.name for sheet in form.sheets])
    if isinstance(opened, sandbox.RefusedFile):
        refusal = RowError(opened.code, "", None, None, "", opened.wrong, opened.right)
        return Reading(form, {sheet.key: () for sheet in form.sheets}, (refusal,), ())
    sheets = [SheetReader(sheet) for sheet in form.sheets]
    for reader in sheets:
        reader.read(opened.tables.get(reader.sheet.name))
    return Reading(
        form,
        {reader.sheet.key: tuple(reader.rows) for reader in sheets},
        tuple(error for reader in sheets for error in reader.errors),
        (*_about_the_book(form, opened), *(warning for reader in sheets for warning in reader.warnings)),
    )


def _about_the_book(form: Form[Sheet], book: sandbox.Unpacked) -> Iterator[RowError]:
    if book.stamp not in ("", form.stamp):
        right = f"请核对是否应为“{form.title}”的现行模板（{form.stamp}）"
        wrong = f"文件由另一张表或旧版的模板（{_shown(book.stamp)}）制成"
        yield RowError("form.version", "", None, None, "", wrong, right)
    known = {sheet.name for sheet in form.sheets}
    for name in book.names:
        if name.strip() not in known:
            right = "如有需要的内容，请移到规定的表中"
            yield RowError("sheet.unknown", _shown(name), None, None, "", "表格中没有这张工作表，未读取", right)


@dataclass(slots=True)
class SheetReader:
    """One sheet, read once: gathers rows, errors and warnings, in the order of the sheet."""

    sheet: AskedSheet
    rows: list[SheetRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)
    _kinds: dict[str, Kind] = field(init=False)
    _missing: set[str] = field(default_factory=set)  # fields whose column is not there: said once, not in every row
    _seen: dict[tuple[object, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Have the kind of each field at hand, as the row models want them."""
        self._kinds = {column.field: column.kind for column in self.sheet.columns}

    def read(self, table: sandbox.Table | None) -> None:
        """Read the sheet's cells, its header among them; None where the sheet is not there."""
        if table is None:
            self._fault("sheet.missing", "缺少这张工作表", "请补上，表名须一致")
        elif not table or all(map(is_blank, table[0])):
            self._fault("sheet.no-header", "第一行没有表头", "请保留模板的表头", row=1)
        else:
            positions = self._header(table[0])
            for line, row in enumerate(table[1:], start=2):
                cells = {name: row[at] for name, at in positions.items() if at < len(row)}
                if not all(map(is_blank, cells.values())):
                    self._row(line, cells)

    def _header(self, header: Sequence[sandbox.Cell]) -> dict[str, int]:
        """The position of each field that has a column; what is missing, unknown or there twice is noted."""
        columns = {_label(column.label): column for column in self.sheet.columns}
        positions: dict[str, int] = {}
        for at, cell in enumerate(header):
            if isinstance(cell, Broken):
                bad = cell.fault
                self._fault(bad.code, bad.wrong, bad.right or "", row=1, column=f"{_letters(at)} 列")
                continue
            label = _label(cell)
            if label in columns and columns[label].field in positions:
                self._fault("column.twice", "这一列出现两次", "请只保留一列", row=1, column=label)
            elif label in columns:
                positions[columns[label].field] = at
            elif label:
                self._warn("column.unknown", _shown(label), "表格中没有这一列，未读取", "如为别字请改正，否则可以不管")
        self._absent(positions)
        return positions

    def _absent(self, positions: Mapping[str, int]) -> None:
        absent = [column for column in self.sheet.columns if column.field not in positions]
        lost = {column.field for column in absent}
        group = set(self.sheet.one_of) if lost.issuperset(self.sheet.one_of) else set()
        if group:
            labels = "、".join(column.label for column in absent if column.field in group)
            self._fault("column.missing", "这些列一列也没有", "请至少补上其中一列", row=1, column=labels)
        for column in absent:
            if column.required:
                right = "请补上这一列，表头文字须一致"
                self._fault("column.missing", "缺少这一必填列", right, row=1, column=column.label)
            elif column.field not in group:
                self._warn("column.missing", column.label, "缺少这一选填列，按未填处理", "如需填写请补上")
        self._missing = group | {column.field for column in absent if column.required}

    def _row(self, line: int, cells: dict[str, Any]) -> None:
        key: tuple[object, ...] | None
        try:
            row = self.sheet.row.model_validate({**cells, "line": line}, context=self._kinds)
        except ValidationError as error:
            self._faults(line, cells, error)
            key = self._raw_key(cells)
        else:
            self.rows.append(row)
            key = tuple(getattr(row, name) for name in self.sheet.unique)
        if key:
            self._once(line, key)

    def _faults(self, line: int, cells: Mapping[str, sandbox.Cell], error: ValidationError) -> None:
        columns = {column.field: column for column in self.sheet.columns}
        for fault in error.errors(include_url=False, include_input=False):
            column = columns[str(fault["loc"][0])]
            if column.field in self._missing:
                continue
            bad, found = BadCellError("cell.required", "没有填"), ""
            if fault["type"] != "missing":
                bad, found = fault["ctx"]["error"], _shown(cells.get(column.field))
            right = bad.right or column.kind.hint
            self._fault(bad.code, bad.wrong, right, row=line, column=column.label, found=found)

    def _raw_key(self, cells: Mapping[str, sandbox.Cell]) -> tuple[object, ...] | None:
        """What names the row, for a row with faults elsewhere; None where that itself cannot be read."""
        named = [(self._kinds[name], cells.get(name)) for name in self.sheet.unique]
        if any(is_blank(cell) for _, cell in named):
            return None
        try:
            return tuple(kind.parse(cell) for kind, cell in named)
        except BadCellError:
            return None

    def _once(self, line: int, key: tuple[object, ...]) -> None:
        first = self._seen.setdefault(key, line)
        if first != line:
            labels = "、".join(column.label for column in self.sheet.columns if column.field in self.sheet.unique)
            found, wrong = "、".join(map(str, key)), f"与第 {first} 行重复"
            self._fault("row.duplicate", wrong, "请删去或改正其中一行", row=line, column=labels, found=found)

    def _fault(
        self, code: str, wrong: str, right: str, *, row: int | None = None, column: str | None = None, found: str = ""
    ) -> None:
        self.errors.append(RowError(code, self.sheet.name, row, column, found, wrong, right))

    def _warn(self, code: str, column: str, wrong: str, right: str) -> None:
        self.warnings.append(RowError(code, self.sheet.name, 1, column, "", wrong, right))


def _label(cell: sandbox.Cell) -> str:
    """A header as the definitions write it: no spaces or line breaks, and no mark of a required column."""
    return "" if cell is None else "".join(half_width(str(cell)).split()).removesuffix("*")


def _letters(at: int) -> str:
    """How Excel calls a column, counted from 0."""
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)  # noqa: PLR2004 - letters


def _shown(cell: sandbox.Cell) -> str:
    """What stands in a cell, on one line: invisible characters are made visible, long text is cut."""
    if cell is None or isinstance(cell, Broken):
        return ""
    if isinstance(cell, float):
        return format(cell, ".15g")
    if isinstance(cell, bool | date):
        return str(cell).upper()
    shown = "".join(mark if mark.isprintable() or mark == "\u3000" else f"\\u{ord(mark):04x}" for mark in str(cell))
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
