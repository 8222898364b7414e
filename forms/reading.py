"""Read a filled workbook: rows of the form's models, and every fault at once, each a sentence with a stable code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from itertools import chain
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from forms.cells import BadCellError, Broken, is_blank
from forms.definitions import AskedSheet, Column, Form, Sheet, SheetRow
from forms.folding import drawn, fold
from forms.kinds import Doubt
from forms.unpacked import Cell, Hidden, Table, Unpacked
from forms.workbook_rows import MOST, Reading, RowError, first_faults, first_warnings, nothing

HEADER_WITHIN = 10
"""Rows of a sheet among which its header is looked for."""
_LONGEST_SHOWN = 60
_HIDDEN_NAMED = 5
_ASIDE = re.compile(r"\([^()]*\)$")
_ALL_SEEN = Hidden()
_NONE = frozenset({"无", "没有", "暂无", "-", "--", "—", "/"})  # what is typed for nothing
_STRAY = 3  # required cells of a row that are missing, more than half of them: this is no row of data


def judged(opened: Unpacked, form: Form[AskedSheet], whose: Mapping[str, str] = MappingProxyType({})) -> Reading:
    """Give what an unpacked workbook is read as by the form as a year asks it.

    `whose` says which workbook a sheet of another form is of.
    """
    names = list(map(drawn, opened.names))
    if not opened.tables and (other := next((whose[name] for name in names if name in whose), "")):
        return nothing(form, "file.other-form", f"这是{other}", f"这里要的是《{form.title}》，请换成它的报送表")
    there = (sheet for sheet in form.beside if sheet.name in names)
    sheets = [SheetReader(sheet) for sheet in (*form.sheets, *there)]
    for reader in sheets:
        name = reader.sheet.name
        if names.count(name) > 1:
            reader.refuse("sheet.twice", f"有 {names.count(name)} 张工作表叫这个名字", "请只留一张，其余的请改名或删去")
        else:
            reader.read(opened.tables.get(name), opened.hidden.get(name, _ALL_SEEN))
            reader.not_its_copy(names)
    return gathered(form, sheets, _about_the_book(form, opened))


def as_typed(opened: Unpacked, form: Form[AskedSheet]) -> dict[str, list[tuple[int, dict[str, Cell]]]]:
    """Give the rows of an unpacked workbook by sheet key, each with its line, as they were typed.

    What stands in no column of the form is left out, and so is a cell that holds no value.
    """
    found: dict[str, list[tuple[int, dict[str, Cell]]]] = {}
    for sheet in (*form.sheets, *form.beside):
        if (table := opened.tables.get(sheet.name)) is not None:
            rows = SheetReader(sheet).as_typed(table)
            found[sheet.key] = [
                (line, {name: cell for name, cell in cells.items() if not isinstance(cell, Broken)})
                for line, cells in rows
            ]
    return found


def gathered(form: Form[AskedSheet], sheets: Sequence[SheetReader], warnings: Iterable[RowError] = ()) -> Reading:
    """Give what the sheets of a form were read as."""
    return Reading(
        form,
        {reader.sheet.key: tuple(reader.rows) for reader in sheets if reader.rows or reader.sheet not in form.beside},
        first_faults(chain.from_iterable(reader.errors for reader in sheets)),
        first_warnings(chain(warnings, chain.from_iterable(reader.warnings for reader in sheets))),
    )


def _about_the_book(form: Form[Sheet], book: Unpacked) -> Iterator[RowError]:
    if book.stamp not in ("", form.stamp):
        right = f"请核对是否应为“{form.title}”的现行模板（{form.stamp}）"
        wrong = f"文件由另一张表或旧版的模板（{_shown(book.stamp)}）制成"
        yield RowError("form.version", "", None, None, "", wrong, right)
    known = {sheet.name for sheet in (*form.sheets, *form.beside)}
    for name in book.names:
        if drawn(name) not in known:
            right = "如有需要的内容，请移到规定的表中"
            yield RowError("sheet.unknown", _shown(name), None, None, "", "表格中没有这张工作表，未读取", right)


@dataclass(slots=True)
class SheetReader:
    """One sheet, read once: gathers rows, errors and warnings, in the order of the sheet.

    A sheet of a workbook may have rows that are none, each said in one sentence; of one that was `typed` each fault
    stands at its cell.
    """

    sheet: AskedSheet
    typed: bool = False
    rows: list[SheetRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)
    _columns: dict[str, Column] = field(init=False)
    _kinds: dict[str, Any] = field(init=False)  # as the row models want them
    _doubtful: list[tuple[Column, Doubt]] = field(init=False)
    _required: int = 0
    _missing: set[str] = field(default_factory=set)  # fields whose column is not there: said once, not in every row
    _unasked: dict[str, str] = field(default_factory=dict)  # optional ones whose column is not there, with its mend
    _top: int = 0  # the row of the header
    _seen: dict[tuple[object, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Have each column at hand by its field."""
        self._columns = {column.field: column for column in self.sheet.columns}
        self._kinds = {column.field: column.kind for column in self.sheet.columns}
        self._doubtful = [(column, column.kind.doubt) for column in self.sheet.columns if column.kind.doubt]

    def refuse(self, code: str, wrong: str, right: str) -> None:
        """Refuse the sheet as a whole."""
        self._fault(code, wrong, right)

    def not_its_copy(self, names: Iterable[str]) -> None:
        """Refuse the sheet where it is empty beside one that is named as a copy of it is, which is not read."""
        name = self.sheet.name
        copy = next((one for one in names if one != name and _ASIDE.sub("", one).rstrip() == name), None)
        if copy and not self.rows and not self.errors:
            right = f"内容在“{copy}”的，请删去空的这一张，把“{copy}”改名为“{name}”；否则请删去“{copy}”"
            self.refuse("sheet.copied", f"这张工作表没有内容，“{_shown(copy)}”未读取", right)

    def read(self, table: Table | None, hidden: Hidden = _ALL_SEEN) -> None:
        """Read the sheet's cells, its header among them; None where the sheet is not there."""
        if table is None:
            self.refuse("sheet.missing", "缺少这张工作表", "请补上，表名须一致")
            return
        known = {_label(column.label): column for column in self.sheet.columns}
        top = _header_row(table, known)
        if top is None:
            labels = "、".join(f"“{column.label}”" for column in self.sheet.columns if column.required)
            self._fault("sheet.no-header", "没有找到表头", f"请保留模板的表头，其中有{labels}", row=1)
            return
        if top:
            wrong = f"表头在第 {top + 1} 行，它上面的内容未读取"
            self._warn("header.below", None, wrong, "如其中有要报送的内容，请移到表头下面", row=1)
        positions = self._header(table[top], known, top + 1)
        self._rows(table, top, positions, frozenset(hidden.rows))
        self._hidden_beside(table, positions, hidden)

    def as_typed(self, table: Table) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Give the rows of a sheet by line, each cell by its column's field, as it was typed; not one is judged."""
        known = {_label(column.label): column for column in self.sheet.columns}
        top = _header_row(table, known)
        if top is not None:
            yield from _lines(table, top, self._header(table[top], known, top + 1))

    def _rows(self, table: Table, top: int, positions: Mapping[str, int], hidden: frozenset[int]) -> None:
        unseen = []
        for line, cells in _lines(table, top, positions):
            self._row(line, cells)
            if line - 1 in hidden:
                unseen.append(line)
            if len(self.errors) > MOST:
                break
        if unseen:
            first, *more = unseen
            named = "、".join(map(str, more[:_HIDDEN_NAMED])) + (" 等" if more[_HIDDEN_NAMED:] else "")
            others = f"和第 {named} 行共 {len(unseen)} 行" if more else ""
            self._warn("row.hidden", None, f"这一行{others}是隐藏的，也已读取", "如不报送，请删去", row=first)

    def _hidden_beside(self, table: Table, positions: Mapping[str, int], hidden: Hidden) -> None:
        """Say which columns are hidden in which something stands, and whether the whole sheet is."""
        if hidden.whole:
            self._warn("sheet.hidden", None, "这张工作表是隐藏的，也已读取", "请取消隐藏、核对内容")
        for name, at in positions.items():
            if any(first <= at <= last for first, last in hidden.columns) and any(
                at < len(row) and not is_blank(row[at]) for row in table[1:]
            ):
                wrong = f"{_letters(at)} 列是隐藏的，也已读取"
                self._warn("column.hidden", self._columns[name].label, wrong, "请取消隐藏、核对内容")

    def _header(self, header: Sequence[Cell], known: Mapping[str, Column], line: int) -> dict[str, int]:
        """The position of each field that has a column; what is missing, unknown or there twice is noted."""
        positions: dict[str, int] = {}
        unknown = []
        for at, cell in enumerate(header):
            if isinstance(cell, Broken):
                bad = cell.fault
                self._fault(bad.code, bad.wrong, bad.right or "", row=line, column=f"{_letters(at)} 列")
            elif (column := _named(cell, known)) is None:
                unknown += [_shown(cell)] if _label(cell) else []
            elif column.field in positions:
                self._fault("column.twice", "这一列出现两次", "请只保留一列", row=line, column=column.label)
            else:
                positions[column.field] = at
        self._absent(positions, unknown, line)
        for label in unknown:
            right = "如为别字请改正，否则可以不管"
            self._warn("column.unknown", label, "表格中没有这一列，未读取", right, row=line)
        return positions

    def _absent(self, positions: Mapping[str, int], unknown: list[str], line: int) -> None:
        """Note the columns that are not there; an unknown one that may be meant is said with it, and nowhere else."""
        absent = [column for column in self.sheet.columns if column.field not in positions]
        lost = {column.field for column in absent}
        group = set(self.sheet.one_of) if lost.issuperset(self.sheet.one_of) else set()
        if group:
            labels = "、".join(column.label for column in absent if column.field in group)
            self._fault("column.missing", "这些列一列也没有", "请至少补上其中一列", row=line, column=labels)
        for column in absent:
            meant = get_close_matches(column.label, unknown, 1) if column.field not in group else []
            for label in meant:
                unknown.remove(label)
            same = f"如果“{meant[0]}”就是这一列，请把表头改成“{column.label}”" if meant else ""
            if column.required:
                right = same or "请补上这一列，表头文字须一致"
                self._fault("column.missing", "缺少这一必填列", right, row=line, column=column.label)
            elif column.field not in group:
                self._unasked[column.field] = same or "请补上这一列，表头文字须一致"
                right = same or "如需填写请补上"
                self._warn("column.missing", column.label, "缺少这一选填列，按未填处理", right, row=line)
        self._missing = group | {column.field for column in absent if column.required}
        self._top = line
        self._required = sum(column.required for column in self.sheet.columns if column.field in positions)

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
            self._doubts(line, cells)
        if key:
            self._once(line, key)

    def _doubts(self, line: int, cells: Mapping[str, Cell]) -> None:
        for column, doubted in self._doubtful:
            cell = cells.get(column.field)
            if not is_blank(cell) and (doubt := doubted(cell)):
                wrong = f"填的是“{_shown(cell)}”，{doubt}"
                self._warn("cell.doubtful", column.label, wrong, "请核对，确实如此的可以不管", row=line)

    def _faults(self, line: int, cells: Mapping[str, Cell], error: ValidationError) -> None:
        found = [fault for fault in error.errors(include_url=False, include_input=False) if not self._said(fault)]
        missing = sum(fault["type"] == "missing" or _merged(cells.get(str(fault["loc"][0]))) for fault in found)
        told = any(isinstance(cell, Broken) and not _merged(cell) for cell in cells.values())
        if missing >= _STRAY and missing * 2 > self._required and not (told or self.typed):
            shown = next(text for cell in cells.values() if (text := _shown(cell)) or not is_blank(cell))
            right = "如是填表人、说明一类的文字，请把这一行删去；如是要报送的内容，请填全"
            wrong = f"必填的 {self._required} 项中有 {missing} 项没有填"
            self._fault("row.stray", wrong, right, row=line, found=shown)
            return
        for fault in found:
            self._of_cell(line, cells, fault)

    def _of_cell(self, line: int, cells: Mapping[str, Cell], fault: Mapping[str, Any]) -> None:
        """Say a fault at its cell; at the header where nothing can be filled in, for want of an optional column."""
        column = self._columns[str(fault["loc"][0])]
        group = self.sheet.one_of if column.field in self.sheet.one_of else (column.field,)
        there = [self._columns[name] for name in group if name not in self._unasked]
        if not there:
            self._needed(column)
            return
        column = column if column in there else there[0]
        bad, shown = BadCellError("cell.required", "没有填"), ""
        if fault["type"] != "missing":
            bad, shown = fault["ctx"]["error"], _shown(cells.get(column.field))
        right = bad.right or column.kind.hint
        if shown in _NONE and not column.required:
            right = "没有的请留空"
        if bad.code.startswith("row."):
            lost = (self._columns[name].label for name in group if name in self._unasked)
            right += "".join(f"；要填“{label}”的，表中没有这一列，请先补上" for label in lost)
        self._fault(bad.code, bad.wrong, right, row=line, column=column.label, found=shown)

    def _needed(self, column: Column) -> None:
        """Say once, in place of the warning, that an optional column is not there which a row has to fill in."""
        self._missing.add(column.field)
        self.warnings[:] = [one for one in self.warnings if (one.code, one.column) != ("column.missing", column.label)]
        wrong, right = "缺少这一列，而有的行须填", self._unasked[column.field]
        self._fault("column.missing", wrong, right, row=self._top, column=column.label)

    def _said(self, fault: Mapping[str, Any]) -> bool:
        return str(fault["loc"][0]) in self._missing

    def _raw_key(self, cells: Mapping[str, Cell]) -> tuple[object, ...] | None:
        """What names the row, for a row with faults elsewhere; None where that itself cannot be read."""
        named = [(self._columns[name].kind, cells.get(name)) for name in self.sheet.unique]
        if any(is_blank(cell) or isinstance(cell, Broken) for _, cell in named):
            return None
        try:
            return tuple(kind.parse(cell) for kind, cell in named)
        except BadCellError:
            return None

    def _once(self, line: int, key: tuple[object, ...]) -> None:
        first = self._seen.setdefault(tuple(fold(part) if isinstance(part, str) else part for part in key), line)
        if first != line:
            labels = "、".join(column.label for column in self.sheet.columns if column.field in self.sheet.unique)
            found, wrong = "、".join(map(str, key)), f"与第 {first} 行重复"
            self._fault("row.duplicate", wrong, "请删去或改正其中一行", row=line, column=labels, found=found)

    def _fault(
        self, code: str, wrong: str, right: str, *, row: int | None = None, column: str | None = None, found: str = ""
    ) -> None:
        self.errors.append(RowError(code, self.sheet.name, row, column, found, wrong, right))

    def _warn(self, code: str, column: str | None, wrong: str, right: str, *, row: int | None = None) -> None:
        self.warnings.append(RowError(code, self.sheet.name, row, column, "", wrong, right))


def _lines(table: Table, top: int, positions: Mapping[str, int]) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Give the rows below the header in which anything is written, by line."""
    for line, row in enumerate(table[top + 1 :], start=top + 2):
        cells = {name: row[at] for name, at in positions.items() if at < len(row)}
        if not all(map(is_blank, cells.values())):
            yield line, cells


def _header_row(table: Table, known: Mapping[str, Column]) -> int | None:
    """The row, from 0, with the most labels that are known, the first of such; None where no row has any."""
    counts = [sum(_named(cell, known) is not None for cell in row) for row in table[:HEADER_WITHIN]]
    return counts.index(max(counts)) if any(counts) else None


def _named(cell: Cell, known: Mapping[str, Column]) -> Column | None:
    """The column that a header names, with or without what stands in brackets at its end."""
    label = _label(cell)
    return known.get(label) or known.get(_ASIDE.sub("", label).strip("*"))


def _label(cell: Cell) -> str:
    """A header as the definitions write it: no spaces or line breaks, and no mark of a required column."""
    return "" if cell is None or isinstance(cell, Broken) else "".join(fold(str(cell)).split()).strip("*")


def _merged(cell: Cell) -> bool:
    return isinstance(cell, Broken) and cell.code == "cell.merged"


def _letters(at: int) -> str:
    """How Excel calls a column, counted from 0."""
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)  # noqa: PLR2004 - letters


def _shown(cell: Cell) -> str:
    """What stands in a cell, on one line: invisible characters are made visible, long text is cut."""
    if cell is None or isinstance(cell, Broken):
        return ""
    if isinstance(cell, float):
        return format(cell, ".15g")
    if isinstance(cell, bool | date):
        return str(cell).upper()
    shown = "".join(mark if mark.isprintable() or mark == "\u3000" else f"\\u{ord(mark):04x}" for mark in str(cell))
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
