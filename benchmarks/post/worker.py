"""A process that works a long queue down for a while, and says how much memory it had at the most, in KB."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from benchmarks.post.season import posted
from models.database import Database
from phases.book import BOOK
from post.couriers import Delivery, Wanted, always
from post.message import Outgoing
from post.relay import Relay
from post.smtp import SmtpCourier

SENT = 20_000


class Enough(SmtpCourier):
    """The courier, which finds nobody there once it has handed over so many."""

    left = SENT

    async def settling(self, letters: Sequence[Outgoing], wanted: Wanted = always) -> AsyncIterator[Sequence[Delivery]]:
        self.left -= len(letters)
        if self.left < 0:
            yield [Delivery(letter.key, "retry", "", tried=False) for letter in letters]
            return
        async for some in super().settling(letters, wanted):
            yield some


def most_memory() -> str:
    """The most that this program had, in KB: what `getrusage` gives may be the most of who started it."""
    found = re.search(r"^VmHWM:\s*(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


if __name__ == "__main__":
    url, port, out = sys.argv[1:]
    posted(Database(url, BOOK), Enough(Relay("127.0.0.1", int(port), "none", connections=10)))
    os.write(int(out), most_memory().encode())
