"""The courier to the office's own mail relay: a pool of connections that are kept and used again.

It promises to know on which side of the final dot a trouble lies, and that one slow or broken connection holds up no
other letter. It does not promise exactly once: after the dot without an answer a letter is `unknown`, and is never
tried again by itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Self

from post.connection import Job, SmtpConnection
from post.couriers import always
from post.pace import Pace
from post.relay import TROUBLE, OpenRelay, Relay, connect, explain, guard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Container, Sequence

    from post.couriers import Delivery, Wanted
    from post.message import Outgoing

__all__ = ["OpenRelay", "Relay", "SmtpCourier"]

TROUBLES = 3  # so many lost connections in a row, and what is left waits for a better day
ASIDE = 40  # connections that may wait for a late answer while others take their place
SETTLE_SECONDS = 0.2
"""How long settled letters wait for others, to be put on record together."""

SIFT_SECONDS = 1.0
"""How often what waits for a line is asked to be still wanted, where nothing else happens."""


class SmtpCourier:
    """Delivers through a relay. Raises OpenRelay at once where letters would travel in the clear."""

    def __init__(self, relay: Relay) -> None:
        self.relay = guard(relay)
        self._pool = _Pool(relay)
        self._users = 0

    async def __aenter__(self) -> Self:
        """Keep connections until the last user has left."""
        self._users += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        """Take leave of the relay."""
        self._users -= 1
        if not self._users:
            await self._pool.close()

    async def deliver(self, letters: Sequence[Outgoing]) -> Sequence[Delivery]:
        """Give one Delivery a letter, in their order, once all are settled."""
        found = {delivery.key: delivery async for some in self.settling(letters) for delivery in some}
        return [found[letter.key] for letter in letters]

    async def settling(self, letters: Sequence[Outgoing], wanted: Wanted = always) -> AsyncIterator[Sequence[Delivery]]:
        """Give the Deliveries as they settle."""
        batch = _Batch(letters)
        async with self:
            self._pool.post(batch)
            try:
                while batch.left:
                    if settled := await batch.some():
                        yield settled
                    self._pool.sift(batch, wanted)
            finally:
                self._pool.forget(batch)


class _Batch:
    """Letters that were posted together, and what is settled of them but not yet told."""

    def __init__(self, letters: Sequence[Outgoing]) -> None:
        self.jobs = [Job(letter, self._settle) for letter in letters]
        self.left = self._open = len(letters)
        self._settled: list[Delivery] = []
        self._news, self._done = asyncio.Event(), asyncio.Event()
        self._defect: BaseException | None = None

    async def some(self) -> list[Delivery]:
        """Wait for the first, but no longer than one should before asking what is still wanted; a little for more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SIFT_SECONDS):
                await self._news.wait()
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._done.wait()
        self._news.clear()
        if self._defect is not None and not self._settled:
            raise self._defect
        settled, self._settled = self._settled, []
        self.left -= len(settled)
        return settled

    def fail(self, defect: BaseException) -> None:
        """Tell whoever waits that a worker of the pool broke."""
        self._defect = defect
        self._news.set()
        self._done.set()

    def _settle(self, delivery: Delivery) -> None:
        self._settled.append(delivery)
        self._open -= 1
        self._news.set()
        if not self._open:
            self._done.set()


class _Pool:
    """Letters that wait, the workers that carry them, and the lines that rest between two batches.

    Troubles in a row are counted by outage, not by connection: a line that stood before the last one adds nothing.
    While there is trouble a single worker tries, until a letter is answered for again.
    """

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._pace = Pace(relay.per_minute, relay.busy_seconds)
        self._batches: list[_Batch] = []
        self._waiting: deque[Job] = deque()
        self._resting: list[SmtpConnection] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._working = 0
        self._troubles = 0
        self._outages = 0

    def post(self, batch: _Batch) -> None:
        """Let these letters be carried."""
        self._troubles = 0
        self._batches.append(batch)
        self._waiting.extend(batch.jobs)
        self._staff()

    def sift(self, batch: _Batch, wanted: Wanted) -> None:
        """Withhold what waits of it and is wanted no more."""
        theirs = set(map(id, batch.jobs)) if self._waiting else ()
        gone = {id(job): job for job in self._waiting if id(job) in theirs and not wanted(job.letter.key)}
        if gone:
            self._drop(gone)
        for job in gone.values():
            job.tell("withheld", "", tried=False)

    def forget(self, batch: _Batch) -> None:
        """Drop what still waits of it: nobody is left to be told."""
        self._batches.remove(batch)
        if batch.left:
            self._drop(set(map(id, batch.jobs)))

    def _drop(self, gone: Container[int]) -> None:
        self._waiting = deque(job for job in self._waiting if id(job) not in gone)

    async def close(self) -> None:
        """Stop the workers and take leave of the relay."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        resting, self._resting = self._resting, []
        await asyncio.gather(*(line.quit() for line in resting))

    def take(self) -> Job | None:
        """Give the next letter that may go at once."""
        if not self._waiting or not self._pace.is_free(monotonic()):
            return None
        self._pace.reserve(monotonic())
        return self._fit()

    def give_back(self, job: Job) -> None:
        """Take back a letter that did not get its turn."""
        self._waiting.appendleft(job)

    def went_well(self) -> None:
        """Note that the relay answers for its letters."""
        if self._troubles:
            self._troubles = 0
            self._staff()

    def slow_down(self) -> None:
        """Let letters go more slowly for a while."""
        self._pace.slow_down()

    def set_aside(self) -> None:
        """Let another worker take the place of one that waits long for its answer."""
        self._working -= 1
        self._staff()

    def _staff(self) -> None:
        """Have as many workers as there may be, and letters for them."""
        most = 1 if self._troubles else self._relay.connections
        room = self._relay.connections + ASIDE - len(self._tasks)
        for _ in range(min(most - self._working, len(self._waiting), room)):
            self._working += 1
            task = asyncio.get_running_loop().create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (defect := task.exception()) is not None:
            for batch in self._batches:
                batch.fail(defect)

    async def _work(self) -> None:
        """Carry letters until none waits."""
        line: SmtpConnection | None = None
        try:
            while not self._is_too_many() and (job := await self._next(line)) is not None:
                line = line if line is not None and line.wire.stands else await self._line(job)
                if line is None:
                    break
                if trouble := await line.deliver(job):
                    self._had_trouble(line, trouble)
                if line.is_aside:
                    break
        except BaseException:
            if line is not None:
                line.close()
            raise
        finally:
            self._leave(line)

    def _is_too_many(self) -> bool:
        return bool(self._troubles) and self._working > 1

    async def _next(self, line: SmtpConnection | None) -> Job | None:
        if line is not None and line.next is not None:
            return line.next
        while self._waiting:
            await asyncio.sleep(self._pace.reserve(monotonic()))
            if (job := self._fit()) is not None:
                return job
        return None

    def _fit(self) -> Job | None:
        while self._waiting:
            job = self._waiting.popleft()
            if job.content or job.is_fit():
                return job
        return None

    async def _line(self, job: Job) -> SmtpConnection | None:
        """Give a line that stands, new or rested; None where the relay lets nobody in."""
        if (line := self._rested()) is not None:
            return line
        try:
            wire, grouped = await connect(self._relay)
        except TROUBLE as error:
            if (line := self._rested()) is not None:  # whom the relay did let in was done meanwhile
                return line
            self.give_back(job)
            if self._working == 1:
                self._give_up(f"未能交给邮件服务器：{explain(self._relay, error).says}")
            return None
        except asyncio.CancelledError:
            self.give_back(job)
            raise
        return SmtpConnection(wire, self._relay, self, grouped=grouped, born=self._outages)

    def _rested(self) -> SmtpConnection | None:
        while self._resting:
            line = self._resting.pop()
            if line.wire.stands:
                return line
            line.close()
        return None

    def _leave(self, line: SmtpConnection | None) -> None:
        """Let the line rest, or end it."""
        if line is not None and line.is_aside:
            line.close()
            self._staff()
            return
        self._working -= 1
        if line is None:
            return
        if line.wire.stands and line.next is None:
            self._resting.append(line)
        else:
            line.close()

    def _had_trouble(self, line: SmtpConnection, trouble: str) -> None:
        if line.born != self._outages:
            return
        self._outages += 1
        self._troubles += 1
        if self._troubles >= TROUBLES:
            self._give_up(trouble)

    def _give_up(self, trouble: str) -> None:
        """Leave what waits for a better day; none of it was tried."""
        waiting, self._waiting = self._waiting, deque()
        for job in waiting:
            job.tell("retry", trouble, tried=False)
