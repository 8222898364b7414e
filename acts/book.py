"""The book of acts: what may be done, in the order in which it is offered. Each is described beside what does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.adopt import ADOPT
from acts.amend import AMEND
from acts.answer import ANSWER
from acts.approve import APPROVE, REJECT
from acts.arrange import ARRANGE
from acts.ask import ASK
from acts.awards import ISSUE, REISSUE, REVOKE
from acts.correct import CORRECT
from acts.correct_result import CORRECT_RESULT
from acts.correct_score import CORRECT_SCORE
from acts.correct_student import CORRECT_STUDENT
from acts.decide_address import ADDRESS
from acts.decline_place import DECLINE_PLACE
from acts.excuse import EXCUSE
from acts.extend import EXTEND
from acts.extend_person import EXTEND_PERSON
from acts.fund_transfers import PAY, TAKE_BACK, VOID
from acts.go_live import GO_LIVE, TRIAL_MAILBOX
from acts.know_addresses import KNOW_ADDRESSES
from acts.leave_training import LEAVE_TRAINING
from acts.load import EVALUATE, LOAD
from acts.move_student import MOVE_STUDENT
from acts.nobody_applied import NOBODY_APPLIED
from acts.nudge import NUDGE
from acts.offices import OFFICE
from acts.question import QUESTION
from acts.recall import RECALL
from acts.rejoin import REJOIN
from acts.replace_mentor import REPLACE_MENTOR
from acts.rerun import RERUN
from acts.restored import RESTORED
from acts.resume import RESUME
from acts.retract import RETRACT
from acts.return_mentors import RETURN_MENTORS
from acts.settle_child import SETTLE_CHILD
from acts.settle_letter import SETTLE
from acts.settle_short_message import SETTLE_SHORT
from acts.submit import SUBMIT
from acts.suppress import BOUNCES, SUPPRESS, UNSUPPRESS
from acts.waive import WAIVE
from acts.withdraw import WITHDRAW
from acts.year import CLOSE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acts.act import Act
    from calendars.year import Phase
    from models.reports import Standing
    from phases.book import Book

_ACTS = (
    LOAD, SUBMIT, NOBODY_APPLIED, RECALL, ARRANGE, KNOW_ADDRESSES, ASK, QUESTION, RETRACT, EVALUATE, APPROVE,
    RETURN_MENTORS, REJECT, EXTEND, EXTEND_PERSON, CORRECT, NUDGE, RERUN, WAIVE, EXCUSE, CORRECT_RESULT,
    CORRECT_SCORE, CORRECT_STUDENT, DECLINE_PLACE, LEAVE_TRAINING, REPLACE_MENTOR, MOVE_STUDENT, WITHDRAW, REJOIN,
    ANSWER, SETTLE_CHILD, ADDRESS, SETTLE, SETTLE_SHORT, SUPPRESS, UNSUPPRESS, BOUNCES, OFFICE, RESUME, RESTORED,
    AMEND, ADOPT, ISSUE, REVOKE, REISSUE, PAY, TAKE_BACK, VOID, TRIAL_MAILBOX, GO_LIVE, CLOSE,
)  # fmt: skip

ACTS: Mapping[str, Act] = {act.slug: act for act in _ACTS}
"""By slug, which stands in the address, in a play file and after `talent act`."""


def offered(book: Book, phase: Phase, standing: Standing, *, named: bool = False) -> tuple[Act, ...]:
    """Give the acts of the province that apply to a city phase that stands so, in the order of the book."""
    of_the_province = (act for act in ACTS.values() if act.by == "province")
    return tuple(act for act in of_the_province if act.applies(book, phase, standing, named=named))
