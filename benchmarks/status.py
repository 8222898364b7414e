"""`talent status` from cold: a process of its own each time, on a year that was played to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import Table, middle, run, wall_and_processor

TALENT = Path(sys.executable).parent / "talent"
TIMES = 10


def measure() -> Iterator[Table]:
    """People's table and programs' JSON, and beside them what starting Python alone costs."""
    with TemporaryDirectory(prefix="talent-bench-") as folder:
        url = f"sqlite:///{folder}/year.db"
        given = {**os.environ, "TALENT_DATABASE__URL": url}
        _run(given, str(TALENT), "rehearse", "2022", "--keep", url, "--hold-letters")
        commands = {
            "`talent status`": (str(TALENT), "status"),
            "`talent status --json`": (str(TALENT), "status", "--json"),
            "`talent --help`": (str(TALENT), "--help"),
            "`python -c pass`": (sys.executable, "-c", "pass"),
        }
        rows = [(name, *_cold(given, command)) for name, command in commands.items()]
    yield Table(
        "The command line from cold",
        f"A new process each, median of {TIMES}. At most 1.5 s is required of `talent status`.",
        ("", "by the clock", "of a processor"),
        rows,
    )


def _cold(given: Mapping[str, str], command: tuple[str, ...]) -> tuple[str, str]:
    taken = [wall_and_processor(lambda: _run(given, *command)) for _ in range(TIMES)]
    return middle([wall for wall, _ in taken]), middle([processor for _, processor in taken])


def _run(given: Mapping[str, str], *command: str) -> None:
    subprocess.run(command, env=dict(given), stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    run(measure)
