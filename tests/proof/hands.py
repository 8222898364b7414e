"""Workers of the post as processes of their own, to be killed, stopped or broken off at a named point."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
import traceback
from asyncio import selector_events
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from models import letterbox
from models.database import Database, Which
from models.letter_states import LetterEvent
from models.stamp import Stamp
from phases.book import BOOK
from post import marks, unknown_letters, workers
from post import sending as act
from post.couriers import Courier
from post.evidence.relay_log import RelayLog
from post.evidence.transactions import Transactions
from post.relay import Relay
from post.rounds import Round
from post.smtp import SmtpCourier
from tests.support.outbox import DOMAIN, now

SENDER = "省级管理办公室 <office@proof.example>"
SETTLE = 0.3
Control = Callable[[], None]


@dataclass(frozen=True)
class Hand:
    """What a worker works with. `ahead` sets its clock forward; `control` takes a guard out of it."""

    url: str
    relay: Relay
    log: Path
    ahead: timedelta = timedelta()
    control: Control | None = None
    failpoint: tuple[str, int] | None = None

    def start(self, *, again: bool = False) -> int:
        """Begin in a process of its own; `again` goes on until it is killed, else it ends with the queue."""
        pid = os.fork()
        if pid:
            return pid
        try:
            if self.control is not None:
                self.control()
            if self.failpoint is not None:
                break_off(*self.failpoint)
            self._work(again=again)
        except BaseException:  # noqa: BLE001 - a child must not come back into its parent's code
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def _work(self, *, again: bool) -> None:
        database = Database(self.url, BOOK)
        self.once(database)
        while again:
            time.sleep(0.02)
            self.once(database)

    def once(self, database: Database) -> act.Posted:
        at = now() + self.ahead
        courier: Courier = SmtpCourier(self.relay)
        witness = Log(self.log, SETTLE, self.relay)
        return asyncio.run(act.send(database, courier, SENDER, Stamp("proof", at, at), witness=witness))

    def finish(self, *, runs: int = 20, minutes: int = 3) -> None:
        """Let clean workers do what is left, as the minutes go by."""
        for run in range(runs):
            clean = replace(self, failpoint=None, ahead=self.ahead + timedelta(minutes=minutes * run))
            if wait(clean.start()) != 0:
                raise RuntimeError("a clean worker failed")
            database = Database(self.url, BOOK)
            with database.read() as connection:
                left = letterbox.waiting(connection)
            in_hand = any(one.state == "sending" for one in unknown_letters.doubtful(database, now()))
            database.dispose()
            if not left and not in_hand:
                return


Log: type[RelayLog] = RelayLog


def wait(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


# -- the controls: each takes one guard out --


class _Blind(RelayLog):
    """Does not look: says of everything that it was refused."""

    def fates(self, asked: Any, at: Any) -> Any:  # noqa: ANN401, ARG002
        return dict.fromkeys(asked, "refused")


def without_a_look_at_the_log() -> None:
    global Log  # noqa: PLW0603
    Log = _Blind


def by_the_last_of_its_session() -> None:
    """A connection that was lost over a command counts against the letter before it, whatever was told of that."""

    def lost(self: Any, line: Any, _: Any) -> None:  # noqa: ANN401
        for last in self._sessions[line["host"], line["pid"]].transactions[-1:]:
            last.told = "refused"

    heard = (re.compile("(?:lost connection|timeout) after DATA"), lost)
    Transactions.HEARD = {**Transactions.HEARD, "smtpd": (heard, *Transactions.HEARD["smtpd"])}


def without_proof_of_death() -> None:
    """A worker counts as gone though it lives; nor is the log asked, which would show it at work."""
    workers.gone = lambda database, tokens: frozenset(tokens)  # noqa: ARG005
    workers.life = lambda token: "ended"  # noqa: ARG005
    without_a_look_at_the_log()


def without_a_sight_of_the_living() -> None:
    """A worker that has lost its lock is given up after the lease though its process lives; nor is the log asked."""
    life = workers.life
    workers.life = lambda token: "ended" if life(token) == "ended" else "untold"
    without_a_look_at_the_log()


def with_every_claim_a_try() -> None:
    """A letter counts as tried though its worker died before it was offered."""
    unknown_letters._was_untried = lambda *_: False


def without_a_mark_of_its_own() -> None:
    """What is in doubt is taken as sent."""
    unknown_letters.RESOLVED = dict.fromkeys(("accepted", "refused", "untold"), (LetterEvent.FIND_ACCEPTED, ""))


def with_claims_that_no_transaction_holds() -> None:
    """Each statement of a claim stands by itself; and what is in doubt is taken as sent."""
    from models import database

    database._begin_sqlite = lambda connection: None  # noqa: ARG005
    connect = vars(Database)["engine"].func

    def at_once(self: Database) -> Any:  # noqa: ANN401
        engine = connect(self)
        return engine if self.embedded else engine.execution_options(isolation_level="AUTOCOMMIT")

    Database.engine = property(at_once)  # type: ignore[assignment]
    without_a_mark_of_its_own()


def without_a_mark_that_lasts() -> None:
    """The mark's transaction has nothing in it; nor is the log asked."""

    def mark(database: Database, *_: object) -> None:
        with database.write():
            pass

    marks.mark = mark  # type: ignore[assignment]
    without_a_look_at_the_log()


# -- the failpoints --

ANYTHING = re.compile(b"")
NEXT_REFUSED = re.compile(rb"RCPT TO:<m\d*[13579]@")
REFUSED = frozenset(f"m{number}@{DOMAIN}" for number in range(1, 1000, 2))
"""Whom the relay takes nothing for, where it is the next one's turn that counts."""

NEXT_IS_REFUSED = "after the dot, next refused"
FAILPOINTS = (
    "claim before commit",
    "claim after commit",
    "before the dot",
    "after the dot",
    NEXT_IS_REFUSED,
    "after 250",
    "mark before commit",
    "mark after commit",
)


def break_off(point: str, nth: int) -> None:
    """Let this process end at the point, the n-th time that it comes there. Without this there are no failpoints."""
    passed = iter(range(1, nth + 1))

    def reach() -> None:
        if next(passed, nth) == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    what, _, when = point.partition(" ")
    if what in {"claim", "mark"}:
        name = "_claimed" if what == "claim" else "mark"
        _around_commit(name, reach, before=when == "before commit")
    elif point == "after 250":
        _at_answers(20, reach)
    else:
        _at_the_dot(reach, NEXT_REFUSED if point == NEXT_IS_REFUSED else ANYTHING, before=what == "before")


def _around_commit(name: str, reach: Callable[[], None], *, before: bool) -> None:
    """At the end of the transaction in which the function `name` of the outbox does its work."""
    write = Database.write
    wanted = "claim" if name == "_claimed" else "mark"

    @contextmanager
    def writing(self: Database, year: Which = None, *, patient: bool = True) -> Iterator[Any]:
        import sys

        ours = sys._getframe(2).f_code.co_name == wanted
        with write(self, year, patient=patient) as connection:
            yield connection
            if ours and before:
                reach()
        if ours and not before:
            reach()

    Database.write = writing  # type: ignore[method-assign]


def _at_answers(count: int, reach: Callable[[], None]) -> None:
    """After the 250 to a dot: with so many such answers read, and the last of them not yet on record."""
    mark, answers = Round._mark, 0

    async def marking(self: Round, settled: Any) -> None:  # noqa: ANN401
        nonlocal answers
        answers += len(settled)
        if answers >= count:
            reach()
        await mark(self, settled)

    Round._mark = marking  # type: ignore[method-assign]


def _at_the_dot(reach: Callable[[], None], along: re.Pattern[bytes], *, before: bool) -> None:
    """At a dot that leaves together with such bytes."""
    transport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
    write = transport.write

    def writing(self: Any, data: bytes) -> None:  # noqa: ANN401
        dot = bytes(data).startswith(b".\r\n") or b"\r\n.\r\n" in bytes(data)
        dot = dot and along.search(bytes(data)) is not None
        if dot and before:
            reach()
        write(self, data)
        if dot and not before:
            reach()

    transport.write = writing
