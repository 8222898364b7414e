"""How a city phase looks at an instant that no advance has reached yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gates.states import Event, State, step

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def seen_at(
    state: State,
    due: datetime,
    as_of: datetime,
    *,
    opens: datetime,
    required: Iterable[State] = (),
    filed: bool = False,
) -> State:
    """Give the state that an advance at `as_of` would find or make, without the facts that only a gate looks at.

    `due` is the effective due instant (exclusive) and `opens` the start of the opening day; both, and `as_of`, are
    aware. `required` are the states of the phases it requires. `filed` tells a phase that a rerun holds, and that keeps
    what it had filed: it does not open again but stands as submitted, to be judged.
    """
    if state is State.WAITING and as_of >= opens and all(one is State.PASSED for one in required):
        state = step(state, Event.RESUME if filed else Event.OPEN)
    if state in {State.OPEN, State.RETURNED} and as_of >= due:
        return step(state, Event.LAPSE)
    return state
