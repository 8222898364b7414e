"""What a workbook holds once it is unpacked: sheets of cells, what of them is hidden, the form's stamp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forms.cells import Broken

Cell = str | float | bool | date | Broken | None
Table = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What of a sheet nobody sees who opens the book, counted from 0: all of it, rows, columns from and to."""

    whole: bool = False
    rows: Sequence[int] = ()
    columns: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a workbook holds: all sheets' names, those asked for (from A1 on) and what is hidden, the form's stamp.

    `heavy`: so much was inflated that the memory of the process is in pieces.
    """

    names: tuple[str, ...]
    tables: Mapping[str, Table]
    hidden: Mapping[str, Hidden]
    stamp: str
    heavy: bool = False
