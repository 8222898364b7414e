"""A day of waiting in eight minutes: as many beats as a day has, one after the other, and what they leave behind."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.idle import DAY, MEGA, SETTLING, bytes_of, everything, memory_of, seconds_of
from benchmarks.measuring import Table
from settings import Settings

BEAT_SECONDS = 10
"""The shortest in which both flows end on two cores."""

COMPLETED = "SELECT count(*) FROM flow_run WHERE state_type = 'COMPLETED'"


def measure() -> Iterator[Table]:
    """Let a day's beats pass, and then as long a time in which there are none; the difference is what they cost."""
    usual = Settings.model_fields["beat_seconds"].default
    beats = DAY // usual
    lasts = beats * BEAT_SECONDS
    with TemporaryDirectory(prefix="talent-idle-day-") as name:
        folder = Path(name)
        with everything(folder, TALENT_BEAT_SECONDS=str(BEAT_SECONDS)) as group:
            time.sleep(SETTLING)
            runs, spent, memory, (logs, prefect) = _runs(folder), seconds_of(group), _memory(group), bytes_of(folder)
            time.sleep(lasts)
            runs, spent = _runs(folder) - runs, seconds_of(group) - spent
            after, (logs_after, prefect_after) = _memory(group), bytes_of(folder)
    with TemporaryDirectory(prefix="talent-idle-day-") as name, everything(Path(name)) as group:
        time.sleep(SETTLING)
        quiet = seconds_of(group)
        time.sleep(lasts)
        quiet = seconds_of(group) - quiet
    looking = quiet / lasts
    yield Table(
        "A day of waiting",
        f"Everything that `talent up` starts, on SQLite, one year under way. The {beats} beats of a day, each of "
        f"{BEAT_SECONDS} s instead of {usual}, then {lasts} s without any: what is done between beats is scaled to a "
        "day, what a beat costs is counted.",
        ("what", "a day"),
        [
            ("runs completed", str(runs)),
            ("prefect.db grows by", f"{(prefect_after - prefect) / MEGA:.1f} MB"),
            ("logs grow by", f"{(logs_after - logs) / MEGA:.2f} MB"),
            ("memory together, before", f"{memory / MEGA:.0f} MB"),
            ("memory together, after all beats", f"{after / MEGA:.0f} MB"),
            ("processor, of the beats", f"{max(spent - quiet, 0):.0f} s, {100 * max(spent - quiet, 0) / DAY:.2f} %"),
            ("processor, of looking between them", f"{looking * DAY:.0f} s, {100 * looking:.2f} % of a core"),
        ],
    )


def _memory(group: int) -> int:
    return sum(memory_of(group).values())


def _runs(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder}/var/prefect/prefect.db?mode=ro", uri=True)) as connection:
        (count,) = connection.execute(COMPLETED).fetchone()
    return int(count)
