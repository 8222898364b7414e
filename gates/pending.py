"""Whose hand a city phase waits for, since when and until when: everybody who shows or writes about it asks here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from calendars.deadlines import day_of, resolve
from calendars.rungs import province_due
from gates.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from calendars.deadlines import Due, Extension
    from calendars.year import Phase, Year


class Awaited(Protocol):
    """How a city phase stands, whoever reads it: by what somebody is waited for."""

    @property
    def state(self) -> State:
        """Its state."""

    @property
    def due(self) -> Due:
        """Until when it is to be filed."""

    @property
    def filed_at(self) -> datetime | None:
        """When it was filed."""

    @property
    def second(self) -> Due | None:
        """Until when its second part is due, in a year that dates one."""

    @property
    def second_at(self) -> datetime | None:
        """When the second part of what stands filed was whole."""


class Pending(NamedTuple):
    """Whether the province's hand or a late city's, since an instant, due by a day; `late` are calendar days beyond it.

    A filing waits for the province since it came in, by the province's own due day; a late city since its due instant,
    also one that has filed and is late with the second part. `unfinished`: the province cannot end it yet, for the
    second part is still to come.
    """

    province: bool
    since: datetime
    due: Due
    late: int
    unfinished: bool = False


def second_due(phase: Phase, extensions: Iterable[Extension]) -> Due | None:
    """Give until when a city files the second part of a phase; None where the year dates none.

    A later day that the city was given is one of the whole phase.
    """
    return resolve(phase.second_due, extensions) if phase.second_due else None


def is_late(state: State, second: Due | None, second_at: datetime | None, as_of: datetime) -> bool:
    """Tell whether a city that has filed is late with the second part, which was whole at `second_at` or is not yet."""
    return second is not None and owes_second(state, second, second_at) and not second.met_by(as_of)


def owes_second(state: State, second: Due | None, second_at: datetime | None) -> bool:
    """Tell whether a city that has filed still owes the second part."""
    return state is State.SUBMITTED and second is not None and second_at is None


def pending(year: Year, phase: Phase, stands: Awaited, as_of: datetime) -> Pending | None:
    """Give it as of an instant; None where nobody is late and the province has nothing to decide."""
    state, second = stands.state, stands.second
    if state is State.OVERDUE:
        province, since, until = False, stands.due.instant, stands.due
    elif second is not None and is_late(state, second, stands.second_at, as_of):
        province, since, until = False, second.instant, second
    elif state is State.SUBMITTED and phase.province is not None:
        province, since = True, stands.filed_at or as_of
        until = province_due(since, year.figures, year.working_days, phase.province_due)
    else:
        return None
    unfinished = province and owes_second(state, second, stands.second_at)
    return Pending(province, since, until, max((day_of(as_of) - until.day).days, 0), unfinished)
