"""How fast letters may go: one every so often, as the relay's hourly quota wants it, or as it says itself."""

from __future__ import annotations

FIRST_SECONDS, EASING, FURTHER = 0.1, 0.95, 8


class Pace:
    """At most `per_minute` letters a minute, evenly spaced; None holds nothing back. Times are of one clock, in s.

    Each `slow_down` doubles the space between them, up to `slowest` seconds, and where the quota alone leaves as much,
    up to `FURTHER` times that; with every letter it shrinks again.
    """

    def __init__(self, per_minute: int | None, slowest: float = 0.0) -> None:
        self._least = 60.0 / per_minute if per_minute else 0.0
        self._most = max(slowest, FURTHER * self._least)
        self._gap = self._least
        self._next = 0.0

    def is_free(self, now: float) -> bool:
        """Whether a letter may go at once."""
        return self._next <= now

    def reserve(self, now: float) -> float:
        """Take the next place; give the seconds until it comes."""
        place = max(now, self._next)
        self._next = place + self._gap
        self._gap = self._eased()
        return place - now

    def slow_down(self) -> None:
        """Leave more space from now on."""
        self._gap = min(max(2 * self._gap, FIRST_SECONDS), self._most)

    def _eased(self) -> float:
        eased = max(self._gap * EASING, self._least)
        return eased if eased >= FIRST_SECONDS / 2 else self._least
