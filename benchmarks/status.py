"""`talent status` from cold: a process of its own each time, on a year that was played to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measuring import Table, middle, run, wall_and_processor

TALENT = Path(sys.executable).parent / "talent"
TIMES = 10
BARE = "`python -c 'import sqlalchemy'`"


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
            BARE: (sys.executable, "-c", "import sqlalchemy"),
            "`python -c pass`": (sys.executable, "-c", "pass"),
        }
        taken = [{name: _cold(given, command) for name, command in commands.items()} for _ in range(TIMES)]
    rows = [
        (
            name,
            middle([once[name][0] for once in taken]),
            middle([once[name][1] for once in taken]),
            f"{median(once[name][1] / once[BARE][1] for once in taken):.1f} ×",
        )
        for name in commands
    ]
    yield Table(
        "The command line from cold",
        f"A new process each, in turn, median of {TIMES} rounds; the last column is of a processor, round by round. "
        f"Required of `talent status`: at most 1.5 s, and at most 3 × {BARE}.",
        ("", "by the clock", "of a processor", "times the bare import"),
        rows,
    )


def _cold(given: Mapping[str, str], command: tuple[str, ...]) -> tuple[float, float]:
    return wall_and_processor(lambda: _run(given, *command))


def _run(given: Mapping[str, str], *command: str) -> None:
    subprocess.run(command, env=dict(given), stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    run(measure)
