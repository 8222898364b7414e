"""What the relay's own log (Postfix's format) tells of messages whose worker died before it read the answer.

A message is refused only where every transaction that could have carried it came to another end. The log must be
complete: a log daemon that drops lines under load breaks the promise.
"""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from letters.log_files import BROKEN, generation, lines
from letters.log_times import instant
from letters.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from letters.transactions import Transaction
    from letters.witnesses import Fate

SETTLE_SECONDS = 2.0
"""How long the relay is given to log what a worker that has just died had sent."""

LOOKS = 10
"""How often the log is read again, a moment apart, while something is under way that could be the message."""

TOLERANCE = timedelta(seconds=2)
"""How much before it was taken in hand a letter's transaction may seem to begin. The old format cuts off up to a
second, and two clocks that are kept right differ by less than another. Within two seconds no letter is taken over,
bounces, is settled by a person and taken in hand again.
"""

LONGEST = timedelta(hours=1)
"""What began so long before the log's last line is not under way any more, though no line tells its end: the connection
of a dead worker ends with it, and the relay waits no more than minutes for anything.
"""


class RelayLog:
    """The log at `path`, and the one rotated away before it."""

    def __init__(self, path: Path, settle: float = SETTLE_SECONDS) -> None:
        self.path, self.settle = path, settle

    def fates(self, asked: Mapping[str, datetime], at: datetime) -> Mapping[str, Fate]:
        """Read until nothing is under way that could be one of them; what then still is, is left out."""
        time.sleep(self.settle)
        try:
            return self._fates(asked, at)
        except (*BROKEN, ValueError):
            return dict.fromkeys(asked, "untold")

    def _fates(self, asked: Mapping[str, datetime], at: datetime) -> Mapping[str, Fate]:
        read = all_of(self.path)
        before = len(read.every)  # what began later cannot be a dead worker's
        for _ in range(LOOKS):
            told = _Told(read, before, at)
            found = {key: told.fate(key, since) for key, since in asked.items()}
            if None not in found.values():
                break
            time.sleep(self.settle / LOOKS)
            read = all_of(self.path)
        return {key: fate for key, fate in found.items() if fate is not None}


def all_of(path: Path) -> Transactions:
    """Read the log and the one before it; again where it was rotated meanwhile, for a file may have been missed."""
    read, files = Transactions(), generation(path)
    read.take_in(lines(files))
    return read if generation(path) == files else all_of(path)


class _Told:
    """What the first `count` transactions tell of messages, as of `at`."""

    def __init__(self, read: Transactions, count: int, at: datetime) -> None:
        self._at = at
        self._began = self._ended = None
        self._of: defaultdict[str, list[Transaction]] = defaultdict(list)
        if read.first:
            self._began, self._ended = instant(read.first, at), instant(read.last, at)
        for one in read.every[:count]:
            self._of[one.message_id].append(one)
        self._nameless = [one for one in self._of[""] if one.end == "accepted" or self._is_under_way(one)]

    def fate(self, key: str, since: datetime) -> Fate | None:
        """Give what became of a message that was handed over no earlier than `since`; None where it is under way.

        What was told of it before that is of another time that it was sent.
        """
        if self._began is None or self._began > since:
            return "untold"
        named, nameless = (self._begun_since(since, some) for some in (self._of[key], self._nameless))
        ends = {one.end for one in named}
        if "accepted" in ends:
            return "accepted"
        if any(map(self._is_under_way, (*named, *nameless))):
            return None
        return "refused" if ends <= {"refused"} and not nameless else "untold"

    def _begun_since(self, since: datetime, some: Sequence[Transaction]) -> list[Transaction]:
        return [one for one in some if instant(one.when, self._at) >= since - TOLERANCE]

    def _is_under_way(self, one: Transaction) -> bool:
        if one.end or one.over or self._ended is None:
            return False
        return instant(one.when, self._at) > self._ended - LONGEST
