"""One look at a day that somebody is about to be given: which weekday it is, whether it is too far or too soon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.working_days import WEEKDAYS

if TYPE_CHECKING:
    from datetime import date

    from calendars.working_days import WorkingDays

FAR = 60
"""Days past the calendar's own due day from which on a day is taken for a slip of the pen until it is typed again."""


@dataclass(frozen=True, slots=True)
class CheckedDay:
    """A due day looked at. `late` counts the days past the calendar's.

    `better` is the nearest day that leaves room to work, None where this one does; `left` are then the working days
    from now up to it.
    """

    day: date
    base: date
    late: int
    left: int
    better: date | None
    works: bool
    why: str

    @property
    def far(self) -> bool:
        """Whether it is to be typed again."""
        return self.late > FAR

    @property
    def named(self) -> str:
        """Give the day with its weekday."""
        return with_weekday(self.day)


def with_weekday(day: date) -> str:
    """2022-01-22（星期六）."""
    return f"{day}（星期{WEEKDAYS[day.weekday()]}）"


def checked_day(day: date, base: date, today: date, grace: int, days: WorkingDays) -> CheckedDay:
    """Look at a day, that day included, against the calendar's and against `grace` working days from today."""
    soonest = days.after(today, grace)
    soon = day < soonest
    better, left = (soonest, days.left(today, day)) if soon else (None, 0)
    return CheckedDay(day, base, (day - base).days, left, better, days.is_working(day), days.why(day))
