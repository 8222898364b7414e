"""Days and instants as people read them."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from calendars.deadlines import TZ
from calendars.working_days import WEEKDAYS

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendars.moments import MomentKind


def day(value: date) -> str:
    """Show a day: 2022-02-07."""
    return value.isoformat()


def short_day(value: date, year: int) -> str:
    """Show a day of a programme year shortly: 02-07, and 2023-01-31 where the calendar year is another."""
    return f"{value:%m-%d}" if value.year == year else day(value)


def weekday(value: date) -> str:
    """Show a day's weekday: 周一."""
    return f"周{WEEKDAYS[value.weekday()]}"


def moment(value: datetime) -> str:
    """Show an instant in Shanghai: 2022-02-07 09:00."""
    return f"{value.astimezone(TZ):%Y-%m-%d %H:%M}"


def said_at(value: datetime, kind: MomentKind) -> tuple[date, str]:
    """Give an instant's day and hour as people say them: midnight is 24:00 of the day that ends.

    Unless something opens at it: that is 00:00 of the day that begins.
    """
    at = value.astimezone(TZ)
    ends = kind != "opening" and at.time() == time()
    return at.date() - timedelta(days=ends), "24:00" if ends else f"{at:%H:%M}"


def clock(value: datetime, kind: MomentKind = "opening") -> str:
    """Show an instant with its weekday: 2022-02-07 周一 09:00; a deadline at midnight as 2022-02-20 周日 24:00."""
    on, hour = said_at(value, kind)
    return f"{on:%Y-%m-%d} {weekday(on)} {hour}"
