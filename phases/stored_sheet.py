"""A sheet of a phase and the table that keeps its rows, which is made from both (`models/tables/city_drafts.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from forms.definitions import Sheet

PARTY = "party"
"""The column of the mentor, institution or school that a row is about, as a letter's recipient is kept."""


class WorkedOut(NamedTuple):
    """A column that nobody types: a load works it out and keeps it beside the row. `type` as a row model has them.

    `party` is the kind of party that it names by its id, "" where it names none.
    """

    name: str
    type: Any
    party: str = ""


def party(kind: str) -> WorkedOut:
    """Give the column of a sheet that is about parties of a kind."""
    return WorkedOut(PARTY, int, kind)


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

    @property
    def party(self) -> str:
        """The kind of party that its rows are about, each with the address that the city gives it; "" for none."""
        return next((column.party for column in self.worked_out if column.name == PARTY), "")
