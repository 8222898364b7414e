"""Instants that come from an address: whatever was typed, one that the year can be asked about."""

from __future__ import annotations

from datetime import datetime

from calendars.deadlines import TZ

EARLIEST = datetime(2000, 1, 1, tzinfo=TZ)
"""Nothing was before: the edges of what a datetime can hold cannot be turned into another time zone."""


def sensible(as_of: datetime, now: datetime) -> datetime:
    """Give an instant between the programme's beginning and now, in Shanghai's time, which it has without an offset."""
    if as_of.year < EARLIEST.year:
        return EARLIEST
    if as_of.year > now.year + 1:
        return now
    return min(now, as_of.replace(tzinfo=TZ) if as_of.tzinfo is None else as_of.astimezone(TZ))
