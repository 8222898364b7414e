"""Facts of a phase that are made from rows alone: which rows are read, and what makes the facts of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class CityRows:
    """What a city has on record for a phase: rows by the sheet's key, in the order of the workbook, named by column.

    `earliest` is the day on which the phase opened that this one stands on, `filed_on` that of its filing, `due_day`
    the last one that is in time; `students` those asked for, by number.
    """

    rows: Mapping[str, Sequence[Any]]
    earliest: date
    filed_on: date
    due_day: date
    students: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeOf:
    """Which columns of which sheets, by key, are read (one statement a sheet for all cities), and what is made of them.

    A sheet may be another phase's. `make` gives the facts that the phase's gate judges; it may ask for the `students`
    who were admitted, or who are in training.
    """

    columns: Mapping[str, tuple[str, ...]]
    make: Callable[[CityRows], Any]
    students: Literal["none", "admitted", "in-training"] = "none"
