"""One city's phases as they stand at an instant that no advance has reached yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.deadlines import Due, resolve, start_of
from gates.pending import second_due
from gates.projection import seen_at
from gates.states import State
from models import standing

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from calendars.year import Year


@dataclass(frozen=True, slots=True)
class Seen:
    """A city phase at that instant: its state, attempt, effective due day, when it was filed, whether on paper.

    `second` is until when its second part is due, where the year dates one, `second_at` when that was whole.
    """

    phase: str
    state: State
    attempt: int
    due: Due
    filed_at: datetime | None = None
    on_paper: bool = False
    second: Due | None = None
    second_at: datetime | None = None

    @property
    def passed_on_paper(self) -> bool:
        """Whether it stands as done on paper, so that its workbook may be filled in."""
        return self.on_paper and self.state is State.PASSED


def seen(connection: Connection, year: Year, city: str, as_of: datetime) -> dict[str, Seen]:
    """Give the phases of one city by slug, in the order of the year: two statements."""
    cells = standing.cells(connection, year.year, [city])
    extensions = standing.extensions(connection, year.year, [city])
    found: dict[str, Seen] = {}
    for phase in year.phases:
        cell, given = cells[phase.slug, city], extensions.get((phase.slug, city), ())
        due = resolve(phase.due, given)
        required = [found[slug].state for slug in phase.requires]
        opens, filed = start_of(phase.opens), bool(cell.resume)
        state = seen_at(cell.state, due.instant, as_of, opens=opens, required=required, filed=filed)
        second = second_due(phase, given), cell.second_at
        found[phase.slug] = Seen(phase.slug, State(state), cell.attempt, due, cell.filed_at, cell.on_paper, *second)
    return found
