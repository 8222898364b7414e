"""What is on record of one person, sheet by sheet in the words of the year's forms; who somebody is, covered. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dashboard.views import masking
from forms.folding import fold
from forms.wording import as_text
from models.personal_changes import WHAT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from forms.definitions import AskedSheet
    from models.personal_changes import KeptChange
    from phases.definition import LetOn

Rows = Sequence[Mapping[str, object]]
"""Rows of a sheet by field."""

IN_TRAINING, LEFT_TRAINING = "在培学生", "已退出培养"
APPLIED, NOT_TAKEN = "已申报", "市级审核不通过"


@dataclass(frozen=True, slots=True)
class SheetOfOne:
    """The rows of a sheet that are about one person, as they are written; `single`: there cannot be a second one."""

    name: str
    labels: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    single: bool

    @property
    def particulars(self) -> tuple[tuple[str, str], ...]:
        """What the first row says, by label; without what it leaves blank."""
        return tuple((label, cell) for label, cell in zip(self.labels, self.rows[0], strict=True) if cell)


def sheet_of_one(
    sheet: AskedSheet, rows: Iterable[Mapping[str, object]], known: Collection[str], *, full: bool
) -> SheetOfOne:
    """Write rows of a sheet without the `known` columns, which head the page; what says who somebody is, covered."""
    columns = [one for one in sheet.columns if one.field not in known]
    covers = [None if full else masking.mask(one) for one in columns]
    written = tuple(
        tuple(
            cover(text) if cover else text
            for cover, text in zip(covers, (as_text(one, row.get(one.field)) for one in columns), strict=True)
        )
        for row in rows
    )
    return SheetOfOne(sheet.name, tuple(one.label for one in columns), written, bool({*sheet.unique} & {*known}))


def standing(lists: Sequence[LetOn], rows: Mapping[str, Rows], *, trained: bool) -> str:
    """Say how far a student came: by the last of these lists, in the order of the year, that has him, and is it so.

    `rows` are his, by the key of their sheet; `trained` is whether he is in training now.
    """
    if trained:
        return IN_TRAINING
    for each in reversed(lists):
        for row in rows.get(each.sheet, ()):
            on = bool(row[each.column])
            if each.trains and on:
                return LEFT_TRAINING
            if each is lists[0]:
                return APPLIED if on else NOT_TAKEN
            return f"{'已列入' if on else '未列入'}{each.called}"
    return APPLIED


Changed = tuple["KeptChange", str, str, str]
"""A change on record: what of whom in words, what stood there, what holds since."""


def changed(found: Iterable[KeptChange], *, full: bool, about: Collection[str] | None = None) -> list[Changed]:
    """Word the changes, or those of these: students by number, or parties by what they are called.

    Not in `full`, a child's name is covered, and why it was changed is left out: that tells what befell the child.
    """
    worded, wanted = [], None if about is None else {fold(name) for name in about}
    for one in found:
        if wanted is None or {one.number, fold(one.was), fold(one.now)} & wanted:
            cover = masking.name if one.what == "name" and not full else str
            kept = one if full else replace(one, reason="")
            worded.append((kept, WHAT.get(one.what, one.what), cover(one.was), cover(one.now)))
    return worded
