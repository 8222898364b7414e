"""What waiting costs: everything runs, a year is under way, and nothing is owed; looked at from outside."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from acts.on_paper import NOTHING, Paper
from acts.open_year import open_year
from benchmarks.measuring import Table
from calendars.files import load
from models import migrate
from models.database import Database
from models.stamp import Stamp
from phases.book import BOOK

SETTLING = float(os.environ.get("TALENT_BENCH_SETTLING", "90"))
SECONDS = float(os.environ.get("TALENT_BENCH_IDLE", "1800"))
"""A whole beat, so that as many runs fall into it as on the average."""

DAY = 24 * 3600
MEGA = 1_000_000
PORTS = ("14200", "18000")
NAMES = {"dashboard.serve": "pages", "server": "Prefect server", "worker": "worker", "up": "supervisor"}


def measure() -> Iterator[Table]:
    """Wait, and say what it cost."""
    with TemporaryDirectory(prefix="talent-idle-") as name, everything(Path(name)) as group:
        folder = Path(name)
        time.sleep(SETTLING)
        before, grown = seconds_of(group), bytes_of(folder)
        time.sleep(SECONDS)
        spent, memory = seconds_of(group) - before, memory_of(group)
        logs, prefect = (after - there for after, there in zip(bytes_of(folder), grown, strict=True))
    a_day = DAY / SECONDS / MEGA
    rows = [(what, f"{kept / MEGA:.0f} MB") for what, kept in memory.items()]
    yield Table(
        "Waiting",
        f"Everything that `talent up` starts, on SQLite, one year under way, for {SECONDS:.0f} s in which nothing was "
        "owed. Memory is what each process adds (PSS).",
        ("what", "costs"),
        [
            *rows,
            ("memory together", f"{sum(memory.values()) / MEGA:.0f} MB"),
            ("processor", f"{100 * spent / SECONDS:.1f} % of a core"),
            ("prefect.db", f"{prefect * a_day:.0f} MB a day"),
            ("logs", f"{logs * a_day:.1f} MB a day"),
        ],
    )


@contextmanager
def everything(folder: Path, **settings: str) -> Iterator[int]:
    """Give the process group of all that `talent up` starts in a folder, with these settings besides."""
    database, now = Database(f"sqlite:///{folder}/var/talent.db", BOOK), datetime.now(UTC)
    (folder / "var").mkdir()
    migrate.upgrade(database)
    open_year(database, load(2022), Stamp("bench", now, now), paper=Paper(NOTHING, "bench"))
    database.dispose()
    foreign = {key: value for key, value in os.environ.items() if not key.startswith(("TALENT_", "PREFECT_"))}
    command = (sys.executable, "-P", "-m", "cli", "up", "--port", PORTS[0], "--web-port", PORTS[1])
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=foreign | settings, stdout=said, stderr=said, start_new_session=True
        )
    try:
        while "运行中" not in (folder / "said").read_text(encoding="utf-8"):
            if process.poll() is not None:
                raise RuntimeError((folder / "said").read_text(encoding="utf-8"))
            time.sleep(1)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _processes(group: int) -> Iterator[tuple[Path, list[str]]]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            yield process, fields


def seconds_of(group: int) -> float:
    """Of processor, those of children that have ended included."""
    ticks = sum(int(field) for _, fields in _processes(group) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_of(group: int) -> dict[str, int]:
    """What each process adds to the memory in use, in bytes, by what it is."""
    found: dict[str, int] = {}
    for process, _ in _processes(group):
        command = (process / "cmdline").read_text().replace("\0", " ")
        name = next((said for part, said in NAMES.items() if part in command), "a run")
        rolled = (process / "smaps_rollup").read_text().partition("\nPss:")[2].split()[0]
        found[name] = found.get(name, 0) + int(rolled) * 1024
    return found


def bytes_of(folder: Path) -> tuple[int, int]:
    """Of the logs, and of what Prefect keeps."""
    logs = sum(path.stat().st_size for path in (folder / "var" / "log").iterdir())
    with closing(sqlite3.connect(f"file:{folder}/var/prefect/prefect.db?mode=ro", uri=True)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    return logs, (pages - free) * 4096
