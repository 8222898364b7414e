"""How an answer leaves the command line: data on standard output, messages on standard error."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH = 100
"""Columns where the terminal does not say: a pipe, a file, a dumb terminal."""

WHOLE = 16
"""Columns up to which a cell counts as short."""


def console(*, stderr: bool = False) -> Console:
    """A console that keeps its width in a pipe and in a dumb terminal, where rich alone would fall to 80."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = shutil.get_terminal_size((WIDTH, 25)).columns if stream.isatty() or "COLUMNS" in os.environ else WIDTH
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def answer(as_json: bool, data: Any, people: Callable[[Console], None]) -> None:  # noqa: ANN401 - any JSON
    """Print the data as JSON, or let `people` print it in words and tables."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    else:
        people(console())


def line(to: Console, text: str, style: str = "") -> None:
    """One line for people, as it is: no markup, and left to the terminal to wrap (rich breaks Chinese badly)."""
    from rich.text import Text

    to.print(Text(text, style=style), soft_wrap=True)


def say(*lines: str) -> None:
    """A message for the one who typed: standard error, never part of the data."""
    for line in lines:
        sys.stderr.write(f"{line}\n")


def table(*columns: str, rows: Iterable[Sequence[str]] = ()) -> Table:
    """A plain table: a rule under its head, no frame; every cell is literal text.

    A column of short cells is kept whole; the others wrap, and nothing is lost in a narrow terminal.
    """
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    shown = [list(row) for row in rows]
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for number, name in enumerate(columns):
        short = bool(shown) and max(cell_len(row[number]) for row in shown) <= WHOLE
        made.add_column(name, overflow="fold", no_wrap=short)
    for row in shown:
        made.add_row(*map(Text, row))
    return made
