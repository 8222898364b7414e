"""Whose rows a sheet has: one a mentor, one a student in training, one a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rehearsal import people
from rehearsal.events import CULTIVATION, MIDTERM, YEAR_END, loaded_on
from rehearsal.values import mentor_name, mentor_unit, school

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from calendars.year import SummaryKind
    from rehearsal.cast import Cast, PlayedMentor, PlayedStudent


@dataclass(frozen=True, slots=True)
class StudentDay:
    """One of several rows of a student: `place` among them, counted from 1, and its day."""

    student: PlayedStudent
    place: int
    day: date


@dataclass(frozen=True, slots=True)
class CastRow:
    """A row about the city itself, an institution or a school by place from 0, or one that goes with a mentor.

    `words` are its values in the order of the columns, where one goes with the other.
    """

    cast: Cast
    place: int
    mentor: PlayedMentor | None = None
    words: tuple[object, ...] = ()


def _units(count: int) -> Callable[[Cast], Iterator[CastRow]]:
    return lambda cast: (CastRow(cast, place) for place in range(count))


def _team(cast: Cast) -> Iterator[CastRow]:
    """Two members a mentor."""
    return (CastRow(cast, 2 * mentor.place + one, mentor) for mentor in cast.mentors for one in (-1, 0))


def _visits(cast: Cast) -> Iterator[StudentDay]:
    """A visit every three weeks, or as often as it takes, from the first Saturday or so of the training."""
    first = cast.year.phase(CULTIVATION).opens + timedelta(4)
    days = (loaded_on(cast.year, CULTIVATION) - first).days
    for student in cast.admitted:
        gap = timedelta(min(21, days // student.visits))
        yield from (StudentDay(student, at, first + gap * (at - 1)) for at in range(1, student.visits + 1))


def _stages(cast: Cast) -> Iterator[StudentDay]:
    """Each training stage of each student, on a day of its last month; a leaver has those before he left."""
    last = loaded_on(cast.year, CULTIVATION) - timedelta(4)
    for student in cast.admitted:
        for place, stage in enumerate(cast.year.figures.stages, start=1):
            first = (cast.year.days_of(stage)[1] - timedelta(1)).replace(day=1)
            day = min(first + timedelta(9), last)
            if student.stays or day < loaded_on(cast.year, MIDTERM):
                yield StudentDay(student, place, day)


def _summaries(cast: Cast) -> Iterator[CastRow]:
    """The city's, and those of the mentors, schools and institutions of students in training, as the year asks."""
    day = loaded_on(cast.year, YEAR_END)
    mentors = {student.mentor.place: student.mentor for student in cast.training}.values()
    asked: dict[SummaryKind, list[tuple[str, str | None]]] = {
        "市级": [(f"{cast.city.name}市级管理办公室", None)],
        "导师": [(mentor_unit(mentor), mentor_name(mentor)) for mentor in mentors],
        "中学": [(name, None) for name in sorted({school(student) for student in cast.training})],
        "高校": [(name, None) for name in sorted({mentor_unit(mentor) for mentor in mentors})],
    }
    for kind in cast.year.figures.summaries_owed:
        for unit, name in asked[kind]:
            yield CastRow(cast, 0, words=(kind, unit, name, day - timedelta(1 if kind == "市级" else 4)))


def _funds(cast: Cast) -> Iterator[CastRow]:
    """Two fifths for organising, the rest for what was done: to the yuan, all that the city was given."""
    given = cast.year.figures.city_funds
    yield CastRow(cast, 0, words=("组织发动", given * 2 // 5))
    yield CastRow(cast, 1, words=("活动开展", given - given * 2 // 5))


def _targets(cast: Cast) -> Iterator[CastRow]:
    yield CastRow(cast, 0, words=("培养人数", str(len(cast.admitted)), str(len(cast.training))))


ROWS: Mapping[str, Callable[[Cast], Iterable[Any]]] = MappingProxyType(
    {
        "institutions": _units(len(people.INSTITUTIONS)),
        "mentors": lambda cast: cast.mentors,
        "team": _team,
        "schools": _units(len(people.SCHOOLS)),
        "students": lambda cast: cast.students,
        "scores": lambda cast: cast.taken,
        "cut_lines": lambda cast: [CastRow(cast, 0, words=line) for line in cast.lines],
        "interviews": lambda cast: cast.listed,
        "meetings": _units(1),
        "attendance": lambda cast: cast.admitted,
        "plans": lambda cast: cast.admitted,
        "visits": _visits,
        "logs": _stages,
        "talks": _stages,
        "results": lambda cast: cast.admitted,
        "materials": lambda cast: cast.training,
        "summaries": _summaries,
        "funds": _funds,
        "targets": _targets,
        "evaluations": lambda cast: cast.training,
    }
)
"""By sheet, what makes its rows of a city's season, one row each."""
