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
    return _first(found, f"已有 {MOST} 处错误，从这里起没有再查", "请先改正以上各处，再重新上传")


def first_warnings(found: Iterable[RowError]) -> tuple[RowError, ...]:
    """Give the first warnings likewise."""
    return _first(found, f"已有 {MOST} 处提醒，其余的不再列出", "请一并核对")


def _first(found: Iterable[RowError], wrong: str, right: str) -> tuple[RowError, ...]:
    first = list(islice(found, MOST + 1))
    if len(first) <= MOST:
        return tuple(first)
    next_one = first[MOST]
    return (*first[:MOST], RowError("faults.more", next_one.sheet, next_one.row, None, "", wrong, right))


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


def nothing(form: Form[AskedSheet], code: str, wrong: str, right: str) -> Reading:
    """Give the reading of a file of which no row was read, and why not."""
    refusal = RowError(code, "", None, None, "", wrong, right)
    return Reading(form, {sheet.key: () for sheet in form.sheets}, (refusal,), ())
