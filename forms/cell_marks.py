"""What a sheet's XML says of its cells and calamine does not: percentages, errors, merges, what is hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from forms.parts import RefusedError, elements, local, parser

PERCENT, PLAIN, UNCLEAR = "percent", "plain", "unclear"
ERROR, FORMULA, FORMAT, UNREADABLE = "cell.error", "cell.formula", "cell.format", "cell.unreadable"
MERGED = "cell.merged"

_PERCENTS = {"9": "0%", "10": "0.00%"}  # of the built-in number formats, ECMA-376 part 1, 18.8.30
_OWN = 164  # the first id of a format that a workbook has to define itself
_NOT_SCALING = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # a % in these does not multiply by a hundred
_CONDITION = re.compile(r"\[[<>=]")
_DIGIT = re.compile(r"[0#?]")
_SHOWN = re.compile(r"#[A-Z0-9_/]{1,20}[!?]?")  # what Excel may write in a cell whose formula fails
_KNOWN = frozenset({"", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})  # to calamine

_NO = frozenset({"0", "false"})
_CELLS_END = re.compile(rb"</(?:[^\s:>]+:)?sheetData\s*>")

Place = tuple[int, int]
"""Row and column of a cell, counted from 0."""


def scales(styles: bytes) -> dict[str, str]:
    """How each cell format shows a number, by its index as cells name it; one that is not there is `UNCLEAR`."""
    codes, found, inside = dict(_PERCENTS), {"0": PLAIN}, False
    index = 0
    for tag, given in elements(styles, frozenset({"numFmt", "cellXfs", "cellStyles", "dxfs", "xf"})):
        if tag == "numFmt":
            codes[given["numFmtId"]] = given["formatCode"]
        elif tag != "xf":
            inside = tag == "cellXfs"
        elif inside:
            found[str(index)] = _scale(given.get("numFmtId", "0"), codes)
            index += 1
    return found


def _scale(number: str, codes: Mapping[str, str]) -> str:
    code = codes.get(number)
    if code is None:
        return UNCLEAR if int(number) >= _OWN else PLAIN
    sections = _NOT_SCALING.sub("", code).split(";")
    if not _CONDITION.search(code):  # above nought the first shows the number, below it the second, nought is nought
        sections = sections[:2]
    scaled = {"%" in section for section in sections if _DIGIT.search(section)}
    if len(scaled) > 1:  # which of them shows the number depends on the number
        return UNCLEAR
    return PERCENT if scaled == {True} else PLAIN


def computed(book: bytes) -> bool:
    """Whether what is stored with formulas was computed: a program that cannot asks whoever opens the book to do it."""
    asked = elements(book, frozenset({"calcPr"}))
    return all(given.get("fullCalcOnLoad", "0") in _NO for _, given in asked)


class Marks:
    """The cells of one sheet of which more must be known than a value: by place, how scaled, why broken.

    `broken` has a code and the error that the cell shows ("" where it shows none). `merged` are ranges with their
    first and last cell; `rows` and `columns` (first and last) are hidden; values lie within `height` and `width`.
    `RefusedError` where rows or cells do not ascend (ECMA-376 part 1, 18.3.1.73 and 18.3.1.4), or a second lot of them
    begins: calamine keeps one of two.
    """

    def __init__(self, part: bytes, scales: Mapping[str, str], *, computed: bool) -> None:
        self.part = part
        self.scaled: dict[Place, str] = {}
        self.broken: dict[Place, tuple[str, str]] = {}
        self.merged: list[tuple[str, Place, Place]] = []
        self.rows: list[int] = []
        self.columns: list[tuple[int, int]] = []
        self.height = self.width = 0
        self._scales, self._computed = scales, computed
        self._row = self._column = -1
        self._number, self._begun = "", False
        self._begin(None)
        self._reader = parser(self._start)
        ends = _CELLS_END.search(part)
        cells = ends.start() if ends else len(part)
        self._reader.Parse(part[:cells], False)
        self._end()
        self._reader.StartElementHandler = self._after
        if part:
            self._reader.Parse(part[cells:], True)

    @property
    def size(self) -> int:
        """How many cells there are from the first one to the last that something stands in."""
        height = max([self.height, *(row + 1 for row, _ in self.broken)])
        return height * max([self.width, *(column + 1 for _, column in self.broken)])

    def _begin(self, kind: str | None) -> None:
        self._kind, self._text = kind, ""
        self._formula = self._stored = self._inline = self._strange = False

    def _start(self, tag: str, given: dict[str, str]) -> None:
        name = local(tag)
        if name == "c":
            self._end()
            self._cell(given)
        elif name == "v":
            self._store(inline=False)
            if self._formula or self._kind == "e":
                self._reader.CharacterDataHandler = self._data
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._end()
            self._begin(None)
            self._next_row(given)
        elif name == "is":
            self._store(inline=True)
        else:
            self._strange |= self._stored and not self._inline  # within the value, of which calamine reads the half
            self._after(tag, given)

    def _store(self, *, inline: bool) -> None:
        """Begin the cell's value. Of two, or one that is not of the cell's type, calamine reads either, or none."""
        self._strange |= self._stored or (self._kind == "inlineStr" and not inline)
        self._stored, self._inline = True, inline
        self.height = self._row + 1
        if self._column >= self.width:
            self.width = self._column + 1

    def _after(self, tag: str, given: dict[str, str]) -> None:
        name = local(tag)
        if name == "sheetData":
            if self._begun:
                raise RefusedError("file.damaged")
            self._begun = True
        elif name == "mergeCell":
            first, _, last = given["ref"].partition(":")
            self.merged.append((given["ref"], _place(first), _place(last or first)))
        elif name == "col" and given.get("hidden", "0") not in _NO:
            self.columns.append((int(given["min"]) - 1, int(given["max"]) - 1))

    def _next_row(self, given: dict[str, str]) -> None:
        row = int(given["r"]) - 1 if "r" in given else self._row + 1
        if row <= self._row:
            raise RefusedError("file.damaged")
        self._row, self._column, self._number = row, -1, str(row + 1)
        if given.get("hidden", "0") not in _NO:
            self.rows.append(row)

    def _cell(self, given: dict[str, str]) -> None:
        """Where a cell does not say where it stands, it follows the one before."""
        self._column = self._placed(given["r"]) if "r" in given else self._column + 1
        self._begin(given.get("t"))
        scale = self._scales.get(given.get("s", "0"), UNCLEAR)
        if scale != PLAIN:
            self.scaled[self._row, self._column] = scale

    def _placed(self, reference: str) -> int:
        """The column of a cell that says where it stands: in this row, after the one before."""
        letters = reference.rstrip("0123456789")
        column = _column_named(letters)
        if column <= self._column or reference[len(letters) :] != self._number:
            raise RefusedError("file.damaged")
        return column

    def _data(self, text: str) -> None:
        self._text += text

    def _end(self) -> None:
        """Look at the cell that is over."""
        if not (self._formula or self._strange or self._kind == "e"):
            return
        self._reader.CharacterDataHandler = None
        text = self._text.strip()
        if self._strange:
            self.broken[self._row, self._column] = UNREADABLE, ""
        elif self._kind == "e":
            self.broken[self._row, self._column] = ERROR, text if _SHOWN.fullmatch(text) else ""
        elif not self._has_result(text):
            self.broken[self._row, self._column] = FORMULA, ""

    def _has_result(self, text: str) -> bool:
        """Whether the formula's result is stored. An empty text is one; 0 is what is put where nothing was computed."""
        if self._kind in {"str", "inlineStr"}:
            return self._stored
        return bool(text) and (self._computed or text != "0" or self._kind == "b")


def readable(marks: Marks) -> bytes:
    """The sheet with the errors that calamine does not know, at which it gives up the whole book, as one that it does.

    What such a cell shows is in `marks`.
    """
    part = marks.part
    for shown in {shown for _, shown in marks.broken.values()} - _KNOWN:
        part = part.replace(f">{shown}</".encode(), b">#N/A</")
    return part


def _place(reference: str) -> Place:
    """Where a cell stands, by its name."""
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]) - 1, _column_named(letters)


@lru_cache(maxsize=1000)
def _column_named(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
