"""A sheet of a phase and the table that keeps its rows, which is made from both (`models/tables/city_drafts.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from forms.definitions import Sheet


class WorkedOut(NamedTuple):
    """A column that nobody types: a load works it out and keeps it beside the row. `type` as a row model has them."""

    name: str
    type: Any


class SheetIndex(NamedTuple):
    """An index of a sheet's table, by its name."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredSheet(Sheet):
    """A sheet with its `table`: a column each field, known by year, city and line.

    `worked_out` are columns besides, `once_a_year` those that no two rows of a year share, over all cities.
    """

    table: str = ""
    worked_out: tuple[WorkedOut, ...] = ()
    once_a_year: tuple[str, ...] = ()
    indexes: tuple[SheetIndex, ...] = ()
