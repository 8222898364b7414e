"""What is true of a mentor or a student of the season, as their city writes it down."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rehearsal import people
from rehearsal.cast import EXCELLENT, FAILED, JUNIOR, QUALIFIED
from rehearsal.events import loaded_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rehearsal.cast import PlayedMentor, PlayedStudent
    from rehearsal.sheets import CastRow

FUNDED, OWN = "省级资助", "自筹"
_POINTS: Mapping[str, tuple[int, int]] = {EXCELLENT: (90, 98), QUALIFIED: (65, 84), FAILED: (40, 55)}
"""The scores that go with a grade, from and to."""


def mentor_name(mentor: PlayedMentor) -> str:
    """Name a mentor."""
    return people.person(mentor.city, "导师", mentor.place)


def mentor_unit(mentor: PlayedMentor) -> str:
    """Name a mentor's institution."""
    return people.institution(mentor.city, mentor.place - 1)


def student_name(student: PlayedStudent) -> str:
    """Name a student; a namesake is called like the second of the city."""
    return people.person(student.city, "学生", 2 if student.namesake else student.place)


def number(student: PlayedStudent) -> str:
    """Give the 报名号."""
    return f"{student.city.code}-{student.year.year}-{student.place:04}"


def school(student: PlayedStudent) -> str:
    """Name a student's school."""
    return people.school(student.city, student.place - 1)


def grade(student: PlayedStudent) -> str:
    """Give the grade; the first junior of a city is in the lowest."""
    figures = student.year.figures
    grades = figures.junior_grades if student.junior else figures.senior_grades
    return grades[0] if student.place == JUNIOR else student.dice("grade").choice(grades)


def born(student: PlayedStudent) -> date:
    """A day in the year that goes with the grade. Who is in the lowest is under the age of consent when he applies.

    A namesake has a month of his own, so that nobody takes the two for one.
    """
    figures, dice = student.year.figures, student.dice("born")
    order = (*figures.junior_grades, *figures.senior_grades)
    age = figures.consent_age + order.index(grade(student))
    return date(student.year.year - age, 3 if student.namesake else dice.randint(4, 12), dice.randint(1, 28))


def subject_rank(student: PlayedStudent) -> Decimal:
    """A subject rank within the figure; far outside it for the one whom the city did not take for that."""
    bound = Decimal(student.year.figures.subject_rank)
    if not student.taken and student.recommended:
        return min(bound * 3 + 1, Decimal(100))
    return student.dice("subject rank").randint(5, 99) * bound / 100


def overall_rank(student: PlayedStudent) -> Decimal | None:
    """Give an overall rank, or none, as every third student has none."""
    if not student.taken and student.recommended:
        return min(Decimal(student.year.figures.overall_rank) * 3 - 5, Decimal(100))
    return None if student.place % 3 == 1 else Decimal(student.dice("overall rank").randint(10, 300)) / 10


def score(student: PlayedStudent) -> int:
    """Give the test score: at or above the cut line for those who are called to the interviews."""
    dice = student.dice("score")
    return dice.randint(student.line, 99) if student.listed else student.line - dice.randint(1, 30)


def interview_score(student: PlayedStudent) -> int | None:
    """Give the interview score, the higher ones to those admitted; none for one who did not come."""
    low, high = (85, 97) if student.admitted else (60, 84)
    return student.dice("interview").randint(low, high) if student.came else None


def funding(student: PlayedStudent) -> str | None:
    """Say who pays for one who is admitted."""
    return (FUNDED if student.funded else OWN) if student.admitted else None


def honours(mentor: PlayedMentor) -> tuple[str, ...]:
    """Give a mentor one of the year's honours, or the last two; none where he is `bare`."""
    named = mentor.year.figures.honours
    some = [*((honour,) for honour in named), named[-2:]]
    return () if mentor.bare else mentor.dice("honours").choice(some)


def elite(mentor: PlayedMentor) -> bool:
    """Say who is a 拔尖计划 mentor: a third, and all where the year has no honours, but no `bare` one."""
    return not mentor.bare and (not honours(mentor) or mentor.dice("elite").random() < 1 / 3)


def team_degree(member: CastRow) -> str:
    """Give a member of a team a degree that the year asks, where it asks any."""
    return next(iter(member.cast.year.figures.team_degrees), "硕士")


def team_title(member: CastRow) -> str:
    """Give a member of a team the least title that the year asks, or one below it, where the degree will do."""
    figures = member.cast.year.figures
    least, below = figures.team_titles[-1:], ("中级",) if figures.team_degrees else ()
    assert member.mentor is not None
    chosen: str = member.mentor.dice(f"title {member.place}").choice((*least, *below))
    return chosen


def points(dimension: int) -> Callable[[PlayedStudent], int]:
    """Make the score of the dimension at a place, as the grade has it."""
    return lambda student: student.dice(f"dimension {dimension}").randint(*_POINTS[student.result])


def before(phase: str, days: int) -> Callable[[Any], date]:
    """Give the day so many days before the workbooks of a phase are loaded."""
    return lambda row: loaded_on(row.year, phase) - timedelta(days)
