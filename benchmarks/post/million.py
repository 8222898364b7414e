"""A queue of a million letters: what a claim costs there and in a short one, and what memory a worker needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from sqlalchemy import insert

from acts.open_year import open_year
from benchmarks.measuring import Table, run
from benchmarks.post.relay import sink
from benchmarks.post.season import OPENING, STAMP, YEAR
from benchmarks.post.worker import SENT
from calendars.files import load
from letters.campaigns import campaign
from letters.specimens import specimen
from models import migrate
from models.columns import table_of
from models.database import Database
from models.outbox import Words, keep
from models.tables.season import Letter
from phases.book import BOOK
from post import claims

SHORT, LONG = 10_000, 1_000_000
BATCHES = 15
CHUNK = 5_000


@contextmanager
def queue(letters: int) -> Iterator[Database]:
    """Give a database with so many letters queued and due, each to another recipient."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'talent.db'}", BOOK)
        migrate.upgrade(database)
        open_year(database, load(YEAR), STAMP)
        year = load(YEAR)
        words = campaign(specimen(BOOK, year, "reminder", "midterm", "mentor", year.cities[0]))
        said = Words(words.text, words.html)
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


def times_of_claims(database: Database) -> list[float]:
    """Seconds of each of the first batches; the very first one, which reads the schema, left out."""
    times = []
    for _ in range(BATCHES + 1):
        begun = perf_counter()
        held = claims.claim(database, "benchmark", OPENING, OPENING)
        times.append(perf_counter() - begun)
        assert len(held) >= claims.BATCH
    return times[1:]


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
                [sys.executable, "-m", "benchmarks.post.worker", database.url, str(running.port), str(writer)],
            )
        os.waitpid(pid, 0)
    os.close(writer)
    return int(os.read(reader, 20)) // 1024


def measure() -> Iterator[Table]:
    """Claims straight after the queue was filled, again once a worker has been through, and that worker's memory."""
    rows, first = [], 0.0
    for letters in (SHORT, LONG):
        with queue(letters) as database:
            fresh = median(times_of_claims(database))
            most = memory(database)
            again = median(times_of_claims(database)) if letters == LONG else None  # nothing is left of the short one
        first = first or fresh
        times = (f"{fresh / first:.2f} ×", f"{again / first:.2f} ×") if again else ("", "")
        rows.append(
            (f"{letters:,}", f"{fresh * 1000:.1f} ms", f"{again * 1000:.1f} ms" if again else "–", *times, f"{most} MB")
        )
    rows.append(("wanted", "", "", "≤ 1.50 ×", "≤ 1.50 ×", "≤ 150 MB"))
    note = (
        f"A claim of {claims.BATCH}, median of {BATCHES} straight after filling, and again after a worker that sent up "
        f"to {SENT:,} of them; memory is the most that this worker, a process of its own, had."
    )
    columns = ("queued", "fresh", "later", "fresh against the first", "later against the first", "memory")
    yield Table("Claiming from a queue of a million", note, columns, rows)


if __name__ == "__main__":
    run(measure)
