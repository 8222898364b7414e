"""Timing by medians, and the tables that the figures are printed in."""

from __future__ import annotations

import gc
import os
import platform
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable
from sqlalchemy import event

from models.database import Database

WIDTH = 120
"""Of a table that goes into a file."""

NAMED = ("sqlalchemy", "sqlmodel", "psycopg", "prefect", "python-calamine")


@dataclass(frozen=True, slots=True)
class Table:
    """What one benchmark found. `note` says what was measured and how; the first column names."""

    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def as_markdown(self) -> str:
        lines = [
            f"## {self.title}",
            "",
            self.note,
            "",
            _line(self.columns),
            _line(["---", *["---:"] * (len(self.columns) - 1)]),
            *map(_line, self.rows),
        ]
        return "\n".join(lines)

    def show(self, to: Console) -> None:
        table = RichTable(title=self.title, caption=self.note, title_justify="left", caption_justify="left")
        for place, column in enumerate(self.columns):
            table.add_column(column, justify="right" if place else "left")
        for row in self.rows:
            table.add_row(*row)
        to.print(table)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def seconds(doing: Callable[[], object]) -> float:
    """How long this takes once. What earlier rounds left behind is collected before, not during."""
    gc.collect()
    begun = perf_counter()
    doing()
    return perf_counter() - begun


def wall_and_processor(doing: Callable[[], object]) -> tuple[float, float]:
    """How long this takes by the clock, and by the processor: its own processes' time, other work left out."""
    before = os.times()
    took = seconds(doing)
    return took, sum(os.times()[:4]) - sum(before[:4])


@contextmanager
def counting(database: Database) -> Iterator[Counter[str]]:
    """Count the statements sent to the database, by their first word."""
    sent: Counter[str] = Counter()

    def count(*said: Any) -> None:  # noqa: ANN401 -- SQLAlchemy's own arguments
        sent[said[2].split(None, 1)[0]] += 1

    event.listen(database.engine, "before_cursor_execute", count)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", count)


def middle(times: Sequence[float]) -> str:
    """The median, with the figures a reader needs."""
    found = median(times)
    return f"{found * 1000:.1f} ms" if found < 1 else f"{found:.2f} s"


def machine() -> str:
    """What the figures depend on, in one sentence."""
    libraries = ", ".join(f"{name} {version(name)}" for name in NAMED)
    return (
        f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()} on {sys.platform}, {libraries}."
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="ascii", errors="replace").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def run(*measures: Callable[[], Iterable[Table]]) -> list[Table]:
    """Measure one after the other, each table printed as soon as it is there."""
    console = Console()
    to = console if console.is_terminal else Console(width=WIDTH)
    to.print(machine())
    tables = []
    for measure in measures:
        for table in measure():
            table.show(to)
            tables.append(table)
    return tables
