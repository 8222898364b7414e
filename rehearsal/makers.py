"""What stands in each column: one table of value-makers, by sheet and field.

A column more that has a default needs nothing here. One without needs its line in `MAKERS`.
"""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from calendars.limits import MOST_SCORES
from phases.year_end import DIMENSIONS
from rehearsal import people
from rehearsal.events import INTERVIEW, MIDTERM, meets_on
from rehearsal.values import (
    before,
    born,
    elite,
    funding,
    grade,
    honours,
    interview_score,
    mentor_name,
    mentor_unit,
    number,
    overall_rank,
    points,
    school,
    score,
    student_name,
    subject_rank,
    team_degree,
    team_title,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rehearsal.sheets import CastRow


def _each(sheet: str, **makers: Callable[[Any], object]) -> dict[tuple[str, str], Callable[[Any], object]]:
    return {(sheet, field): maker for field, maker in makers.items()}


def _always(value: object) -> Callable[[Any], object]:
    return lambda _: value


def _word(at: int) -> Callable[[CastRow], object]:
    return lambda row: row.words[at]


_WHO = {"number": number, "name": student_name}
_WHOSE = {"number": lambda part: number(part.student), "name": lambda part: student_name(part.student)}
_YES, _STAGE = _always(value=True), {"stage": lambda part: part.place}

MAKERS: Mapping[tuple[str, str], Callable[[Any], object]] = MappingProxyType(
    _each(
        "institutions",
        name=lambda row: people.institution(row.cast.city, row.place),
        type=lambda row: people.INSTITUTIONS[row.place][1],
        department=_always("教务处"),
        email=lambda row: people.email(row.cast.city, "institution", row.place + 1),
    )
    | _each(
        "mentors",
        name=mentor_name,
        institution=mentor_unit,
        department=_always(people.DEPARTMENT),
        subject=lambda mentor: mentor.subject,
        title=_always("教授"),
        degree=_always("博士"),
        honours=honours,
        elite_programme=elite,
        research=lambda mentor: f"{mentor.subject}前沿",
        places=lambda mentor: mentor.places,
        email=lambda mentor: people.email(mentor.city, "mentor", mentor.place),
        returning_mentor=lambda mentor: mentor.place in {1, 4},
        taken=_YES,
    )
    | _each(
        "team",
        mentor=lambda row: mentor_name(row.mentor),
        institution=lambda row: mentor_unit(row.mentor),
        name=lambda row: people.person(row.cast.city, "团队成员", row.place),
        degree=team_degree,
        title=team_title,
    )
    | _each(
        "schools",
        name=lambda row: people.school(row.cast.city, row.place),
        head=lambda row: people.person(row.cast.city, "校长", row.place + 1),
        contact=lambda row: people.person(row.cast.city, "老师", row.place + 1),
        email=lambda row: people.email(row.cast.city, "school", row.place + 1),
    )
    | _each(
        "students",
        **_WHO,
        gender=lambda student: student.dice("gender").choice("男女"),
        born=born,
        school=school,
        grade=grade,
        subject=lambda student: student.subject,
        mentor=lambda student: mentor_name(student.mentor),
        institution=lambda student: mentor_unit(student.mentor),
        subject_rank=subject_rank,
        overall_rank=overall_rank,
        email=lambda student: people.email(student.city, "student", student.place),
        guardian_phone=lambda student: people.phone(student.place),
        guardian_consent=_YES,
        alumnus=lambda student: student.place in {6, 23},
        recommended=lambda student: student.recommended,
        taken=lambda student: student.taken,
    )
    | _each(
        "scores",
        **_WHO,
        subject=lambda student: student.subject,
        score=score,
        shortlisted=lambda student: student.listed,
    )
    | _each("cut_lines", subject=_word(0), line_score=_word(1))
    | _each(
        "interviews",
        **_WHO,
        subject=lambda student: student.subject,
        held_on=before(INTERVIEW, 3),
        came=lambda student: student.came,
        score=interview_score,
        admitted=lambda student: student.admitted,
        funding=funding,
    )
    | _each(
        "meetings",
        held_on=lambda row: meets_on(row.cast.year),
        place=lambda row: people.institution(row.cast.city, 0),
        agenda=_always("介绍培养计划；师生对接"),
    )
    | _each(
        "attendance",
        **_WHO,
        mentor=_always("到会"),
        teacher=_always("到会"),
        guardian=lambda student: student.dice("guardian").choice(("到会", "到会", "请假")),
        contact=_always("每周线上、每月到校"),
    )
    | _each("plans", **_WHO, goal=_always("完成一项小课题"), outline=_always("读书、实验、组会"))
    | _each("visits", **_WHOSE, visited_on=lambda part: part.day, content=_always("组会与实验"))
    | _each("logs", **_WHOSE, **_STAGE, submitted_on=lambda part: part.day)
    | _each("talks", **_WHOSE, **_STAGE, talked_on=lambda part: part.day + timedelta(2))
    | _each(
        "results",
        **_WHO,
        subject=lambda student: student.subject,
        reported_on=before(MIDTERM, 4),
        qualified=lambda student: student.stays,
        opinion=_always("见评语"),
    )
    | _each("materials", **_WHO, project_report=_YES, training_report=_YES, growth_log=_YES, mentor_evaluation=_YES)
    | _each("summaries", type=_word(0), unit=_word(1), mentor=_word(2), submitted_on=_word(3))
    | _each("funds", item=_word(0), amount=_word(1))
    | _each("targets", target=_word(0), planned=_word(1), achieved=_word(2))
    | _each(
        "evaluations",
        **_WHO,
        **{DIMENSIONS.field(place): points(place) for place in range(1, MOST_SCORES + 1)},
        grade=lambda student: student.result,
    )
)
"""By sheet and field, what makes a value of a row."""
