"""What is held of one student as tables, for whoever may ask for a copy (个保法 45). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acts.signatures import signed
from dashboard.exports.spreadsheets import Table
from dashboard.views.consents import in_error, in_words
from models.awards import TITLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.exports.spreadsheets import Cell
    from dashboard.views.persons import Changed, SheetOfOne
    from models.awards import Award
    from models.guardian_consents import KeptConsent, KeptVoid
    from models.personal_changes import KeptChange

CHANGES = ("事项", "原来", "现在", "事由", "登记人", "时间")
CONSENTS = ("同意或撤回", "日期", "说明", "所写的说明", "登记人", "登记时间", "登记有误")
AWARDS = ("种类", "编号", "姓名", "单位", "学科", "等级", "颁发时间", "作废时间")


@dataclass(frozen=True, slots=True)
class HeldOfStudent:
    """All in full: rows by sheet, in the order of the year; what was changed; consents; papers.

    Of a consent stands beside it whether who wrote it may be read, and what says that it was an error, if so.
    """

    sheets: Sequence[SheetOfOne]
    changes: Sequence[Changed]
    consents: Sequence[tuple[KeptConsent, bool, KeptVoid | None]]
    awards: Sequence[Award]


def copy_tables(held: HeldOfStudent) -> tuple[Table, ...]:
    """Give a table for each sheet and for what stands beside them; those that have no row are left out."""
    beside = (
        Table("学生信息的变动", CHANGES, [_change(*one) for one in held.changes]),
        Table("监护人同意", CONSENTS, [_consent(one, error, mine=mine) for one, mine, error in held.consents]),
        Table("聘书、证书", AWARDS, [_award(one) for one in held.awards]),
    )
    sheets = (Table(one.name, one.labels, one.rows) for one in held.sheets)
    return tuple(table for table in (*sheets, *beside) if table.rows)


def _change(kept: KeptChange, what: str, was: str, now: str) -> tuple[Cell, ...]:
    return what, was, now, kept.reason, signed(kept.by) if kept.by else None, kept.as_of


def _consent(one: KeptConsent, error: KeptVoid | None, *, mine: bool) -> tuple[Cell, ...]:
    """Leave out why, and who wrote it, where another city did, before the student moved."""
    by = (one.reason, signed(one.by)) if mine else (None, None)
    wrong = in_error(error) if mine or error is None else "登记有误"
    return "同意" if one.given else "撤回同意", one.day, in_words(one), *by, one.as_of, wrong


def _award(one: Award) -> tuple[Cell, ...]:
    return TITLES[one.kind], one.number, one.name, one.place, one.subject, one.grade, one.as_of, one.revoked
