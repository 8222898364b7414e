"""Tables of what the cities loaded: one a sheet of `forms`, with the sheet's own field names.

They hold the current draft of a city. What an attempt was judged on is frozen in its `Filing`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import Hundredths

if TYPE_CHECKING:
    from collections.abc import Mapping


class DraftRow(SQLModel):
    """A row of a sheet: whose, and where it stood in the workbook."""

    year: int = Field(primary_key=True)
    city: str = Field(primary_key=True)
    line: int = Field(primary_key=True)


class InstitutionDraft(DraftRow, table=True):
    """培养单位."""

    __tablename__ = "institution"
    name: str
    type: str
    department: str
    email: str
    party: int


class MentorDraft(DraftRow, table=True):
    """导师, the roll."""

    __tablename__ = "mentor"
    name: str
    institution: str
    department: str = ""
    subject: str
    title: str
    degree: str
    honours: list[str] = Field(sa_column=Column(JSON, nullable=False))
    elite_programme: bool
    research: str
    places: int
    email: str
    mobile: str = ""
    returning_mentor: bool  # `returning` is a word of SQL
    taken: bool
    party: int


class TeamDraft(DraftRow, table=True):
    """培养团队."""

    __tablename__ = "team"
    mentor: str
    institution: str
    name: str
    degree: str
    title: str


class SchoolDraft(DraftRow, table=True):
    """中学."""

    __tablename__ = "school"
    name: str
    head: str
    contact: str
    email: str
    party: int


class StudentDraft(DraftRow, table=True):
    """学生.

    `person` tells the same child apart from homonyms over the province; `consent_from` is the day from which no
    guardian's consent is needed; `mentor_party` the chosen mentor; `priority` marks a student of the past year.
    """

    __tablename__ = "student"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        Index("ix_student_person", "year", "taken", "person"),
        Index(
            "ix_student_judged",
            "year", "taken", "city", "grade", "subject", "mentor_party", "recommended",
            "guardian_consent", "consent_from", "subject_rank", "overall_rank",
        ),
    )  # fmt: skip

    number: str
    name: str
    gender: str
    born: date
    school: str
    grade: str
    subject: str
    mentor: str
    institution: str
    subject_rank: Decimal | None = Field(default=None, sa_type=Hundredths)
    overall_rank: Decimal | None = Field(default=None, sa_type=Hundredths)
    email: str = ""
    guardian_phone: str = ""
    guardian_consent: bool
    alumnus: bool
    recommended: bool
    taken: bool
    person: str
    consent_from: date
    mentor_party: int
    school_party: int | None = None
    priority: bool = False


class ScoreDraft(DraftRow, table=True):
    """成绩."""

    __tablename__ = "score"
    number: str
    name: str
    subject: str
    score: Decimal = Field(sa_type=Hundredths)
    shortlisted: bool


class CutLineDraft(DraftRow, table=True):
    """分数线."""

    __tablename__ = "cut_line"
    subject: str
    line_score: Decimal = Field(sa_type=Hundredths)


class InterviewDraft(DraftRow, table=True):
    """面试."""

    __tablename__ = "interview"
    number: str
    name: str
    subject: str
    held_on: date
    came: bool
    score: Decimal | None = Field(default=None, sa_type=Hundredths)
    admitted: bool
    funding: str | None = None


class MeetingDraft(DraftRow, table=True):
    """见面会."""

    __tablename__ = "meeting"
    held_on: date
    place: str
    agenda: str


class AttendanceDraft(DraftRow, table=True):
    """到会."""

    __tablename__ = "attendance"
    number: str
    name: str
    mentor: str
    teacher: str
    guardian: str
    contact: str


class PlanDraft(DraftRow, table=True):
    """培养方案."""

    __tablename__ = "plan"
    number: str
    name: str
    goal: str
    outline: str


class VisitDraft(DraftRow, table=True):
    """到校记录."""

    __tablename__ = "visit"
    number: str
    name: str
    visited_on: date
    content: str


class LogDraft(DraftRow, table=True):
    """成长日志."""

    __tablename__ = "growth_log"
    number: str
    name: str
    stage: int
    submitted_on: date


class TalkDraft(DraftRow, table=True):
    """面谈记录."""

    __tablename__ = "talk"
    number: str
    name: str
    stage: int
    talked_on: date


class ResultDraft(DraftRow, table=True):
    """中期评价."""

    __tablename__ = "midterm_result"
    number: str
    name: str
    subject: str
    reported_on: date
    qualified: bool
    opinion: str


class MaterialsDraft(DraftRow, table=True):
    """材料."""

    __tablename__ = "materials"
    number: str
    name: str
    project_report: bool
    training_report: bool
    growth_log: bool
    mentor_evaluation: bool


class SummaryDraft(DraftRow, table=True):
    """总结."""

    __tablename__ = "summary"
    type: str
    unit: str
    mentor: str | None = None
    submitted_on: date


class FundsDraft(DraftRow, table=True):
    """经费."""

    __tablename__ = "funds"
    item: str
    amount: Decimal = Field(sa_type=Hundredths)
    note: str = ""


class TargetDraft(DraftRow, table=True):
    """绩效."""

    __tablename__ = "target"
    target: str
    planned: str
    achieved: str


class EvaluationDraft(DraftRow, table=True):
    """评价, the province's."""

    __tablename__ = "evaluation"
    number: str
    name: str
    interest: Decimal = Field(sa_type=Hundredths)
    knowledge: Decimal = Field(sa_type=Hundredths)
    potential: Decimal = Field(sa_type=Hundredths)
    ability: Decimal = Field(sa_type=Hundredths)
    english: Decimal = Field(sa_type=Hundredths)
    grade: str


SHEETS: Mapping[str, type[DraftRow]] = {
    "institutions": InstitutionDraft,
    "mentors": MentorDraft,
    "team": TeamDraft,
    "schools": SchoolDraft,
    "students": StudentDraft,
    "scores": ScoreDraft,
    "cut_lines": CutLineDraft,
    "interviews": InterviewDraft,
    "meetings": MeetingDraft,
    "attendance": AttendanceDraft,
    "plans": PlanDraft,
    "visits": VisitDraft,
    "logs": LogDraft,
    "talks": TalkDraft,
    "results": ResultDraft,
    "materials": MaterialsDraft,
    "summaries": SummaryDraft,
    "funds": FundsDraft,
    "targets": TargetDraft,
    "evaluations": EvaluationDraft,
}
"""Sheet key of `forms` to table."""
