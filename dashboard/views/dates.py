"""Days and instants as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.deadlines import TZ, day_of
from calendars.working_days import WEEKDAYS

if TYPE_CHECKING:
    from datetime import date, datetime


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


def clock(value: datetime) -> str:
    """Show an instant with its weekday: 2022-02-07 周一 09:00."""
    at = value.astimezone(TZ)
    return f"{at:%Y-%m-%d} {weekday(day_of(at))} {at:%H:%M}"
