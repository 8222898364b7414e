"""A queue of a million letters: what a claim costs there and in a short one, and what memory a worker needs."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from acts.open_year import open_year
from benchmarks.post.relay import sink
from benchmarks.post.season import OPENING, STAMP, YEAR, posted
from calendars.files import load
from letters.campaigns import campaign
from letters.couriers import Delivery
from letters.message import Outgoing
from letters.relay import Relay
from letters.smtp import SmtpCourier
from letters.specimens import specimen
from models import post
from models.columns import table_of
from models.database import Database
from models.outbox import keep
from models.season import Letter

SHORT, LONG = 10_000, 1_000_000
BATCHES = 15
CHUNK = 5_000
SENT = 20_000


@contextmanager
def queue(letters: int) -> Iterator[Database]:
    """Give a database with so many letters queued and due, each to another recipient."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'talent.db'}")
        database.upgrade()
        open_year(database, load(YEAR), STAMP)
        year = load(YEAR)
        words = campaign(specimen(year, "reminder", "midterm", "mentor", year.cities[0]))
        said = (words.text, words.html, None)
        with database.write() as connection:
            body = keep(connection, [said])[said]
        for first in range(0, letters, CHUNK):
            with database.write() as connection:
                count = min(CHUNK, letters - first)
                connection.execute(insert(table_of(Letter)), rows(first, count, words.subject, body))
        database.dispose()  # what the filling left in the write-ahead log is no part of a claim
        yield database
        database.dispose()


def rows(first: int, count: int, subject: str, body: str) -> Sequence[dict[str, Any]]:
    same = {
        "year": YEAR,
        "phase": "midterm",
        "city": "nanjing",
        "attempt": "1",
        "kind": "reminder",
        "slot": "7",
        "concerns": "nanjing",
        "state": "queued",
        "tries": 0,
        "subject": subject,
        "body": body,
        "queued_at": OPENING,
        "queued_as_of": OPENING,
        "due_at": OPENING,
    }
    return [
        same
        | {
            "recipient": f"mentor:{number}",
            "addressee": f"王导师{number}老师",
            "address": f"m{number}@u.example",
            "message_id": f"<{number:040}@talent.example>",
        }
        for number in range(first, first + count)
    ]


def claims(database: Database) -> list[float]:
    """Seconds of each of the first batches; the very first one, which reads the schema, left out."""
    times = []
    for _ in range(BATCHES + 1):
        begun = perf_counter()
        held = post.claim(database, "benchmark", OPENING, OPENING)
        times.append(perf_counter() - begun)
        assert len(held) >= post.BATCH
    return times[1:]


class Enough(SmtpCourier):
    """The courier, which finds nobody there once it has handed over so many."""

    left = SENT

    async def settling(self, letters: Sequence[Outgoing]) -> AsyncIterator[Sequence[Delivery]]:
        self.left -= len(letters)
        if self.left < 0:
            yield [Delivery(letter.key, "retry", "", tried=False) for letter in letters]
            return
        async for some in super().settling(letters):
            yield some


def memory(database: Database) -> int:
    """The most memory, in MB, of a process that works a long queue down for a while: its own, nothing shared."""
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    with sink() as running:
        database.dispose()
        pid = os.fork()
        if not pid:
            os.execv(
                sys.executable,
                [sys.executable, "-m", "benchmarks.post.million", database.url, str(running.port), str(writer)],
            )
        os.waitpid(pid, 0)
    os.close(writer)
    return int(os.read(reader, 20)) // 1024


def flatness(console: Console) -> None:
    """Measure and show."""
    table = Table(title=f"Claiming {post.BATCH} letters, median of {BATCHES}", title_justify="left")
    for name in ("queued", "ms a batch", "times the first", "wanted", "MB"):
        table.add_column(name, justify="right")
    first = 0.0
    for letters in (SHORT, LONG):
        with queue(letters) as database:
            most = memory(database) if letters == LONG else 0
            took = median(claims(database))
        first = first or took
        table.add_row(
            f"{letters:,}", f"{took * 1000:.1f}", f"{took / first:.2f}", "≤ 1.50" if letters == LONG else "", f"{most}"
        )
    console.print(table)
    console.print(f"MB: the most memory of a worker that sends up to {SENT:,} of them (wanted ≤ 150)")


if __name__ == "__main__":
    url, port, out = sys.argv[1:]
    done = posted(Database(url), Enough(Relay("127.0.0.1", int(port), "none", connections=10)))
    os.write(int(out), str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss).encode())
