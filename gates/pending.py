"""Whose hand a city phase waits for, since when and until when: everybody who shows or writes about it asks here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calendars.deadlines import day_of
from calendars.rungs import province_due
from gates.states import State

if TYPE_CHECKING:
    from datetime import datetime

    from calendars.deadlines import Due
    from calendars.year import Phase, Year


class Pending(NamedTuple):
    """Whether the province's hand or a late city's, since an instant, due by a day; `late` are calendar days beyond it.

    A filing waits for the province since it came in, by the province's own due day; a late city since its due instant.
    """

    province: bool
    since: datetime
    due: Due
    late: int


def pending(
    year: Year, phase: Phase, state: State, due: Due, filed_at: datetime | None, as_of: datetime
) -> Pending | None:
    """Give it as of an instant; None where nobody is late and the province has nothing to decide."""
    if state is State.OVERDUE:
        province, since, until = False, due.instant, due
    elif state is State.SUBMITTED and phase.province is not None:
        province, since = True, filed_at or as_of
        until = province_due(since, year.figures, year.working_days, phase.province_due)
    else:
        return None
    return Pending(province, since, until, max((day_of(as_of) - until.day).days, 0))
