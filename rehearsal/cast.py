"""Who is in a city's season, and what becomes of each of them: the course of the city, dealt out by the seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar

from phases import shortlist
from rehearsal.courses import COURSES, USUAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from calendars.year import City, Year
    from rehearsal.courses import Course

EXCELLENT, QUALIFIED, FAILED = "优秀", "合格", "不合格"
VISITS, VISITS_OF_A_LEAVER = 1, 5
"""Visits on campus beyond the year's figure, one fewer than it where they are short; those of one who leaves."""

REJECTED = 2
"""The last of a city's applicants are not taken: one ranks too low, one has no school's recommendation."""

LEAVING = "midterm"
"""The phase at which students leave training."""

JUNIOR, _EVERY = 5, 12
"""Of every dozen applicants the fifth is of a junior grade."""


@dataclass(frozen=True, slots=True)
class CastRole:
    """Somebody of a city, by place, counted from 1 among his kind."""

    kind: ClassVar[str]

    year: Year
    city: City
    seed: int
    place: int

    def dice(self, what: str) -> Random:
        """Give this person's own random numbers for one purpose, so that one value more changes no other."""
        return _dice(self.seed, self.city, f"{self.kind} {self.place} {what}")


@dataclass(frozen=True, slots=True)
class PlayedMentor(CastRole):
    """A mentor, who takes at most so many students (`places`); a `bare` one has no standing."""

    kind = "mentor"

    places: int
    bare: bool

    @property
    def subject(self) -> str:
        """The mentor's subject: each has one, in turn."""
        return self.year.subjects[(self.place - 1) % len(self.year.subjects)]


@dataclass(frozen=True, slots=True)
class PlayedStudent(CastRole):
    """An applicant. `result` is the province's grade at the end, "" for one who is not in training then."""

    kind = "student"

    mentor: PlayedMentor
    junior: bool
    taken: bool
    recommended: bool
    namesake: bool
    line: int
    listed: bool = False
    came: bool = False
    admitted: bool = False
    funded: bool = False
    stays: bool = False
    result: str = ""
    visits: int = 0

    @property
    def subject(self) -> str:
        """What he applied for; it may be another subject than the mentor's. Juniors have subjects of their own."""
        return _subject(self.year, self.place, junior=self.junior)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in a city's season; `lines` are the cut lines by subject."""

    year: Year
    city: City
    mentors: tuple[PlayedMentor, ...]
    students: tuple[PlayedStudent, ...]
    lines: tuple[tuple[str, int], ...]

    @property
    def taken(self) -> list[PlayedStudent]:
        """Those whom the city took."""
        return [student for student in self.students if student.taken]

    @property
    def listed(self) -> list[PlayedStudent]:
        """Those who are called to the interviews: where the year has no shortlist, all whom the city took."""
        short = any(phase.slug == shortlist.PHASE.slug for phase in self.year.phases)
        return [student for student in self.taken if student.listed or not short]

    @property
    def admitted(self) -> list[PlayedStudent]:
        """Those who are admitted."""
        return [student for student in self.students if student.admitted]

    @property
    def training(self) -> list[PlayedStudent]:
        """Those who are in training to the end."""
        return [student for student in self.students if student.stays]


def cast_of(year: Year, city: City, seed: int, times: int) -> Cast:
    """Deal a city's season out; `times` as many apply, come and are admitted as its course says."""
    course = COURSES.get(city.slug, USUAL)
    mentors = tuple(
        PlayedMentor(year, city, seed, place, 3 * times, place == course.bare) for place in range(1, course.mentors + 1)
    )
    lines = {subject: _dice(seed, city, subject).randint(50, 85) for subject in year.subjects}
    students = _students(year, city, seed, course, times, mentors, lines)
    return Cast(year, city, mentors, tuple(students), tuple(sorted(lines.items())))


def _dice(seed: int, city: City, whose: str) -> Random:
    return Random(f"{seed}/{city.slug}/{whose}")  # nosec B311 # noqa: S311 - invented rows, no secret


def _subject(year: Year, place: int, *, junior: bool) -> str:
    if junior:
        return year.figures.junior_subjects[place % len(year.figures.junior_subjects)]
    # One more than there are subjects, so that the turns of subjects and of mentors drift apart.
    return year.subjects[(place - 1) % (len(year.subjects) + 1) % len(year.subjects)]


def _students(
    year: Year,
    city: City,
    seed: int,
    course: Course,
    times: int,
    mentors: Sequence[PlayedMentor],
    lines: Mapping[str, int],
) -> Iterator[PlayedStudent]:
    figures, count = year.figures, course.applicants * times
    if not any(phase.slug == LEAVING for phase in year.phases):
        course = replace(course, leave=0)
    fates = _fates(_dice(seed, city, "fates"), course, times, mentors, figures.visits)
    for place in range(1, count + 1):
        junior = place % _EVERY == JUNIOR and bool(figures.junior_subjects and figures.junior_grades)
        dealt = PlayedStudent(
            year, city, seed, place, mentors[(place - 1) % len(mentors)], junior,
            taken=place <= count - REJECTED, recommended=place < count,
            namesake=course.namesake and place == _EVERY, line=lines[_subject(year, place, junior=junior)],
        )  # fmt: skip
        yield replace(dealt, **fates.get(place, {}))


Fate = dict[str, Any]
"""What of a student is otherwise than of one who is not called to the interviews."""


def _fates(
    dice: Random, course: Course, times: int, mentors: Sequence[PlayedMentor], visits: int
) -> Mapping[int, Fate]:
    """Give what becomes of those who are called to the interviews, by place; the first of all is one of them."""
    others = range(2, course.applicants * times - REJECTED + 1)
    listed = sorted([1, *dice.sample(others, course.listed * times - 1)])
    came = listed[: len(listed) - course.absent * times]
    admitted = sorted(_chosen(dice, came, mentors)[: course.admitted * times])
    fates: dict[int, Fate] = {place: {"listed": True, "came": place in came} for place in listed}
    for place in admitted:
        fates[place] |= {"admitted": True, "visits": VISITS_OF_A_LEAVER, "funded": place in admitted[: course.funded]}
    stay = admitted[: len(admitted) - course.leave]
    for place in stay:
        fates[place] |= {"stays": True, "visits": visits + VISITS, "result": QUALIFIED}
    fates[stay[0]]["result"] = EXCELLENT
    fates[stay[-1]] |= ({"result": FAILED} if course.failing else {}) | ({"visits": visits - 1} if course.short else {})
    return fates


def _chosen(dice: Random, came: Sequence[int], mentors: Sequence[PlayedMentor]) -> list[int]:
    """Shuffle those who came, without those for whom their mentor has no place left."""
    left = {at: mentor.places for at, mentor in enumerate(mentors)}
    chosen = []
    for place in dice.sample(came, len(came)):
        left[(place - 1) % len(mentors)] -= 1
        if left[(place - 1) % len(mentors)] >= 0:
            chosen.append(place)
    return chosen
