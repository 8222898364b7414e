"""What a workbook was read as: its rows, and every fault at once, each a sentence with a stable code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from forms.definitions import AskedSheet, Form, SheetRow

MOST = 500
"""Faults of a workbook that are said: who sent it mends those first."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One fault, or what should be looked at.

    `row` as Excel numbers it, None for a whole sheet; `sheet` "" is the file; `found` stands there.
    """

    code: str
    sheet: str
    row: int | None
    column: str | None
    found: str
    wrong: str
    right: str

    @property
    def sentence(self) -> str:
        """Where, what is wrong, what would be right, in Chinese."""
        where = f"“{self.sheet}”表" if self.sheet else ""
        where += f"第 {self.row} 行" if self.row else ""
        where += f"“{self.column}”" if self.column else ""
        found = f"填的是“{self.found}”，" if self.found else ""
        return f"{where}{'：' if where else ''}{found}{self.wrong}；{self.right}。"


def first_faults(found: Iterable[RowError]) -> tuple[RowError, ...]:
    """Give the first faults, and in the place of the rest, where there are more, a last one that says so."""
    first = list(islice(found, MOST + 1))
    if len(first) <= MOST:
        return tuple(first)
    next_one, said = first[MOST], f"已有 {MOST} 处错误，从这里起没有再查"
    more = RowError("faults.more", next_one.sheet, next_one.row, None, "", said, "请先改正以上各处，再重新上传")
    return (*first[:MOST], more)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `rows` has every sheet's key and all rows without a fault; nothing loads while `errors` stand."""

    form: Form[AskedSheet] = field(compare=False)
    rows: Mapping[str, tuple[SheetRow, ...]]
    errors: tuple[RowError, ...]
    warnings: tuple[RowError, ...]

    @property
    def slug(self) -> str:
        """The slug of its form."""
        return self.form.slug
