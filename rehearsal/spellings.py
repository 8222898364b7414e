"""How people write what the programme understands all the same: by kind of column, one way after the other.

Each way takes a value and gives what stands in the cell.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from forms.kinds import CAME, DAY, NAME, RANK, SCORE, TESTED, YES_NO
from forms.template import Percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from forms.definitions import Column
    from forms.kinds import Kind

Spell = Callable[[Any], object]

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def plain(value: object) -> object:
    """As the template asks it."""
    return value


def wide(value: object) -> str:
    """In full-width characters: ８７．５ as people type it, but for the point."""
    return str(value).translate(_WIDE).replace("．", ".")


def _marks(yes: str, no: str) -> Spell:
    return lambda value: yes if value else no


USUAL: Mapping[Kind, Sequence[Spell]] = MappingProxyType({RANK: (plain, lambda value: Percent(value / 100))})
"""What is met with everywhere: a rank as a number, or in a cell that is formatted as a percentage."""

CARELESS: Mapping[Kind, Sequence[Spell]] = MappingProxyType(
    {
        NAME: (lambda value: f"\u3000{value}", lambda value: f"{value} ", plain),
        DAY: (
            lambda value: f"{value.year}年{value.month}月{value.day}日",
            lambda value: f"{value.year}/{value.month}/{value.day}",
            plain,
        ),
        CAME: (plain, _marks("√", "×"), _marks("Y", "N")),
        YES_NO: (plain, _marks("√", "×"), _marks("Y", "N")),
        RANK: (lambda value: f"{value}%", lambda value: Percent(value / 100), lambda value: wide(f"{value}%")),
        SCORE: (plain, wide),
        TESTED: (plain, wide),
    }
)
"""What one city sends whose offices type by hand."""

BY_HAND = "lianyungang"
"""That city."""


def spelt(city: str, column: Column, line: int, value: object) -> object:
    """Give what stands in a cell of a city's workbook, by turns from row to row; nothing stays nothing."""
    ways = (CARELESS if city == BY_HAND else USUAL).get(column.kind, (plain,))
    return None if value is None else ways[line % len(ways)](value)
