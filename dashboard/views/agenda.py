"""What today brings: what the calendar does, what awaits the province, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from acts.last_word import last_work
from calendars.deadlines import day_of
from calendars.moments import moments
from dashboard.views.dates import said_at
from letters.occurrences import reminds_parties
from models.waiting import chases, waiting

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendars.deadlines import Due
    from calendars.moments import Moment
    from calendars.year import City, Phase
    from models.reports import Matrix

NEXT = 6
"""How many of the next moments are shown."""

NAMED = 8
"""How many cities a task names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class ProvinceTask:
    """What awaits the province in one phase: what it is, of which cities, and by which day of its own (None: at once).

    `rest` is how many working days that leaves, negative once the day has gone by.
    """

    what: str
    phase: Phase
    cities: tuple[City, ...]
    due: Due | None = None
    rest: int = 0

    @property
    def named(self) -> tuple[City, ...]:
        """The cities that are named."""
        return self.cities[:NAMED]

    @property
    def more(self) -> int:
        """How many are only counted."""
        return len(self.cities) - len(self.named)

    @property
    def left(self) -> str:
        """Say how long there is."""
        if self.rest < 0:
            return "已过省办期限"
        return "今天到期" if self.rest == 0 else f"剩 {self.rest} 个工作日"


@dataclass(frozen=True, slots=True)
class AgendaMoment:
    """What the calendar does, on its day: a deadline's instant is the next day's 00:00, which people call 24:00."""

    day: date
    time: str
    label: str
    done: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """A day's agenda: its own moments, what is to be decided (the most urgent first), who is late, what comes next."""

    today: tuple[AgendaMoment, ...]
    decide: tuple[ProvinceTask, ...]
    late: tuple[ProvinceTask, ...]
    coming: tuple[AgendaMoment, ...]


def agenda(matrix: Matrix) -> Agenda:
    """Give the agenda of the instant that a matrix shows; it announces nothing that would concern nobody."""
    day = day_of(matrix.as_of)
    reminded = {one.slug for one in matrix.year.phases if reminds_parties(matrix.book.dealings(one, matrix.year))}
    happening = (one for one in moments(matrix.year, reminded) if one.instant <= matrix.as_of or chases(matrix, one))
    every = [_happening(moment, matrix.as_of) for moment in happening]
    today = tuple(one for one in every if one.day == day)
    coming = tuple(one for one in every if one.day > day)[:NEXT]
    return Agenda(today, to_decide(matrix), late(matrix), coming)


def _happening(moment: Moment, as_of: datetime) -> AgendaMoment:
    return AgendaMoment(*said_at(moment.instant, moment.kind), moment.label, moment.instant <= as_of)


def to_decide(matrix: Matrix) -> tuple[ProvinceTask, ...]:
    """Give the filings that await the province, by phase, due day and what it can do, the most urgent first."""
    found: dict[tuple[str, Due, str], list[City]] = {}
    for one in waiting(matrix, province=True):
        what = last_work(matrix.book, one.phase, unfinished=one.pending.unfinished)
        found.setdefault((one.phase.slug, one.pending.due, what), []).append(one.city)
    tasks = [_decision(matrix, slug, due, what, cities) for (slug, due, what), cities in found.items()]
    return tuple(task for _, task in sorted(tasks, key=lambda dated: dated[0]))


def _decision(matrix: Matrix, slug: str, due: Due, what: str, cities: list[City]) -> tuple[date, ProvinceTask]:
    phase, today = matrix.year.phase(slug), day_of(matrix.as_of)
    rest = -1 if matrix.as_of >= due.instant else matrix.year.working_days.left(today, due.day)
    return due.day, ProvinceTask(what, phase, tuple(cities), due, rest)


def late(matrix: Matrix) -> tuple[ProvinceTask, ...]:
    """Give the late cities, phase by phase."""
    phases = groupby(waiting(matrix, province=False), lambda one: one.phase)
    return tuple(ProvinceTask("逾期", phase, tuple(one.city for one in found)) for phase, found in phases)
