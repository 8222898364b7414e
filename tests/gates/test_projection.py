from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.projection import seen_at
from gates.states import State

TZ = ZoneInfo("Asia/Shanghai")
OPENS = datetime(2022, 1, 21, tzinfo=TZ)
DUE = datetime(2022, 1, 31, tzinfo=TZ)
LAST = DUE - timedelta(microseconds=1)
EARLY = OPENS - timedelta(microseconds=1)
PASSED = (State.PASSED,)

CASES: dict[str, tuple[State, datetime, tuple[State, ...], bool, State]] = {
    "waits for its opening": (State.WAITING, EARLY, PASSED, False, State.WAITING),
    "opens at its opening": (State.WAITING, OPENS, PASSED, False, State.OPEN),
    "opens where it requires nothing": (State.WAITING, OPENS, (), False, State.OPEN),
    "waits for what it requires": (State.WAITING, DUE, (State.PASSED, State.SUBMITTED), False, State.WAITING),
    "opened and lapsed unseen": (State.WAITING, DUE, PASSED, False, State.OVERDUE),
    "held with a filing, to be judged again": (State.WAITING, DUE, PASSED, True, State.SUBMITTED),
    "held with a filing, the earlier phase not back": (State.WAITING, DUE, (State.OPEN,), True, State.WAITING),
    "open to the last instant": (State.OPEN, LAST, PASSED, False, State.OPEN),
    "overdue at the due instant": (State.OPEN, DUE, PASSED, False, State.OVERDUE),
    "returned to the last instant": (State.RETURNED, LAST, PASSED, False, State.RETURNED),
    "returned and not mended": (State.RETURNED, DUE, PASSED, False, State.OVERDUE),
    "filed in time": (State.SUBMITTED, DUE, PASSED, False, State.SUBMITTED),
    "passed": (State.PASSED, DUE, PASSED, False, State.PASSED),
    "overdue": (State.OVERDUE, DUE, PASSED, False, State.OVERDUE),
    "withdrawn": (State.WITHDRAWN, DUE, PASSED, False, State.WITHDRAWN),
}


@pytest.mark.parametrize(("state", "as_of", "required", "filed", "expected"), CASES.values(), ids=CASES)
def test_a_phase_is_seen_as_an_advance_would_leave_it(
    state: State, as_of: datetime, required: tuple[State, ...], *, filed: bool, expected: State
) -> None:
    assert seen_at(state, DUE, as_of, opens=OPENS, required=required, filed=filed) is expected


@given(
    state=st.sampled_from(State),
    as_of=st.datetimes(min_value=datetime(2022, 1, 1), max_value=datetime(2022, 3, 1), timezones=st.just(TZ)),  # noqa: DTZ001
    required=st.lists(st.sampled_from(State), max_size=2),
    filed=st.booleans(),
)
def test_seen_twice_is_seen_once(state: State, as_of: datetime, required: list[State], *, filed: bool) -> None:
    once = seen_at(state, DUE, as_of, opens=OPENS, required=required, filed=filed)
    assert seen_at(once, DUE, as_of, opens=OPENS, required=required, filed=filed) is once
