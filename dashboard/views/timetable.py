"""The moments of a year as a list by month: each on its day, and why offices work on that day or do not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from calendars.deadlines import TZ
from dashboard.views.dates import said_at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from calendars.moments import Moment
    from calendars.working_days import WorkingDays


@dataclass(frozen=True, slots=True)
class TimetableEntry:
    """A moment: its day, the hour on it (a due day ends at 24:00), what it is, what day that is, whether it is past."""

    instant: datetime
    day: date
    hour: str
    label: str
    phase: str
    why: str
    past: bool


def entry(moment: Moment, days: WorkingDays, as_of: datetime) -> TimetableEntry:
    """Word a moment. A deadline is the first instant too late: it is shown at the end of its due day."""
    at = moment.instant.astimezone(TZ)
    day, hour = said_at(at, moment.kind)
    return TimetableEntry(at, day, hour, moment.label, moment.phase, days.why(day), at <= as_of)


def by_month(
    moments: Iterable[Moment], days: WorkingDays, as_of: datetime
) -> tuple[tuple[str, tuple[TimetableEntry, ...]], ...]:
    """Give the moments, which come in order of time, by the month of their day."""
    entries = sorted((entry(moment, days, as_of) for moment in moments), key=lambda one: one.day)
    months = groupby(entries, key=lambda one: f"{one.day.year} 年 {one.day.month} 月")
    return tuple((month, tuple(found)) for month, found in months)
