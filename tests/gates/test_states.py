from __future__ import annotations

import pickle
from itertools import product

import pytest

from gates.states import TRANSITIONS, Event, IllegalTransition, State, step

# Written as a sheet of its own: a row an event, a column a state, "-" where nothing leads on.
SHEET = """
          waiting    open       submitted  passed   returned   overdue    withdrawn
open      open       -          -          -        -          -          -
load      -          open       -          -        returned   overdue    -
submit    -          submitted  -          -        submitted  submitted  -
recall    -          -          open       -        -          -          -
pass      -          -          passed     -        -          -          -
return    -          -          returned   -        -          -          -
lapse     -          overdue    -          -        overdue    -          -
approve   -          -          passed     -        -          -          -
reject    -          -          returned   -        -          -          -
extend    waiting    open       submitted  -        returned   open       -
correct   waiting    open       submitted  -        returned   -          -
waive     -          open       -          -        returned   overdue    -
rerun     -          -          -          open     open       open       -
withdraw  withdrawn  withdrawn  withdrawn  -        withdrawn  withdrawn  -
rejoin    -          -          -          -        -          -          waiting
hold      -          waiting    waiting    waiting  waiting    waiting    -
resume    submitted  -          -          -        -          -          -
address   waiting    open       submitted  passed   returned   overdue    withdrawn
nudge     -          -          submitted  -        -          overdue    -
on-paper  passed     -          -          -        -          -          -
backfill  -          -          -          passed   -          -          -
arrange   waiting    open       -          -        returned   overdue    -
nobody    passed     passed     -          -        passed     passed     -
ask       waiting    open       submitted  passed   returned   overdue    withdrawn
question  waiting    open       submitted  passed   returned   overdue    withdrawn
retract   waiting    open       submitted  passed   returned   overdue    withdrawn
answer    waiting    open       submitted  passed   returned   overdue    withdrawn
person    waiting    open       submitted  passed   returned   overdue    withdrawn
child     waiting    open       submitted  passed   returned   overdue    withdrawn
known     waiting    open       submitted  passed   returned   overdue    withdrawn
note      waiting    open       submitted  passed   returned   overdue    withdrawn
consent   waiting    open       submitted  passed   returned   overdue    withdrawn
consent-void waiting open      submitted  passed   returned   overdue    withdrawn
amend     -          -          -          passed   -          -          -
"""


def _sheet() -> dict[tuple[str, str], str]:
    states, *rows = [line.split() for line in SHEET.strip().splitlines()]
    return {(state, row[0]): cell for row in rows for state, cell in zip(states, row[1:], strict=True)}


def test_the_sheet_names_the_full_product() -> None:
    assert _sheet().keys() == set(product(list(State), list(Event)))


def test_every_pair_goes_where_the_sheet_says() -> None:
    def outcome(state: State, event: Event) -> str:
        try:
            return step(state, event)
        except IllegalTransition:
            return "-"

    assert {pair: outcome(*pair) for pair in product(State, Event)} == _sheet()


def test_the_table_holds_the_permitted_pairs_and_no_other() -> None:
    assert dict(TRANSITIONS) == {pair: target for pair, target in _sheet().items() if target != "-"}


def test_an_illegal_transition_names_both() -> None:
    with pytest.raises(IllegalTransition) as caught:
        step(State.WAITING, Event.APPROVE)
    assert (caught.value.state, caught.value.event, str(caught.value)) == (
        State.WAITING,
        Event.APPROVE,
        "处于“未开放”的阶段不能审定。",
    )


def test_an_illegal_transition_crosses_a_process_border() -> None:
    error = IllegalTransition(State.PASSED, Event.SUBMIT)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.args, again.state, again.event) == (
        IllegalTransition,
        error.args,
        State.PASSED,
        Event.SUBMIT,
    )


def test_each_state_and_event_has_a_word_of_its_own() -> None:
    assert [state.chinese for state in State] == [
        "未开放",
        "进行中",
        "已报送",
        "已通过",
        "已退回",
        "已逾期",
        "已退出",
    ]
    assert len({event.chinese for event in Event}) == len(Event)
