"""What the server should hold: one deployment a phase with the moments of its years, and the frequent ones. Pure.

A schedule is named by what it is and when, so the same moment has the same slug for ever, and a moment that moves is
one schedule gone and another come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendars.moments import moments
from phases.book import BOOK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from calendars.moments import Moment
    from calendars.year import Year

NAME = "talent"
BEATING = "beat"
"""The name of a beat on the server, however long it is: so what an officer paused stays paused."""

BEAT = timedelta(minutes=30)
"""How often `watch` and `post` run, where nothing else is set and nothing was asked for between."""

AFTER = timedelta(seconds=20)
"""How long after the beat `watch` runs, and `post` after `watch`: what is on the minute has begun by then."""


@dataclass(frozen=True, slots=True)
class Once:
    """One run, at one aware instant, of one year."""

    slug: str
    instant: datetime
    year: int


@dataclass(frozen=True, slots=True)
class Every:
    """A run each `period`, `offset` after its beginning."""

    slug: str
    period: timedelta
    offset: timedelta


Schedule = Once | Every


@dataclass(frozen=True, slots=True)
class Deployment:
    """A flow by its name on the server and its dotted entrypoint, with its schedules in order of time."""

    flow: str
    entrypoint: str
    schedules: tuple[Schedule, ...] = ()

    @property
    def calendar(self) -> bool:
        """Whether its runs are moments of the calendar."""
        return any(isinstance(schedule, Once) for schedule in self.schedules)

    @property
    def beats(self) -> bool:
        """Whether it runs again and again, each run doing all that is owed by then."""
        return any(isinstance(schedule, Every) for schedule in self.schedules)


def plan(years: Iterable[Year], beat: timedelta = BEAT) -> tuple[Deployment, ...]:
    """Give every deployment of these years: the phases in order, then watch, post, rerun, rehearse.

    A phase that an earlier release opened, and this one has no flow for, is left to watch. `watch` and `post` run each
    `beat`, apart from each other and from the moments of the calendar, which are on the minute.
    """
    after = min(AFTER, beat / 3)
    kept = tuple(sorted(years, key=lambda year: year.year))
    phases = dict.fromkeys(phase.slug for year in kept for phase in year.phases if phase.slug in BOOK.phases)
    return (
        *(Deployment(slug, of_phase(slug), tuple(_of_phase(slug, kept))) for slug in phases),
        Deployment("watch", entrypoint("watch"), (Every(BEATING, beat, after),)),
        Deployment("post", "flows.deliver.post", (Every(BEATING, beat, after * 2),)),
        Deployment("rerun", entrypoint("rerun")),
        Deployment("rehearse", entrypoint("rehearse")),
    )


def entrypoint(flow: str) -> str:
    """Give the dotted path of a flow that has a module of its own."""
    return f"flows.{flow}.{flow}"


def of_phase(slug: str) -> str:
    """Give the dotted path of a phase's flow: `year-end` is `year_end` in the one module of them all."""
    return f"flows.phase_flows.{slug.replace('-', '_')}"


def _of_phase(phase: str, years: Iterable[Year]) -> Iterator[Once]:
    found = (_once(year.year, moment) for year in years for moment in moments(year) if moment.phase == phase)
    return iter(dict.fromkeys(found))


def _once(year: int, moment: Moment) -> Once:
    return Once(f"{year}-{moment.kind}-{moment.instant:%Y%m%dT%H%M}", moment.instant, year)
