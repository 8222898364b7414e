"""What is done to whatever runs, and what came of it: rows of a table, each beside one with a guard taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.support.outbox import Account

AT_ONCE, WITH_PREFECT = 10.0, 120.0
"""Seconds within which it works again: by itself, and where Prefect has to begin anew."""

NEVER = float("inf")


@dataclass(frozen=True)
class Row:
    """What is done, while what is under way; within how many seconds all has to work again."""

    what: str
    load: str
    limit: float = AT_ONCE
    short: bool = False
    """Whether the short form, which starts nothing of Prefect's, has it too."""


@dataclass(frozen=True)
class Stood:
    """What was lost, what was there twice, and after how many seconds all worked again, at the worst."""

    lost: int
    doubled: int
    seconds: float

    def __add__(self, other: Stood) -> Stood:
        return Stood(self.lost + other.lost, self.doubled + other.doubled, max(self.seconds, other.seconds))

    def holds(self, limit: float) -> bool:
        return not self.lost and not self.doubled and self.seconds <= limit

    @classmethod
    def of(cls, account: Account, seconds: float) -> Stood:
        """Of letters: one of which nobody knows is lost, one that nobody owed is too many."""
        return cls(account.lost + account.unknown, account.extra + account.unexpected, seconds)


NOTHING = Stood(0, 0, 0.0)
Found = tuple[str, Stood]
Findings = Iterator[Found]
"""What was found, by the name of its row."""

Job = Callable[[], tuple[Findings, Findings]]
"""Gives what was found with all guards there, and with one taken out; several rows may share what they are tried on."""
