"""What may be exported: every table of the window, in its words, and which of their columns say who somebody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from acts.offices import PROVINCE
from acts.recipients import named
from calendars.deadlines import day_of
from dashboard import masking
from dashboard.matrix import lines
from dashboard.spreadsheets import Cell, Table
from dashboard.telling import STATES
from forms.definitions import FORMS
from gates.rules import RULES
from gates.states import Event, State
from gates.verdict import ACTORS
from letters.words import TAGS
from models import contacts, exports, reports

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection, Row

    from calendars.year import Year
    from dashboard.looking import Looking
    from forms.definitions import Column, Form, Sheet


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose rows are exported (`city` None: all), as of when, and whether people are named in full."""

    connection: Connection
    look: Looking
    city: str | None
    full: bool

    @property
    def year(self) -> Year:
        """The calendar of the year."""
        return self.look.opened.year

    def place(self, slug: str) -> str:
        """Name a city, `province`, or nothing (`*`) for people."""
        if slug in {PROVINCE, "*"}:
            return "省级管理办公室" if slug == PROVINCE else ""
        return self.year.city(slug).name

    def phase(self, slug: str) -> str:
        """Name a phase, or nothing (`*`), for people."""
        return "" if slug == "*" else self.year.phase(slug).name


@dataclass(frozen=True, slots=True)
class Export:
    """One download: its Chinese title, its tables; `personal` where it says who somebody is or how to reach them.

    `now`: it knows no past; `provincial`: it is not for the cities.
    """

    title: str
    tables: Callable[[Asked], tuple[Table, ...]]
    personal: bool = False
    now: bool = False
    provincial: bool = False


def _matrix(asked: Asked) -> tuple[Table, ...]:
    matrix = reports.matrix(asked.connection, asked.year.year, asked.look.as_of)
    chosen = [line for line in lines(matrix) if asked.city in {None, line.city.slug}]
    rows = []
    for line in chosen:
        for cell, standing in zip(line.cells, matrix.cities[line.city.slug], strict=True):
            notes = "、".join((cell.left, *cell.notes) if cell.left else cell.notes)
            told = (standing.due.day, notes, standing.attempt, standing.filed_at, standing.passed_at)
            rows.append((line.city.name, asked.phase(cell.phase), cell.word, *told))
    return (Table("总表", ("城市", "阶段", "状态", "截止日", "说明", "第几次", "报送时间", "通过时间"), rows),)


def _log(asked: Asked) -> tuple[Table, ...]:
    columns = (
        "城市",
        "阶段",
        "第几次",
        "事项",
        "原状态",
        "新状态",
        "操作人",
        "办理时间",
        "记录时间",
        "事由",
    )
    rows = [
        (
            asked.place(row.city),
            asked.phase(row.phase),
            row.attempt,
            Event(row.event).chinese + ("（未获准）" if row.refused else ""),
            State(row.from_state).chinese,
            State(row.to_state).chinese,
            row.by,
            row.as_of,
            row.at,
            row.reason,
        )
        for row in reports.log(asked.connection, asked.year.year, city=asked.city, as_of=asked.look.as_of)
    ]
    return (Table("记录", columns, rows),)


def _letters(asked: Asked) -> tuple[Table, ...]:
    columns = ("编号", "种类", "阶段", "城市", "收件人", "主题", "状态", "成函时间", "发出时间", "签收时间")
    rows = [
        (
            row.id,
            TAGS[row.kind],
            asked.phase(row.phase),
            asked.place(row.concerns),
            named(asked.year, row.recipient),
            row.subject,
            STATES[row.state],
            row.queued_as_of,
            row.sent_at,
            row.receipt,
        )
        for row in exports.letters(asked.connection, asked.year.year, asked.city, asked.look.as_of)
    ]
    return (Table("函件", columns, rows),)


def _dated(name: str, title: str, columns: Mapping[str, Callable[[Asked, Row[Any]], Cell]]) -> Export:
    """A table whose rows stand by themselves, the city and the phase first."""

    def tables(asked: Asked) -> tuple[Table, ...]:
        found = exports.dated(asked.connection, name, asked.year.year, asked.city, asked.look.as_of)
        rows = [
            (
                asked.place(row.city),
                asked.phase(row.phase),
                row.attempt,
                *(cell(asked, row) for cell in columns.values()),
            )
            for row in found
        ]
        return (Table(title, ("城市", "阶段", "第几次", *columns), rows),)

    return Export(title, tables, provincial=name == "calls")


CAUSES = {"extension": "延期", "rerun": "重启", "grace": "保留办理时间"}
ANSWERS = {"granted": "同意", "declined": "不同意", None: "待办"}
SIGNED: Mapping[str, Callable[[Asked, Row[Any]], Cell]] = {
    "操作人": lambda _, row: row.by,
    "办理时间": lambda _, row: row.as_of,
}


def _findings(asked: Asked) -> tuple[Table, ...]:
    columns = (
        "城市",
        "阶段",
        "第几次",
        "第几次判定",
        "规则",
        "条款",
        "性质",
        "结果",
        "实际",
        "要求",
        "责任方",
        "如何补正",
        "判定时间",
    )
    rows = []
    for row in exports.dated(asked.connection, "findings", asked.year.year, asked.city, asked.look.as_of):
        about = (asked.place(row.city), asked.phase(row.phase), row.attempt, row.number)
        for rule in row.verdict["rules"]:
            result = "符合" if rule["ok"] else "已豁免" if rule["waived"] else "不符合"
            kind = "必须" if rule["kind"] == "must" else "原则上"
            found = (rule["found"], rule["needed"], ACTORS[rule["actor"]], rule["mend"])
            rows.append((*about, RULES[rule["rule"]].name, rule["clause"], kind, result, *found, row.as_of))
    return (Table("结论", columns, rows),)


def _contacts(asked: Asked) -> tuple[Table, ...]:
    columns = ("单位", "职责", "姓名", "邮箱", "电话", "起", "止", "登记人", "登记时间")
    name, email, phone = (str, str, str) if asked.full else (masking.name, masking.email, masking.phone)
    rows = [
        (
            asked.place(one.office),
            contacts.PARTS[one.part],
            name(one.name),
            email(one.email or ""),
            phone(one.phone or ""),
            one.since,
            one.until,
            one.by,
            one.at,
        )
        for one in contacts.of(asked.connection, asked.city)
    ]
    return (Table("联系人", columns, rows),)


STORED = {"returning": "returning_mentor"}
"""Fields that their table calls otherwise."""


def _draft(sheet: Sheet) -> Callable[[Asked], Table]:
    def cell(asked: Asked, column: Column, row: Row[Any]) -> Cell:
        value = _worded(column, getattr(row, STORED.get(column.field, column.field)))
        mask = None if asked.full else masking.mask(sheet.key, column.field)
        return value if mask is None or value is None else mask(str(value))

    def table(asked: Asked) -> Table:
        found = exports.drafts(asked.connection, sheet.key, asked.year.year, asked.city)
        rows = [(asked.place(row.city), *(cell(asked, column, row) for column in sheet.columns)) for row in found]
        return Table(sheet.name, ("城市", *(column.label for column in sheet.columns)), rows)

    return table


def _worded(column: Column, value: Any) -> Cell:  # noqa: ANN401 -- whatever a column of a draft holds
    if isinstance(value, bool):
        return column.kind.choices[0 if value else 1]
    if isinstance(value, list):
        return "、".join(value)
    assert value is None or isinstance(value, str | int | Decimal | date)
    return value


def _of_form(form: Form, sheets: tuple[Sheet, ...], title: str) -> Export:
    drafts = [_draft(sheet) for sheet in sheets]
    personal = any(sheet.key in masking.PERSONAL for sheet in sheets)
    return Export(title, lambda asked: tuple(draft(asked) for draft in drafts), personal, now=True,
                  provincial=form.slug == "evaluation")  # fmt: skip


TABLES: Mapping[str, Export] = {
    "matrix": Export("总表", _matrix),
    "log": Export("记录", _log),
    "letters": Export("函件", _letters),
    "extensions": _dated(
        "extensions",
        "延期",
        {
            "延至": lambda _, row: row.until,
            "缘由": lambda _, row: CAUSES[row.cause],
            "事由": lambda _, row: row.reason,
            **SIGNED,
        },
    ),
    "waivers": _dated(
        "waivers",
        "豁免",
        {"规则": lambda _, row: RULES[row.rule].name, "事由": lambda _, row: row.reason, **SIGNED},
    ),
    "findings": Export("结论", _findings),
    "requests": _dated(
        "requests",
        "延期申请",
        {
            "申请延至": lambda _, row: row.until,
            "理由": lambda _, row: row.reason,
            **SIGNED,
            "答复": lambda _, row: ANSWERS[row.answer],
            "答复人": lambda _, row: row.answered_by,
            "答复时间": lambda _, row: row.answered_as_of,
            "答复事由": lambda _, row: row.answer_reason,
        },
    ),
    "calls": _dated("calls", "电话", {"与谁通话": lambda _, row: row.whom, "内容": lambda _, row: row.said, **SIGNED}),
    "contacts": Export("联系人", _contacts, personal=True, now=True),
}
FILED: Mapping[str, Export] = {form.slug: _of_form(form, form.sheets, form.title) for form in FORMS.values()}
"""Each form as one workbook."""

SHEETS: Mapping[str, Export] = {
    f"{form.slug}-{sheet.key}": _of_form(form, (sheet,), sheet.name) for form in FORMS.values() for sheet in form.sheets
}
"""Each of its sheets by itself, for CSV holds one table."""

EXPORTS: Mapping[str, Export] = {**TABLES, **FILED, **SHEETS}


def stem(asked: Asked, export: Export) -> str:
    """Name the file: 2022年度-总表-盐城-2022-02-07."""
    whose = asked.place(asked.city) if asked.city else "全省"
    return f"{asked.year.year}年度-{export.title}-{whose}-{day_of(asked.look.as_of)}"
