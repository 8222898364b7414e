"""R7: a relay that misbehaves in one way for a few of fifty letters; what becomes of them, how soon of the rest."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models import mail_answers
from models.columns import table_of
from models.tables.season import Letter
from post import connection, marks
from post.claims import Claimed
from post.couriers import DeliveryState
from post.marks import Delivered
from post.relay import Relay
from tests.proof import hands
from tests.proof.kills import Field, field
from tests.proof.sink import DROP, HANG, Fault
from tests.proof.templates import Template
from tests.support.outbox import DOMAIN, Account, account, ledger

LETTERS = 50
POISON = frozenset({f"m20@{DOMAIN}"})
FEW = frozenset(f"m{number}@{DOMAIN}" for number in (4, 12, 20, 28, 36))
PATIENT_SECONDS = 30.0
RUNS = 14
"""So many runs, three hours apart: more than a letter is tried."""

LINES = 4
CLOSED = LINES * (marks.TRIES + 1)
"""Connections not let in: each of a run's, for more runs than a letter is tried."""


# -- the controls: each breaks one promise, by taking out what keeps it --


def _settling(replies: int, state: DeliveryState) -> None:
    connection.STATES = connection.STATES | {replies: state}


def with_a_delay_for_good() -> None:
    """What is put off (4xx) counts as refused, whatever is said of it."""
    _settling(4, "failed")
    without_an_ear_for_words()


def with_a_refusal_for_now() -> None:
    """What is refused (5xx) counts as put off."""
    _settling(5, "retry")


def without_an_ear_for_words() -> None:
    """What is refused because it comes too fast counts as refused for good."""
    mail_answers._WORDS = ()


def by_trying_again() -> None:
    """What became of a letter is not known, and it is sent again."""

    marked = marks.marked

    def again(one: Claimed, delivery: Delivered, *when: Any) -> marks.Marked:  # noqa: ANN401
        row = marked(one, delivery, *when)
        if row.new_state != "unknown":
            return row
        return row._replace(new_state="queued", new_due_at=row.new_due_at + timedelta(minutes=1))

    marks.marked = again  # type: ignore[assignment]


def without_parking() -> None:
    """A letter is tried for ever."""
    marks.TRIES = 1_000_000


def with_a_closed_door_a_try() -> None:
    """A letter counts as tried though nobody was let in to offer it."""
    marked = marks.marked
    marks.marked = lambda one, delivery, *when: marked(one, delivery._replace(tried=True), *when)


def without_a_way_round() -> None:
    """A line that waits for its answer keeps its place for as long as the answer may take."""

    async def waiting(_: connection.SmtpConnection, wait: Callable[[float], Awaitable[Any]], _seconds: float) -> Any:  # noqa: ANN401
        return await wait(3600)

    connection.SmtpConnection._patiently = waiting  # type: ignore[assignment, method-assign]


def without_patience() -> None:
    """A relay that is slow to answer counts as one that does not."""

    async def waiting(self: connection.SmtpConnection, wait: Callable[[float], Awaitable[Any]], _: float) -> Any:  # noqa: ANN401
        return await wait(self.relay.patience)

    connection.SmtpConnection._patiently = waiting  # type: ignore[assignment, method-assign]


# -- the modes --


@dataclass(frozen=True)
class Mode:
    """One way to misbehave, how the letters that it hits must end, and the control that breaks that promise.

    `offers` is how often each of them must be offered, None where it does not matter.
    """

    name: str
    fault: Fault
    ends: str
    control: hands.Control
    offers: int | None = None


def _put_off(stage: str, reply: str) -> Mode:
    return Mode(f"4xx at {stage}", Fault(stage, reply, FEW, times=2), "sent", with_a_delay_for_good, 3)


def _refused(stage: str, reply: str) -> Mode:
    return Mode(f"5xx at {stage}", Fault(stage, reply, FEW), "failed", with_a_refusal_for_now, 1)


def _closed(stage: str, reply: str) -> Mode:
    """At the door nothing is said of a letter: whatever the answer, none was tried, and all wait."""
    name = f"{reply[0]}xx at {stage}"
    return Mode(name, Fault(stage, reply, times=CLOSED), "sent", with_a_closed_door_a_try, 1)


MODES = (
    Mode("hang", Fault("dot", HANG, FEW), "unknown", without_a_way_round, 1),
    _closed("greeting", "421 busy"),
    _closed("EHLO", "451 later"),
    _closed("EHLO", "550 not you"),
    _put_off("MAIL", "451 later"),
    _put_off("RCPT", "450 later"),
    _put_off("DATA", "451 later"),
    Mode(
        "550 too fast",
        Fault("RCPT", "550 Connection frequency limited", FEW, times=2),
        "sent",
        without_an_ear_for_words,
        3,
    ),
    _refused("MAIL", "550 no"),
    _refused("RCPT", "550 no"),
    _refused("DATA", "554 no"),
    Mode("421", Fault("RCPT", "421 closing", FEW, times=2), "sent", with_a_delay_for_good),
    Mode("greylist", Fault("RCPT", "450 greylisted", times=1), "sent", with_a_delay_for_good, 2),
    Mode("slow", Fault("dot", "", FEW, seconds=2.0), "sent", without_patience, 1),
    _closed("greeting", "554 no service"),
    _put_off("dot", "452 full"),
    _refused("dot", "554 no"),
    Mode("drop after the dot", Fault("dot", DROP, FEW), "unknown", by_trying_again, 1),
    Mode("one poison letter", Fault("DATA", DROP, POISON), "failed", without_parking, marks.TRIES),
)
"""The one that takes longest first; last those whose promises cover most of the others', for the short form."""


def treat(template: Template, mode: Mode, control: hands.Control | None = None) -> Account:
    """Send on that day, and again as its hours go by, until nothing waits."""
    with field(template, LETTERS, faults=(mode.fault,), control=control) as there:
        # Where the relay is not to keep anybody waiting no line is set aside, though the machine be slow: the letter
        # that such a line had announced is announced again, and would count as offered once more.
        waits = bool(mode.fault.seconds) or mode.fault.reply == HANG
        slow = Relay("127.0.0.1", there.sink.port, "none", command_seconds=3, dot_seconds=3, connections=LINES,
                     patience=1 if waits else 3, busy_seconds=0.1)  # fmt: skip
        there.hand = replace(there.hand, relay=slow, log=there.home / "none")
        everyone = _addresses(there)
        hit = mode.fault.of or everyone
        if not _in_time(there, everyone - hit):
            return Account(unexpected=1)
        there.hand.finish(runs=RUNS, minutes=180)
        found = account(there.database, ledger(there.sink.ledger), dict.fromkeys(hit, mode.ends))
        offers = Counter(there.sink.offers.read_text().split())
        too_many = sum(abs(offers[one] - mode.offers) for one in hit) if mode.offers is not None else 0
        return replace(found, unexpected=found.unexpected + too_many)


def _addresses(there: Field) -> frozenset[str]:
    with there.database.read() as connection:
        found = frozenset(connection.execute(select(table_of(Letter).c.address)).scalars())
    there.database.dispose()
    return found


def _in_time(there: Field, others: frozenset[str]) -> bool:
    """Send for the first time; tell whether the letters that the fault does not hit arrived in time."""
    until = time.monotonic() + PATIENT_SECONDS
    pid = there.hand.start()
    while not others <= {one.recipient for one in ledger(there.sink.ledger)}:
        if time.monotonic() > until:
            hands.kill(pid)
            return False
        time.sleep(0.05)
    hands.wait(pid)
    return True
