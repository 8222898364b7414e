"""Every form, once: template, reader, web form and row errors all come from `FORMS`, as the year asks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

from calendars.year import Year
from forms.kinds import Ask, Kind, OfYear
from forms.rows import (
    AttendanceRow,
    CutLineRow,
    EvaluationRow,
    FundsRow,
    InstitutionRow,
    InterviewRow,
    LogRow,
    MaterialsRow,
    MeetingRow,
    MentorRow,
    MidtermRow,
    PlanRow,
    SchoolRow,
    ScoreRow,
    SheetRow,
    StudentRow,
    SummaryRow,
    TalkRow,
    TargetRow,
    TeamRow,
    VisitRow,
)

__all__ = [
    "FORMS",
    "AskedSheet",
    "AttendanceRow",
    "Column",
    "CutLineRow",
    "EvaluationRow",
    "Form",
    "FundsRow",
    "InstitutionRow",
    "InterviewRow",
    "LogRow",
    "MaterialsRow",
    "MeetingRow",
    "MentorRow",
    "MidtermRow",
    "PlanRow",
    "SchoolRow",
    "ScoreRow",
    "Sheet",
    "SheetRow",
    "StudentRow",
    "SummaryRow",
    "TalkRow",
    "TargetRow",
    "TeamRow",
    "VisitRow",
    "form_of",
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: the row model's field, its label, its kind, and what is said to who fills it in."""

    field: str
    label: str
    kind: Kind
    required: bool
    help: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its Chinese name, its key in a `Reading`, its row model.

    `unique`: fields that name one row of it, together. `one_of`: fields of which a sheet has at least one column.
    """

    name: str
    key: str
    row: type[SheetRow]
    unique: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that have a column, in the order of the columns."""
        return tuple(field for field, _, _ in self._asks())

    def asked(self, year: Year) -> AskedSheet:
        """The sheet as that year asks it."""
        columns = (_column(field, ask, required=required, year=year) for field, required, ask in self._asks())
        return AskedSheet(self.name, self.key, self.row, self.unique, self.one_of, tuple(columns))

    def _asks(self) -> Iterator[tuple[str, bool, Ask]]:
        for field, info in self.row.model_fields.items():
            yield from ((field, info.is_required(), mark) for mark in info.metadata if isinstance(mark, Ask))


@dataclass(frozen=True, slots=True)
class AskedSheet(Sheet):
    """A sheet as one year asks it: its columns, with what the year file lists."""

    columns: tuple[Column, ...] = ()


def _column(field: str, ask: Ask, *, required: bool, year: Year) -> Column:
    kind = ask.kind.asked(year) if isinstance(ask.kind, OfYear) else ask.kind
    label = ask.label if isinstance(ask.label, str) else ask.label(year)
    lines = ("必填。" if required else "选填。", f"{kind.hint}。", f"{ask.note}。" if ask.note else "")
    return Column(field, label, kind, required, "\n".join(line for line in lines if line))


Sheet_co = TypeVar("Sheet_co", bound=Sheet, covariant=True)


@dataclass(frozen=True, slots=True)
class Form(Generic[Sheet_co]):
    """A workbook: the slug of its phase (or `evaluation`), its Chinese title, its version, its sheets."""

    slug: str
    title: str
    version: int
    sheets: tuple[Sheet_co, ...]

    @property
    def stamp(self) -> str:
        """What a workbook made from it carries as a custom property."""
        return f"{self.slug}/{self.version}"


def form_of(slug: str, year: Year) -> Form[AskedSheet]:
    """The form of that slug as the year asks it; KeyError where there is none."""
    form = FORMS[slug]
    return Form(form.slug, form.title, form.version, tuple(sheet.asked(year) for sheet in form.sheets))


def _student(name: str, key: str, row: type[SheetRow], one_of: tuple[str, ...] = ()) -> Sheet:
    """A sheet of one row a student."""
    return Sheet(name, key, row, ("number",), one_of)


_ALL = (
    Form(
        "mentor-recommendation",
        "导师信息收集表",
        1,
        (
            Sheet("培养单位", "institutions", InstitutionRow, ("name",)),
            Sheet("导师", "mentors", MentorRow, ("name", "institution")),
            Sheet("培养团队", "team", TeamRow, ("mentor", "institution", "name")),
        ),
    ),
    Form(
        "application",
        "学生申报表",
        1,
        (
            Sheet("中学", "schools", SchoolRow, ("name",)),
            _student("学生", "students", StudentRow, ("subject_rank", "overall_rank")),
        ),
    ),
    Form(
        "shortlist",
        "面试名单",
        1,
        (_student("成绩", "scores", ScoreRow), Sheet("分数线", "cut_lines", CutLineRow, ("subject",))),
    ),
    Form("interview", "导师面试结果表", 1, (_student("面试", "interviews", InterviewRow),)),
    Form(
        "meeting",
        "师生见面会记录",
        1,
        (Sheet("见面会", "meetings", MeetingRow), _student("到会", "attendance", AttendanceRow)),
    ),
    Form(
        "cultivation",
        "学生培养记录",
        1,
        (
            _student("培养方案", "plans", PlanRow),
            Sheet("到校记录", "visits", VisitRow),
            Sheet("成长日志", "logs", LogRow),
            Sheet("面谈记录", "talks", TalkRow),
        ),
    ),
    Form("midterm", "中期评价表", 1, (_student("中期评价", "results", MidtermRow),)),
    Form(
        "year-end",
        "年度评价材料",
        1,
        (
            _student("材料", "materials", MaterialsRow),
            Sheet("总结", "summaries", SummaryRow),
            Sheet("经费", "funds", FundsRow),
            Sheet("绩效", "targets", TargetRow),
        ),
    ),
    Form("evaluation", "年度评价结果表", 1, (_student("评价", "evaluations", EvaluationRow),)),
)
FORMS: Mapping[str, Form[Sheet]] = MappingProxyType({form.slug: form for form in _ALL})
