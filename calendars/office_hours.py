"""Office hours: when letters leave that nobody's hand causes. A state changes at its instant, its letter waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendars.deadlines import day_of, start_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendars.working_days import WorkingDays


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """From the hour `first` of each working day up to, and without, the hour `last`; in Asia/Shanghai."""

    days: WorkingDays
    first: int
    last: int

    def on_or_after(self, instant: datetime) -> datetime:
        """Give the instant itself where it lies in office hours, else when they begin next."""
        day = day_of(instant)
        if self.days.is_working(day):
            if instant < self._at(day, self.first):
                return self._at(day, self.first)
            if instant < self._at(day, self.last):
                return instant
        return self._at(self.days.on_or_after(day + timedelta(days=1)), self.first)

    def closing(self, day: date) -> datetime:
        """Give the last instant of a working day's office hours."""
        return self._at(day, self.last) - timedelta.resolution

    def hold(self, instant: datetime) -> bool:
        """Tell whether an instant lies in office hours."""
        return self.on_or_after(instant) == instant

    def a_day_after(self, instant: datetime) -> datetime:
        """Give the same hour of the working day after the one on which something leaves that was due then."""
        left = self.on_or_after(instant)
        return left + timedelta(days=(self.days.after(day_of(left), 1) - day_of(left)).days)

    @staticmethod
    def _at(day: date, hour: int) -> datetime:
        return start_of(day) + timedelta(hours=hour)
