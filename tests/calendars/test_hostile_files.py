"""A year file of hostile shape is refused at once, with what is wrong, and nothing of it is read for long."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from calendars.faults import CalendarFaults
from calendars.files import LARGEST, parse

SECONDS = 1.0


def filled(line: Callable[[int], str]) -> str:
    """As many lines as a file may have characters."""
    lines: list[str] = []
    size = 0
    while size < LARGEST - 100:
        lines.append(line(len(lines)))
        size += len(lines[-1]) + 1
    return "\n".join(lines)


SHAPES = {
    "nothing but lines": "\n" * LARGEST,
    "nothing but lines, and more": "\n" * 5 * LARGEST,
    "lists in lists": "a = " + "[" * (LARGEST - 4),
    "tables in tables": "a = " + "{a=" * (LARGEST // 4),
    "a key of many parts": ".".join("a" * (LARGEST // 2)) + " = 1",
    "many keys of many parts": filled(lambda number: ".".join("a" * 90) + f".x{number} = 1"),
    "many tables": filled(lambda number: f"[x{number}]"),
    "many keys": filled(lambda number: f"k{number} = 1"),
    "many phases": filled(lambda number: f'[[phases]]\nslug = "p{number}"\nrequires = ["p{number + 1}"]'),
    "a long number": "year = " + "9" * (LARGEST - 10),
    "a long number to another base": "year = 0x" + "f" * (LARGEST - 10),
    "a day and much room": "k = 2022-01-01" + " " * (LARGEST - 20) + "x",
    "nothing but NUL": "\0" * LARGEST,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_year_file_of_hostile_shape_is_refused_at_once(shape: str) -> None:
    began = time.process_time()
    with pytest.raises(CalendarFaults):
        parse(SHAPES[shape], "x.toml", None)
    assert time.process_time() - began < SECONDS
