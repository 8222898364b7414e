"""What a gate looks at: frozen facts, one class a phase, for one city at one instant.

Facts are made by `models` in set-based queries and hold ids and figures only, never names of children.
`number` is always the application number (报名号), such as `3209-2022-0007`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A member of a mentor's team (培养团队): a degree (博士/硕士/学士) and a title (正高/副高/中级/初级/无)."""

    name: str
    degree: str
    title: str


@dataclass(frozen=True, slots=True)
class Mentor:
    """One row of the roll that the city filed. `honours` are the 人才称号; `taken` is 市级审定.

    `taken` is True for 通过, False for 不通过, None where the city has not reviewed the mentor yet.
    """

    label: str  # 姓名（单位）, what a mend sentence calls the mentor
    institution: str
    subject: str
    honours: tuple[str, ...]
    elite_programme: bool  # 拔尖计划导师
    returning: bool
    taken: bool | None
    complete: bool  # every required field of the information form is there
    team: tuple[TeamMember, ...]


@dataclass(frozen=True, slots=True)
class MentorFacts:
    """`mentor-recommendation`: the institutions on the city's list and its roll."""

    institutions: frozenset[str]
    mentors: tuple[Mentor, ...]


@dataclass(frozen=True, slots=True)
class ApplicationProfile:
    """What the rules of the application phase ask about one student, names and numbers left out.

    Students that agree in all of it are one profile: a gate over a million applications looks at a few dozen.
    """

    grade: str  # 初一 … 高二 高三
    subject: str
    rank_within: bool  # subject rank or overall rank within the year's figures
    mentor_on_roll: bool
    other_subject: bool  # another subject than the mentor's: allowed, and shown
    recommended: bool
    consent_missing: bool  # under the age of consent on the day of filing, and none recorded
    repeated: bool  # the same person applied elsewhere or twice this year


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """`application`: how many of the students the city took fall in each profile.

    `offenders` gives, for a rule id, the numbers of up to 20 students in breach of it.
    """

    profiles: Mapping[ApplicationProfile, int]
    rejected: int = 0
    offenders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the test results. `approved`: the student stands in an application phase of this city that passed."""

    number: str
    subject: str
    score: Decimal
    shortlisted: bool
    approved: bool


@dataclass(frozen=True, slots=True)
class ShortlistFacts:
    """`shortlist`: results and cut lines; `applicants` is every approved student's number and subject."""

    scores: tuple[Score, ...]
    cut_lines: Mapping[str, Decimal]
    applicants: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Interview:
    """One row of the interview sheet; `shortlisted` as the passed shortlist of this city says."""

    number: str
    subject: str
    came: bool
    admitted: bool
    funded: bool
    shortlisted: bool


@dataclass(frozen=True, slots=True)
class InterviewFacts:
    """`interview`: the rows, and the funded places that the other cities of the province hold or have reserved."""

    interviews: tuple[Interview, ...]
    funded_elsewhere: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """One admitted student's row of the meeting: each of the three 到会 or 请假."""

    number: str
    mentor: str
    teacher: str
    guardian: str
    contact: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """The record of a kick-off meeting (师生见面会)."""

    held_on: date
    place: str
    agenda: str


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """`meeting`: `due_day` is the effective due day, `filed_on` the day of filing (a meeting to come is not held)."""

    meetings: tuple[Meeting, ...]
    attendance: tuple[Attendance, ...]
    admitted: tuple[str, ...]
    due_day: date
    filed_on: date


@dataclass(frozen=True, slots=True)
class CultivationFacts:
    """`cultivation`: who is in training, and who has a plan."""

    in_training: tuple[str, ...]
    planned: frozenset[str]


@dataclass(frozen=True, slots=True)
class MidtermResult:
    """One row of the midterm evaluation (中期评价)."""

    number: str
    subject: str
    reported_on: date
    qualified: bool


@dataclass(frozen=True, slots=True)
class MidtermFacts:
    """`midterm`: `in_training` is every student admitted, before this evaluation. `filed_on` as for the meeting."""

    results: tuple[MidtermResult, ...]
    in_training: tuple[str, ...]
    filed_on: date


@dataclass(frozen=True, slots=True)
class Materials:
    """One row of the year-end materials: which of the four are there."""

    number: str
    project_report: bool
    training_report: bool
    growth_log: bool
    mentor_evaluation: bool


@dataclass(frozen=True, slots=True)
class YearEndFacts:
    """`year-end`, what the city answers for.

    `logs` and `records` give the stages (1, 2, 3) a student has a growth log, an interview record for.
    `mentors_owing` and `schools_owing` are the labels of those of students in training who filed no summary.
    `accounted` is the sum of the funds sheet in yuan; `targets` the number of performance rows.
    """

    in_training: tuple[str, ...]
    materials: tuple[Materials, ...]
    logs: Mapping[str, frozenset[int]]
    records: Mapping[str, frozenset[int]]
    city_summary: bool
    mentors_owing: tuple[str, ...]
    schools_owing: tuple[str, ...]
    accounted: Decimal
    targets: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One student's evaluation by the province: five scores (0-100) in the order of the year's dimensions, a grade."""

    number: str
    scores: tuple[Decimal, ...]
    grade: str  # 优秀 合格 不合格


@dataclass(frozen=True, slots=True)
class EvaluationFacts:
    """`year-end`, what the province answers for when it approves. `visits`: days on campus within the year."""

    in_training: tuple[str, ...]
    evaluations: tuple[Evaluation, ...]
    visits: Mapping[str, int]


Facts = (
    MentorFacts
    | ApplicationFacts
    | ShortlistFacts
    | InterviewFacts
    | MeetingFacts
    | CultivationFacts
    | MidtermFacts
    | YearEndFacts
    | EvaluationFacts
)
