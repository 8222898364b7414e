"""What is still to come of a filing that stands: before that the province cannot end the phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letters.phrases import short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.standing import Cell
    from season.still_due import StillDue
    from season.unit_of_work import Season


def still_to_come(season: Season, cell: Cell, persons: Iterable[StillDue]) -> tuple[str, ...]:
    """Say it, a clause each: its second part, and those of these persons who have a day of their own in it."""
    due, called = season.second_owed(cell), season.dealings(cell.phase, second=True).called
    second = (f"{called.short}须于{short(due.day)}前补齐",) if due and called else ()
    mine = (one for one in persons if (one.phase, one.city) == (cell.phase, cell.city))
    return (*second, *(f"个人延期的{one.whom}须于{short(one.until)}前补齐" for one in mine))
