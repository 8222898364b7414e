"""The times of a log's lines: in the new format with an offset, in the old one without a year and a zone."""

from __future__ import annotations

from datetime import datetime, timedelta

NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: month for month, name in enumerate(NAMES, 1)}
YEARS = 8
"""How many years back a time is looked for: so long may one wait for the next 29 February."""


def instant(when: str, at: datetime) -> datetime:
    """Give the instant of a line that was read at `at`. Raises ValueError where it is in neither format.

    What has no zone is this machine's; what has no year is the last such time, or one within a day of `at`: a line may
    be of the new year already, and the clock that `at` was read from a little behind.
    """
    if when[:3] not in MONTHS:
        return datetime.fromisoformat(when).astimezone()
    month, day, (hour, minute, second) = MONTHS[when[:3]], int(when[4:6]), map(int, when[7:].split(":"))
    newest = at.astimezone() + timedelta(days=1)
    for year in range(newest.year, newest.year - YEARS - 1, -1):
        try:
            found = datetime(year, month, day, hour, minute, second).astimezone()
        except ValueError:
            continue  # 29 February
        if found <= newest:
            return found
    raise ValueError(when)
