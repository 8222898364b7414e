"""Filled sheets of one city, in order unless told otherwise: what a test changes is what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from calendars.files import load
from calendars.year import City, Year
from forms.definitions import SheetRow
from phases.application import SchoolRow, StudentRow
from phases.book import BOOK
from phases.cultivation import LogRow, PlanRow, TalkRow, VisitRow
from phases.interview import InterviewRow
from phases.meeting import AttendanceRow, MeetingRow
from phases.mentor_recommendation import InstitutionRow, MentorRow, TeamRow
from phases.midterm import MidtermRow
from phases.shortlist import CutLineRow, ScoreRow
from phases.year_end import DIMENSIONS, EVALUATIONS, FundsRow, MaterialsRow, SummaryRow, TargetRow

Sheets = Mapping[str, Sequence[SheetRow]]
AnyRow = TypeVar("AnyRow", bound=SheetRow)

_YEAR = load(2022)
_KINDS = {
    sheet.row: {column.field: column.kind for column in sheet.columns}
    for slug in BOOK.forms
    for sheet in BOOK.form(slug, _YEAR).sheets
}

FUNDED, OWN = "省级资助", "自筹"
SUBJECT = "物理"


def mentor(city: City, place: int = 1, **changes: Any) -> MentorRow:  # noqa: ANN401 - fields of the row
    filled = {
        "name": f"{city.name}导师{place}", "institution": f"{city.name}大学", "subject": SUBJECT, "title": "教授",
        "degree": "博士", "honours": ("国家杰青",), "elite_programme": False, "research": "光学", "places": 9,
        "email": f"mentor{place}@{city.slug}.example", "returning_mentor": False, "taken": True,
    }  # fmt: skip
    return _made(MentorRow, **{**filled, **changes})


def roll(*mentors: MentorRow) -> Sheets:
    """《导师信息收集表》: these mentors, their institutions, a doctor in each one's team."""
    units = sorted({one.institution for one in mentors})
    return {
        "institutions": _lined(
            _made(InstitutionRow, name=unit, type="高校", department="科研处", email="kyc@unit.example")
            for unit in units
        ),
        "mentors": _lined(mentors),
        "team": _lined(
            _made(TeamRow, mentor=one.name, institution=one.institution, name="杜强", degree="博士", title="副高")
            for one in mentors
        ),
    }


def student(city: City, place: int, **changes: Any) -> StudentRow:  # noqa: ANN401 - fields of the row
    filled = {
        "number": f"{city.code}-2022-{place:04d}", "name": f"学生{place}", "gender": "女",
        "born": date(2006, 2, 3) + timedelta((int(city.code) - 3201) % 700),  # no child of another city is like one
        "school": f"{city.name}一中", "grade": "高一", "subject": SUBJECT, "mentor": f"{city.name}导师1",
        "institution": f"{city.name}大学", "subject_rank": Decimal(8), "guardian_consent": True,
        "recommended": True, "taken": True,
    }  # fmt: skip
    return _made(StudentRow, **{**filled, **changes})


def students(city: City, count: int = 6) -> tuple[StudentRow, ...]:
    return tuple(student(city, place) for place in range(1, count + 1))


def application(applied: Sequence[StudentRow]) -> Sheets:
    schools = sorted({one.school for one in applied})
    return {
        "schools": _lined(
            _made(SchoolRow, name=name, head="钟芳杰", contact="傅桂轩", email="yz@school.example") for name in schools
        ),
        "students": _lined(applied),
    }


def shortlist(applied: Sequence[StudentRow], **scores: int) -> Sheets:
    """《面试名单》: all at 80 points and a line of 60; `scores` are other points, by `n` and the student's place."""
    rows = []
    for one in applied:
        score = Decimal(scores.get(f"n{int(one.number[-4:])}", 80))
        row = _made(
            ScoreRow, number=one.number, name=one.name, subject=one.subject, score=score, shortlisted=score >= 60
        )
        rows.append(row)
    lines = (
        _made(CutLineRow, subject=name, line_score=Decimal(60)) for name in sorted({one.subject for one in applied})
    )
    return {"scores": _lined(rows), "cut_lines": _lined(lines)}


def interview(applied: Sequence[StudentRow], admitted: int = 2, funded: int = 2) -> Sheets:
    """《导师面试结果表》: all came, the first so many are admitted, the first so many of those funded."""
    return {
        "interviews": _lined(
            _made(InterviewRow,
                number=one.number, name=one.name, subject=one.subject, held_on=date(2022, 2, 9), came=True,
                score=Decimal(90), admitted=place < admitted,
                funding=(FUNDED if place < funded else OWN) if place < admitted else None,
            )
            for place, one in enumerate(applied)
        )
    }  # fmt: skip


def meeting(admitted: Sequence[StudentRow]) -> Sheets:
    return {
        "meetings": _lined([_made(MeetingRow, held_on=date(2022, 2, 22), place="报告厅", agenda="见面")]),
        "attendance": _lined(
            _made(
                AttendanceRow,
                number=s.number,
                name=s.name,
                mentor="到会",
                teacher="到会",
                guardian="请假",
                contact="每周",
            )
            for s in admitted
        ),
    }


def cultivation(admitted: Sequence[StudentRow], visits: int = 10) -> Sheets:
    """《学生培养记录》: a plan, a log and a talk each stage, and so many visits, in March."""
    stages = ((1, date(2022, 6, 10)), (2, date(2022, 8, 12)), (3, date(2022, 11, 10)))
    return {
        "plans": _lined(
            _made(PlanRow, number=s.number, name=s.name, goal="一项课题", outline="读书") for s in admitted
        ),
        "visits": _lined(
            _made(VisitRow, number=s.number, name=s.name, visited_on=date(2022, 3, 1 + day), content="组会")
            for s in admitted
            for day in range(visits)
        ),
        "logs": _lined(
            _made(LogRow, number=s.number, name=s.name, stage=stage, submitted_on=day)
            for s in admitted
            for stage, day in stages
        ),
        "talks": _lined(
            _made(TalkRow, number=s.number, name=s.name, stage=stage, talked_on=day)
            for s in admitted
            for stage, day in stages
        ),
    }


def midterm(admitted: Sequence[StudentRow], leaving: int = 0) -> Sheets:
    """《中期评价表》: all qualified but the last `leaving`."""
    stay = len(admitted) - leaving
    return {
        "results": _lined(
            _made(MidtermRow,
                number=s.number, name=s.name, subject=s.subject, reported_on=date(2022, 7, 10), qualified=place < stay,
                opinion="见评语",
            )
            for place, s in enumerate(admitted)
        )
    }  # fmt: skip


def year_end(city: City, training: Sequence[StudentRow]) -> Sheets:
    on = date(2022, 11, 18)
    mentors, schools = sorted({(s.mentor, s.institution) for s in training}), sorted({s.school for s in training})
    return {
        "materials": _lined(
            _made(MaterialsRow,
                number=s.number, name=s.name, project_report=True, training_report=True, growth_log=True,
                mentor_evaluation=True,
            )
            for s in training
        ),
        "summaries": _lined([
            _made(SummaryRow, type="市级", unit=city.name, submitted_on=on),
            *(_made(SummaryRow, type="导师", unit=unit, mentor=name, submitted_on=on) for name, unit in mentors),
            *(_made(SummaryRow, type="中学", unit=unit, submitted_on=on) for unit in schools),
        ]),
        "funds": funds(活动=20000),
        "targets": _lined([_made(TargetRow, target="培养率", planned="80%", achieved="90%")]),
    }  # fmt: skip


def funds(**amounts: str | int) -> Sequence[FundsRow]:
    """What was spent on what, and left over, in yuan."""
    return _lined(_made(FundsRow, item=item, amount=Decimal(amount)) for item, amount in amounts.items())


def evaluation(training: Sequence[StudentRow], grade: str = "合格", year: Year = _YEAR) -> Sheets:
    row, scores = EVALUATIONS.asked(year).row, dict.fromkeys(DIMENSIONS.fields(year), Decimal(85))
    return {
        "evaluations": _lined(_made(row, number=s.number, name=s.name, grade=grade, **scores) for s in training),
    }


def _made(row: type[AnyRow], **filled: object) -> AnyRow:
    return row.model_validate(filled, context=_KINDS.get(row))


def _lined(rows: Any) -> tuple[Any, ...]:  # noqa: ANN401 - rows of one sheet
    """The rows, each in a line of its own, the header being line 1."""
    return tuple(row.model_copy(update={"line": line}) for line, row in enumerate(rows, 2))
