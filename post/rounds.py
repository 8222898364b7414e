"""One worker's round: letters taken in hand, handed over, each answer put on record, as long as there are any."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from models import suppression
from models.database import passes
from models.outdated_letters import untrue_in_hand
from post import claims, marks
from post.couriers import Delivery
from post.outgoing import NoLinks, outgoing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from concurrent.futures import Executor
    from datetime import datetime

    from models.database import Database
    from models.stamp import Stamp
    from post.claims import Claimed
    from post.couriers import Courier
    from post.links import Links

T = TypeVar("T")
Settled = tuple["Claimed", Delivery]

FIRST, LEAST, MOST = claims.BATCH, 20, 3 * claims.BATCH
"""Letters in hand at first, and at least and at most after that."""

SECONDS_IN_HAND = 10.0
"""About how long a letter is in hand before it is offered: what waits for long is taken by whoever is free."""

AGAIN_SECONDS = 5.0
"""How often a worker whose letters are slow looks what else has come."""

AT_IT_SECONDS, BUSY_SECONDS = 600.0, 1.0
"""How long an answer of the relay is tried to be put on record, and how soon again, where that may still succeed."""


@dataclass(slots=True)
class Posted:
    """How many letters were sent, refused for good, put off, or are of unknown fate; `alarm` says why none was."""

    sent: int = 0
    failed: int = 0
    retry: int = 0
    unknown: int = 0
    alarm: str | None = None


class Round:
    """It takes more in hand as soon as half of what it has is settled: no slow letter stalls it.

    The outbox is written at a `desk` of its own, one thing after the other: letters go out meanwhile. `posted` says
    what became of the letters, `refused` which of them were refused, `recording` how many groups of answers are just
    being put on record, `trouble` why it ends early.
    """

    def __init__(
        self,
        database: Database,
        courier: Courier,
        sender: str,
        stamp: Stamp,
        token: str,
        desk: Executor,
        links: Links | None,
    ) -> None:
        self.database, self.courier, self.sender = database, courier, sender
        self.stamp, self.token, self._desk, self._links = stamp, token, desk, links
        self.posted, self.refused = Posted(), set[int]()
        self._in_hand = self._settled = 0
        self._some_settled = asyncio.Event()
        self._is_leaving = False
        self.recording = 0
        self.trouble: Exception | None = None
        self._untrue: frozenset[str] = frozenset()
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()

    async def drain(self) -> None:
        """Go on until nothing is due and nothing is in hand, or until there is nobody to hand anything to.

        Raises what went wrong with one batch, once what else was in hand is settled or back in the queue.
        """
        async with asyncio.TaskGroup() as batches:
            while True:
                room = 0 if self._is_leaving else self._room()
                held = await self._claimed(room) if room else []
                if held:
                    self._in_hand += len(held)
                    batches.create_task(self._deliver(held))
                elif self._in_hand:
                    await self._news()
                else:
                    break
        if self.trouble is not None:
            raise self.trouble

    def leave(self, trouble: Exception | None = None) -> None:
        """Take no more in hand, and let go back to the queue what is in it and not on its way."""
        self._is_leaving = True
        self.trouble = self.trouble or trouble
        self._some_settled.set()

    async def ask_again(self) -> None:
        """Ask which of the letters in hand an act, or the time, has made untrue meanwhile: they are not handed over."""
        if not self._in_hand:
            return
        try:
            self._untrue = await self._at_desk(untrue_in_hand, self.database, self.token, self._now()[0])
        except Exception as trouble:  # noqa: BLE001 - drain raises it, once what is in hand is settled
            self.leave(trouble)

    def _is_wanted(self, key: str) -> bool:
        return not self._is_leaving and key not in self._untrue

    def _room(self) -> int:
        """How many more may be taken in hand; none until there is room for half of what may be."""
        elapsed = self._clock() - self._began
        most = min(max(int(self._settled / elapsed * SECONDS_IN_HAND), LEAST), MOST) if self._settled else FIRST
        room = most - self._in_hand
        return min(room, most // 2, claims.BATCH) if 2 * room >= most else 0

    async def _claimed(self, size: int) -> list[Claimed]:
        try:
            return await self._at_desk(claims.claim, self.database, self.token, *self._now(), size)
        except Exception as trouble:  # noqa: BLE001 - drain raises it, once what is in hand is settled
            self.leave(trouble)
            return []

    async def _at_desk(self, doing: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._desk, doing, *given)

    async def _news(self) -> None:
        """Wait until some are settled, or until it is time to look what has come meanwhile."""
        self._some_settled.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_SECONDS):
                await self._some_settled.wait()

    def _now(self) -> tuple[datetime, datetime]:
        """The programme's instant and the clock's, as of this moment of the round."""
        later = timedelta(seconds=self._clock() - self._began)
        return self.stamp.as_of + later, self.stamp.at + later

    async def _deliver(self, held: Sequence[Claimed]) -> None:
        """Hand over those that are still owed, and put each answer on record as it comes."""
        left = len(held)
        try:
            await self.ask_again()
            async for settled in self._settling(held):
                await self._record(settled)
                left -= len(settled)
        except Exception as trouble:  # noqa: BLE001 - drain raises it, once what is in hand is settled
            self.leave(trouble)
            self._count(left)

    async def _record(self, settled: Sequence[Settled]) -> None:
        """Put these answers on record; where that fails, the courier is heard out all the same: it has others'."""
        self.recording += 1
        try:
            await self._mark(settled)
            self._note(settled)
        except Exception as trouble:  # noqa: BLE001 - drain raises it, once what is in hand is settled
            self.leave(trouble)
        finally:
            self.recording -= 1
            self._count(len(settled))

    async def _settling(self, held: Sequence[Claimed]) -> AsyncIterator[list[Settled]]:
        members: dict[str, list[Claimed]] = defaultdict(list)
        for one in held:
            members[one.message_id].append(one)
        letters, unfit = [], []
        for theirs in members.values():
            try:
                letters.append(outgoing(theirs, self.sender, self._links))
            except NoLinks as unlinked:
                said = Delivery(theirs[0].message_id, "deferred", str(unlinked))
                unfit += [(one, said) for one in theirs]
            except Exception as defect:  # noqa: BLE001 - one letter that cannot be put together holds up no other
                said = Delivery(theirs[0].message_id, "failed", f"写不成邮件：{type(defect).__name__}")
                unfit += [(one, said) for one in theirs]
        if unfit:
            yield unfit
        async for deliveries in self.courier.settling(letters, self._is_wanted):
            yield [(one, delivery) for delivery in deliveries for one in members[delivery.key]]

    async def _mark(self, settled: Sequence[Settled]) -> None:
        held, deliveries = [one for one, _ in settled], [delivery for _, delivery in settled]
        await self._at_last(lambda: marks.mark(self.database, self.token, held, deliveries, *self._now()))

    async def give_up(self) -> None:
        """Write no more to where the relay has refused so many messages."""
        if self.refused:
            await self._at_last(self._give_up)

    def _give_up(self) -> None:
        with self.database.write("every") as connection:
            suppression.give_up(connection, self.refused, self.stamp.as_of, self.stamp.by)

    async def _at_last(self, doing: Callable[[], None]) -> None:
        """Put it on record; no lock of another's, nor a server that is away, may lose it: nobody can tell it again."""
        until = self._clock() + AT_IT_SECONDS
        while True:
            try:
                await self._at_desk(doing)
            except Exception as trouble:
                if not passes(trouble) or self._clock() > until:
                    raise
                await asyncio.sleep(BUSY_SECONDS)
            else:
                return

    def _note(self, settled: Sequence[Settled]) -> None:
        self.refused |= {one.id for one, delivery in settled if delivery.state == "failed" and one.trial is None}
        states = Counter(delivery.state for _, delivery in settled)
        for state, count in states.items():
            if state != "withheld":
                counted = "retry" if state == "deferred" else state
                setattr(self.posted, counted, getattr(self.posted, counted) + count)
        if not any(delivery.tried or delivery.state == "withheld" for _, delivery in settled):
            self.leave()

    def _count(self, settled: int) -> None:
        self._in_hand -= settled
        self._settled += settled
        self._some_settled.set()
