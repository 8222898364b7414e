"""R1, R2, R3: workers killed at random, broken off at named points, stopped past their lease."""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from models.database import Database
from models.letterbox import waiting
from phases.book import BOOK
from post.marks import TRIES
from post.relay import Relay
from tests.proof import hands
from tests.proof.hands import Hand
from tests.proof.sink import Fault, Sink, sink
from tests.proof.templates import Template
from tests.support import proof_relay
from tests.support.outbox import Account, account, fill, ledger

NOBODY = 1
"""A port at which nobody listens."""

FIRST_SECONDS = 3.0
"""How long at most a kill waits for a letter to arrive: who is killed before the first one has shown nothing."""

CONTROL_RUNS = 4
"""Clean workers after a broken one where a guard is out: some would go on for ever."""


@contextmanager
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="talent-proof-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@dataclass
class Field:
    """A queue on a database of its own, a sink, and a real relay before it where that is wanted."""

    home: Path
    sink: Sink
    database: Database
    hand: Hand
    real: proof_relay.Postfix | None = None

    def account(self, refused: Iterable[str] = ()) -> Account:
        if self.real is not None and not proof_relay.drained(self.real.home):
            raise RuntimeError("Postfix did not hand everything on")
        return account(self.database, ledger(self.sink.ledger), dict.fromkeys(refused, "failed"))

    def left(self) -> int:
        with self.database.read() as connection:
            return waiting(connection)

    def arrived(self) -> int:
        return self.sink.ledger.stat().st_size if self.sink.ledger.exists() else 0

    def await_more_than(self, before: int) -> None:
        """Until another letter has arrived, where any is left: a machine that has much to do begins late."""
        until = time.monotonic() + FIRST_SECONDS
        while self.arrived() == before and time.monotonic() < until and self.left():
            time.sleep(0.02)


@contextmanager
def field(template: Template, letters: int, *, real: bool = False, seconds: float = 0.0, pace: int | None = None,
          faults: tuple[Fault, ...] = (), refused: frozenset[str] = frozenset(),
          control: hands.Control | None = None) -> Iterator[Field]:  # fmt: skip
    with ExitStack() as stack:
        home = stack.enter_context(folder())
        taking = stack.enter_context(sink(home, Fault("RCPT", "550 no", refused), *faults, seconds=seconds))
        before = stack.enter_context(proof_relay.postfix(taking.port, refused)) if real else None
        url = stack.enter_context(template.copy(home))
        database = Database(url, BOOK)
        stack.callback(database.dispose)
        if letters:
            fill(database, letters)
        database.dispose()
        to = Relay("127.0.0.1", before.port if before else taking.port, "none", connections=4, per_minute=pace)
        hand = Hand(url, to, before.log if before else taking.log, control=control)
        yield Field(home, taking, database, hand, before)


def at_random(template: Template, letters: int, kills: int, seed: int, *, real: bool,
              control: hands.Control | None = None) -> Account:  # fmt: skip
    """R1: two workers, each killed again and again."""
    chance = random.Random(seed)
    lives = 0.45
    pace = int(60 * letters / (kills * lives * 0.8))
    with field(template, letters, real=real, pace=pace, control=control) as there:
        done = 0
        pids = [there.hand.start(again=True) for _ in range(2)]
        while done < kills or there.left():
            before = there.arrived()
            time.sleep(chance.uniform(0.2, lives * 1.4) / 2)
            there.await_more_than(before)
            place = chance.randrange(2)
            hands.kill(pids[place])
            done += 1
            pids[place] = there.hand.start(again=True)
            if done > 4 * kills:
                break
        for pid in pids:
            hands.kill(pid)
        there.hand.finish()
        return there.account()


def at_points(template: Template, point: str, times: int, letters: int, seed: int, *, real: bool = False,
              control: hands.Control | None = None) -> Account:  # fmt: skip
    """R2: a worker broken off at the point, a clean one after it; all the times together.

    A real relay delivers slowly, lest its log tell of the delivery before it is looked at.
    """
    chance = random.Random(f"{seed}/{point}")
    total = Account()
    refused = hands.REFUSED if point == hands.NEXT_IS_REFUSED else frozenset()
    for _ in range(times):
        with field(template, letters, real=real, seconds=2.0 * real, refused=refused, control=control) as there:
            nth = chance.randint(1, letters // 2) if point.endswith("the dot") else 1
            _broken_off(replace(there.hand, failpoint=(point, nth)))
            there.hand.finish(runs=20 if control is None else CONTROL_RUNS)
            total += there.account(refused)
    return total


def again_and_again(template: Template, letters: int, control: hands.Control | None = None) -> Account:
    """R2: one worker after the other ends with all in hand, more often than a letter is tried; then nobody is there."""
    with field(template, letters, control=control) as there:
        for _ in range(TRIES + 1):
            _broken_off(replace(there.hand, failpoint=("claim after commit", 1)))
        _broken_off(replace(there.hand, failpoint=("claim before commit", 1)))  # what was in hand is looked into
        hands.wait(replace(there.hand, relay=replace(there.hand.relay, port=NOBODY)).start())
        there.hand.finish()
        return there.account()


def _broken_off(hand: Hand) -> None:
    if hands.wait(hand.start()) != -signal.SIGKILL:
        raise RuntimeError(f"{hand.failpoint} was never reached")


def stopped(template: Template, times: int, letters: int, seed: int, control: hands.Control | None = None, *,
            is_cut_off: bool = False) -> Account:  # fmt: skip
    """R3: a worker is stopped with letters in hand, another comes long past the lease, then the first goes on.

    Where it `is_cut_off`, its session, and with it its lock, is taken away while it is stopped.
    """
    chance = random.Random(seed)
    total = Account()
    for _ in range(times):
        with field(template, letters, seconds=0.01, control=control) as there:
            first = there.hand.start()
            while not ledger(there.sink.ledger):
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 0.1))
            os.kill(first, signal.SIGSTOP)
            if is_cut_off:
                _cut_off(there.database)
            replace(there.hand, ahead=timedelta(hours=1)).finish(runs=1)
            os.kill(first, signal.SIGCONT)
            hands.wait(first)
            there.hand.finish()
            total += there.account()
    return total


def _cut_off(database: Database) -> None:
    """End the session of the one worker that there is. The server tells all that it ended, and answers then."""
    ours = "locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    with database.write() as connection:
        ending = text(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE {ours}")
        ended = list(connection.execute(ending).scalars())
    database.dispose()
    if ended != [True]:
        raise RuntimeError(f"the worker's session was not ended: {ended}")
