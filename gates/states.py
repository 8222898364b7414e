"""The states of a city phase, what may happen to it, and where that leads.

The table is the whole truth: a pair that is not in it is an illegal transition, whoever asks.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(StrEnum):
    """Where one city stands in one phase of one year."""

    WAITING = "waiting"
    OPEN = "open"
    SUBMITTED = "submitted"
    PASSED = "passed"
    RETURNED = "returned"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"

    @property
    def chinese(self) -> str:
        """The state's word on pages and in letters."""
        return _STATE_WORDS[self]


class Event(StrEnum):
    """What may happen to a city phase. `lapse` is the due instant going by; `hold` and `resume` come of a rerun.

    `address` is the province's decision between addresses that were filed: it moves nothing, and can come at any time.
    `nudge` is its own word to a city that is late.
    `on-paper` is what was done outside before the year was opened here, `backfill` its workbook loaded afterwards.
    `arrange` is when and where a city brings its parties together.
    `nobody` says that nobody applied in the city: what else would be about its students passes with it.
    `child` is what the province settles of applicants who look like one child.
    `ask`, `question`, `retract` and `answer` are what a city asks of the province, and hears: they move nothing.
    `person` is what was changed about a single person after the fact.
    `note` is what the offices wrote about it to each other.
    `consent` is a guardian's, given or withdrawn, and `consent-void` says of one on record that it was an error.
    """

    OPEN = "open"
    LOAD = "load"
    SUBMIT = "submit"
    RECALL = "recall"
    PASS = "pass"  # nosec B105 # noqa: S105 - no password
    RETURN = "return"
    LAPSE = "lapse"
    APPROVE = "approve"
    REJECT = "reject"
    EXTEND = "extend"
    CORRECT = "correct"
    WAIVE = "waive"
    RERUN = "rerun"
    WITHDRAW = "withdraw"
    REJOIN = "rejoin"
    HOLD = "hold"
    RESUME = "resume"
    ADDRESS = "address"
    NUDGE = "nudge"
    ON_PAPER = "on-paper"
    BACKFILL = "backfill"
    ARRANGE = "arrange"
    NOBODY = "nobody"
    ASK = "ask"
    QUESTION = "question"
    RETRACT = "retract"
    ANSWER = "answer"
    PERSON = "person"
    CHILD = "child"
    KNOWN = "known"
    AMEND = "amend"
    NOTE = "note"
    CONSENT = "consent"
    CONSENT_VOID = "consent-void"

    @property
    def chinese(self) -> str:
        """The event's word on pages and in letters."""
        return _EVENT_WORDS[self]


_STATE_WORDS: Mapping[State, str] = MappingProxyType(
    {
        State.WAITING: "未开放",
        State.OPEN: "进行中",
        State.SUBMITTED: "已报送",
        State.PASSED: "已通过",
        State.RETURNED: "已退回",
        State.OVERDUE: "已逾期",
        State.WITHDRAWN: "已退出",
    }
)

_EVENT_WORDS: Mapping[Event, str] = MappingProxyType(
    {
        Event.OPEN: "开放",
        Event.LOAD: "导入",
        Event.SUBMIT: "报送",
        Event.RECALL: "撤回报送",
        Event.PASS: "通过",
        Event.RETURN: "退回",
        Event.LAPSE: "逾期",
        Event.APPROVE: "审定",
        Event.REJECT: "退回修改",
        Event.EXTEND: "延期",
        Event.CORRECT: "更正截止日",
        Event.WAIVE: "豁免",
        Event.RERUN: "重新开放",
        Event.WITHDRAW: "退出",
        Event.REJOIN: "恢复参加",
        Event.HOLD: "暂缓",
        Event.RESUME: "接续",
        Event.ADDRESS: "决定邮箱",
        Event.NUDGE: "催办",
        Event.ON_PAPER: "线下办理",
        Event.BACKFILL: "补录",
        Event.ARRANGE: "会议安排",
        Event.NOBODY: "登记没有申报",
        Event.ASK: "申请延期",
        Event.QUESTION: "提出异议",
        Event.RETRACT: "撤回申请",
        Event.ANSWER: "答复申请",
        Event.PERSON: "人员变动",
        Event.CHILD: "核定是否同一人",
        Event.KNOWN: "登记邮箱",
        Event.AMEND: "更正结果",
        Event.NOTE: "留言",
        Event.CONSENT: "监护人同意",
        Event.CONSENT_VOID: "监护人同意登记有误",
    }
)

MOVING_THE_DAY = frozenset({Event.EXTEND, Event.CORRECT})
"""What gives a city phase another due day and leaves it in the same attempt."""

AT_ANY_TIME = frozenset(
    {
        Event.ADDRESS,
        Event.ASK,
        Event.QUESTION,
        Event.RETRACT,
        Event.ANSWER,
        Event.PERSON,
        Event.CHILD,
        Event.KNOWN,
        Event.NOTE,
        Event.CONSENT,
        Event.CONSENT_VOID,
    }
)
"""What leaves every state as it is."""

_FROM: Mapping[State, Mapping[Event, State]] = {
    State.WAITING: {
        Event.OPEN: State.OPEN,
        Event.RESUME: State.SUBMITTED,  # what was filed before the hold is kept and judged again
        Event.ARRANGE: State.WAITING,
        Event.EXTEND: State.WAITING,
        Event.CORRECT: State.WAITING,
        Event.ON_PAPER: State.PASSED,
        Event.NOBODY: State.PASSED,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    State.OPEN: {
        Event.LOAD: State.OPEN,
        Event.ARRANGE: State.OPEN,
        Event.SUBMIT: State.SUBMITTED,
        Event.NOBODY: State.PASSED,
        Event.EXTEND: State.OPEN,
        Event.CORRECT: State.OPEN,
        Event.WAIVE: State.OPEN,
        Event.LAPSE: State.OVERDUE,
        Event.HOLD: State.WAITING,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    State.SUBMITTED: {
        Event.PASS: State.PASSED,
        Event.RETURN: State.RETURNED,
        Event.RECALL: State.OPEN,
        Event.EXTEND: State.SUBMITTED,  # of its second part alone, where one is owed
        Event.CORRECT: State.SUBMITTED,  # the same
        Event.NUDGE: State.SUBMITTED,  # over its second part, where it is late with that
        Event.APPROVE: State.PASSED,
        Event.REJECT: State.RETURNED,
        Event.HOLD: State.WAITING,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    State.RETURNED: {
        Event.LOAD: State.RETURNED,
        Event.ARRANGE: State.RETURNED,
        Event.SUBMIT: State.SUBMITTED,
        Event.NOBODY: State.PASSED,
        Event.EXTEND: State.RETURNED,
        Event.CORRECT: State.RETURNED,
        Event.WAIVE: State.RETURNED,
        Event.LAPSE: State.OVERDUE,
        Event.RERUN: State.OPEN,
        Event.HOLD: State.WAITING,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    State.OVERDUE: {
        Event.LOAD: State.OVERDUE,  # a late city may prepare; the deadline closes filing, not drafting
        Event.ARRANGE: State.OVERDUE,
        # What came in before the due instant and had to wait for its turn: the lapse went on record first, and yields.
        Event.SUBMIT: State.SUBMITTED,
        Event.NOBODY: State.PASSED,
        Event.EXTEND: State.OPEN,
        Event.WAIVE: State.OVERDUE,
        Event.NUDGE: State.OVERDUE,
        Event.RERUN: State.OPEN,
        Event.HOLD: State.WAITING,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    # A withdrawal leaves what has passed as it is; only what passed on paper is filled in afterwards.
    State.PASSED: {
        Event.BACKFILL: State.PASSED,
        Event.AMEND: State.PASSED,
        Event.RERUN: State.OPEN,
        Event.HOLD: State.WAITING,
    },
    State.WITHDRAWN: {Event.REJOIN: State.WAITING},
}

TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {(state, event): target for state, row in _FROM.items() for event, target in row.items()}
    | {(state, event): state for state in State for event in AT_ANY_TIME}
)


class IllegalTransition(TalentError):
    """处于“{state}”的阶段不能{event}。"""

    def __init__(self, state: State, event: Event) -> None:
        """Name the pair that the table does not have."""
        super().__init__(state=state.chinese, event=event.chinese)
        self.state = state
        self.event = event

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross a process border."""
        return type(self), (self.state, self.event)


def step(state: State, event: Event) -> State:
    """Give the state that `event` leads to; raises `IllegalTransition` where the table has no such pair."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(state, event) from None
