"""Every form, once: template, reader, web form and row errors all come from `FORMS`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from forms.kinds import Ask, Kind
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
    Row,
    SchoolRow,
    ScoreRow,
    StudentRow,
    SummaryRow,
    TalkRow,
    TargetRow,
    TeamRow,
    VisitRow,
)

__all__ = [
    "FORMS",
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
    "Row",
    "SchoolRow",
    "ScoreRow",
    "Sheet",
    "StudentRow",
    "SummaryRow",
    "TalkRow",
    "TargetRow",
    "TeamRow",
    "VisitRow",
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: the row model's field, its label, its kind, and what is said to who fills it in."""

    field: str
    label: str
    kind: Kind
    required: bool
    help: str


@dataclass(frozen=True)
class Sheet:
    """A sheet: its Chinese name, its key in a `Reading`, its row model.

    `unique`: fields that name one row of it, together. `one_of`: fields of which a sheet has at least one column.
    """

    name: str
    key: str
    row: type[Row]
    unique: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in the order of the model's fields."""
        asked = (
            (field, info.is_required(), mark)
            for field, info in self.row.model_fields.items()
            for mark in info.metadata
            if isinstance(mark, Ask)
        )
        return tuple(
            Column(field, ask.label, ask.kind, required, _help(ask, required=required))
            for field, required, ask in asked
        )


def _help(ask: Ask, *, required: bool) -> str:
    lines = ("必填。" if required else "选填。", f"{ask.kind.hint}。", f"{ask.note}。" if ask.note else "")
    return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Form:
    """A workbook: the slug of its phase (or `evaluation`), its Chinese title, its version, its sheets."""

    slug: str
    title: str
    version: int
    sheets: tuple[Sheet, ...]

    @property
    def stamp(self) -> str:
        """What a workbook made from it carries as a custom property."""
        return f"{self.slug}/{self.version}"


def _student(name: str, key: str, row: type[Row], one_of: tuple[str, ...] = ()) -> Sheet:
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
FORMS: Mapping[str, Form] = MappingProxyType({form.slug: form for form in _ALL})
