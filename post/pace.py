"""How fast letters may go: one every so often, as the relay's hourly quota wants it."""

from __future__ import annotations


class Pace:
    """At most `per_minute` letters a minute, evenly spaced; None holds nothing back. Times are of one clock, in s."""

    def __init__(self, per_minute: int | None) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0

    def is_free(self, now: float) -> bool:
        """Whether a letter may go at once."""
        return self._next <= now

    def reserve(self, now: float) -> float:
        """Take the next place; give the seconds until it comes."""
        place = max(now, self._next)
        self._next = place + self._gap
        return place - now
