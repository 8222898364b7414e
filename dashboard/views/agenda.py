"""What today brings: what the calendar does, what awaits the province, and until when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from acts.last_word import last_work
from calendars.deadlines import day_of
from calendars.moments import moments_of, of_calendar, party_moments
from dashboard.views.dates import said_at
from gates.states import State
from letters.occurrences import reminds_parties
from models.waiting import concerns, waiting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from calendars.deadlines import Due
    from calendars.moments import Moment, MomentKind
    from calendars.year import City, Phase, Year
    from models.reports import Matrix, Standing, Standings

NEXT = 6
"""How many of the next moments are shown."""

FEW = 3
"""How many cities a moment names; more are counted."""

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
    """What a day brings, as people say it: a deadline's instant is the next day's 00:00, which they call 24:00."""

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
    every = happening(matrix)
    today = tuple(one for one in every if one.day == day)
    return Agenda(today, to_decide(matrix), late(matrix), tuple(one for one in every if one.day > day)[:NEXT])


def of_city(found: Standings, slug: str) -> tuple[AgendaMoment, ...]:
    """Give what comes next for one city, by its own days; the province's days are none of its business."""
    day, own = day_of(found.as_of), replace(found, cities={slug: found.cities[slug]})
    every = happening(own, named=False, left_out="province-due")
    return tuple(one for one in every if one.day >= day and not one.done)[:NEXT]


def happening(found: Standings, *, named: bool = True, left_out: MomentKind | None = None) -> list[AgendaMoment]:
    """Give what concerns any city, each by the days it has as things stand, in order of time, then of the phases.

    What is not of the calendar's own days is said with whom it concerns, where they are to be `named`.
    """
    whose = {moment: cities for moment, cities in _whose(found).items() if moment.kind != left_out}
    general = {moment for phase in found.year.phases for moment in _moments(found, phase, *of_calendar(phase))}
    return [
        AgendaMoment(
            *said_at(moment.instant, moment.kind),
            moment.label + (_named(found.year, cities) if named and moment not in general else ""),
            moment.instant <= found.as_of,
        )
        for moment, cities in sorted(whose.items(), key=lambda one: one[0].instant)
    ]


def _whose(found: Standings) -> dict[Moment, list[str]]:
    whose: dict[Moment, list[str]] = defaultdict(list)
    for place, phase in enumerate(found.year.phases):
        dated: dict[tuple[Due, Due | None], list[str]] = defaultdict(list)
        for slug, mine in found.cities.items():
            dated[mine[place].due, mine[place].second].append(slug)
        for days, cities in dated.items():
            for moment in _moments(found, phase, *days):
                whose[moment] += [slug for slug in cities if _concerned(moment, found.cities[slug][place], found.as_of)]
    return {moment: cities for moment, cities in whose.items() if cities}


def _moments(found: Standings, phase: Phase, due: Due, second: Due | None) -> Iterator[Moment]:
    yield from moments_of(found.year, phase, due, second)
    if reminds_parties(found.book.dealings(phase, found.year)):
        yield from party_moments(found.year, phase, due)


def _concerned(moment: Moment, one: Standing, as_of: datetime) -> bool:
    """Tell whether a moment concerns a city phase, or did: what had ended by then was in no past one."""
    if moment.instant > as_of:
        return concerns(moment, one, as_of)
    return one.state is not State.WITHDRAWN and (one.passed_at is None or one.passed_at > moment.instant)


def _named(year: Year, cities: list[str]) -> str:
    some = "、".join(year.city(slug).name for slug in cities[:FEW])
    return f"（{some}）" if len(cities) <= FEW else f"（{some}等 {len(cities)} 市）"


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
