"""Sending what is queued and due: claim, deliver, mark. What cannot be known is listed for a person, never guessed."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, cast

from acts.reconcile import reconcile
from acts.undisturbed import undisturbed
from calendars.errors import TalentError
from letters.addressee import in_html, in_text
from letters.envelope import Composed, Part, compose, invitations
from letters.maildir import MaildirCourier
from letters.message import Outgoing
from letters.receipts import acknowledged, with_receipt
from letters.witnesses import MaildirWitness, Nobody
from models import clock, post, standing, suppression, workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from datetime import datetime

    from letters.brief import Kind
    from letters.couriers import Courier, Delivery
    from letters.witnesses import Witness
    from models.database import Database
    from models.post import Claimed
    from models.stamp import Stamp
    from models.workers import Worker

T = TypeVar("T")

FIRST, LEAST, MOST = 200, 20, 3 * post.BATCH
"""Letters in hand at first, and at least and at most after that."""

SECONDS_IN_HAND = 10.0
"""About how long a letter is in hand before it is offered: an act that makes it untrue meanwhile comes too late."""

AGAIN_SECONDS = 5.0
"""How often a worker whose letters are slow looks what else has come."""

WATCH_SECONDS = 30.0
"""How often a worker looks whether its lock is still its own."""


class LockLost(TalentError):
    """与数据库的连接中断，本次投递已停止；下一次投递会核对手中的函件。"""


class RehearsalMail(TalentError):
    """这个数据库里是演练年度 {year}，函件不能发往外部的邮件服务器；请改用 maildir，或本机（127.0.0.1）的邮件服务。"""


@dataclass(slots=True)
class Posted:
    """How many letters were sent, refused for good, put off, or are of unknown fate; `alarm` says why none was."""

    sent: int = 0
    failed: int = 0
    retry: int = 0
    unknown: int = 0
    alarm: str | None = None


async def send(
    database: Database,
    courier: Courier,
    sender: str,
    stamp: Stamp,
    *,
    witness: Witness | None = None,
    ticks: clock.Ticks | None = None,
    outside: bool = False,
    links: Callable[[int], str] | None = None,
) -> Posted:
    """Drain what is queued and due until nothing is; `sender` is the From of every letter.

    What a dead worker left is settled first, by the `witness` (None: the mailbox itself for a maildir, else nobody).
    `ticks` are the machine's, against which the clock is checked; None where it does not count (a rehearsal).
    `outside` says that letters leave this machine: those of a rehearsal never do (raises RehearsalMail).
    `links` makes the link by which an office acknowledges a message, from the number of the letter that leads it.
    """
    if outside:
        with database.read() as connection:
            rehearsed = standing.any_year(connection, rehearsal=True)
        if rehearsed is not None:
            raise RehearsalMail(year=rehearsed)
    alarm = clock.doubted(database, stamp.at, ticks) if ticks is not None else None
    if alarm is not None:
        return Posted(alarm=alarm)
    with workers.at_work(database) as worker, ThreadPoolExecutor(1, "outbox") as desk, undisturbed():
        reconcile(database, witness or _own_witness(courier), stamp.at)
        run = _Run(database, courier, sender, stamp, worker, desk, links)
        async with courier:
            await _while_held(worker, run)
    if run.refused:
        with database.write() as connection:
            suppression.give_up(connection, run.refused, stamp.as_of, stamp.by)
    return run.posted


def _own_witness(courier: Courier) -> Witness:
    return MaildirWitness(courier.path) if isinstance(courier, MaildirCourier) else Nobody()


async def _while_held(worker: Worker, run: _Run) -> None:
    """Let it run, but no longer than the worker's lock is its own. Raises LockLost."""
    work = asyncio.ensure_future(run.drain())
    while not (await asyncio.wait({work}, timeout=WATCH_SECONDS))[0]:
        if not worker.holds():
            work.cancel()
            await asyncio.wait({work})
            raise LockLost
    await work


class _Run:
    """One worker's run. It takes more in hand as soon as half of what it has is settled: no slow letter stalls it.

    The outbox is written at a `desk` of its own, one thing after the other: letters go out meanwhile.
    """

    def __init__(
        self,
        database: Database,
        courier: Courier,
        sender: str,
        stamp: Stamp,
        worker: Worker,
        desk: Executor,
        links: Callable[[int], str] | None,
    ) -> None:
        self.database, self.courier, self.sender = database, courier, sender
        self.stamp, self.token, self._desk, self._links = stamp, worker.token, desk, links
        self.posted, self.refused = Posted(), set[int]()
        self._in_hand = self._settled = 0
        self._some_settled = asyncio.Event()
        self._nobody_there = False
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()

    async def drain(self) -> None:
        """Go on until nothing is due and nothing is in hand, or until there is nobody to hand anything to."""
        async with asyncio.TaskGroup() as batches:
            while not self._nobody_there:
                room = self._room()
                held = await self._at_desk(self._claim, room) if room else []
                if held:
                    self._in_hand += len(held)
                    batches.create_task(self._deliver(held))
                elif self._in_hand:
                    await self._news()
                else:
                    return

    def _room(self) -> int:
        """How many more may be taken in hand; none until there is room for half of what may be."""
        elapsed = self._clock() - self._began
        most = min(max(int(self._settled / elapsed * SECONDS_IN_HAND), LEAST), MOST) if self._settled else FIRST
        room = most - self._in_hand
        return min(room, most // 2, post.BATCH) if 2 * room >= most else 0

    async def _at_desk(self, doing: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._desk, doing, *given)

    async def _news(self) -> None:
        """Wait until some are settled, or until it is time to look what has come meanwhile."""
        self._some_settled.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_SECONDS):
                await self._some_settled.wait()

    def _now(self) -> tuple[datetime, datetime]:
        """The programme's instant and the clock's, as of this moment of the run."""
        later = timedelta(seconds=self._clock() - self._began)
        return self.stamp.as_of + later, self.stamp.at + later

    def _claim(self, size: int) -> list[Claimed]:
        return post.claim(self.database, self.token, *self._now(), size)

    async def _deliver(self, held: Sequence[Claimed]) -> None:
        """Ask again which of them are still owed, hand those over, and put each answer on record as it comes."""
        untrue = await self._at_desk(post.no_longer_owed, self.database, self.token)
        members: dict[str, list[Claimed]] = defaultdict(list)
        for one in held:
            if one.id not in untrue:
                members[one.message_id].append(one)
        self._count(sum(one.id in untrue for one in held))
        letters = [_outgoing(theirs, self.sender, self._links) for theirs in members.values()]
        async for deliveries in self.courier.settling(letters):
            settled = [(one, delivery) for delivery in deliveries for one in members[delivery.key]]
            await self._at_desk(self._mark, settled)
            self._note(settled)

    def _mark(self, settled: Sequence[tuple[Claimed, Delivery]]) -> None:
        held, deliveries = [one for one, _ in settled], [delivery for _, delivery in settled]
        post.mark(self.database, self.token, held, deliveries, *self._now())

    def _note(self, settled: Sequence[tuple[Claimed, Delivery]]) -> None:
        self.refused |= {one.id for one, delivery in settled if delivery.state == "failed"}
        for state, count in Counter(delivery.state for _, delivery in settled).items():
            setattr(self.posted, state, getattr(self.posted, state) + count)
        self._nobody_there = not any(delivery.tried for _, delivery in settled)
        self._count(len(settled))

    def _count(self, settled: int) -> None:
        self._in_hand -= settled
        self._settled += settled
        self._some_settled.set()


def _outgoing(members: Sequence[Claimed], sender: str, links: Callable[[int], str] | None) -> Outgoing:
    """The message that answers these obligations of one recipient."""
    lead = members[0]
    said, addressee = _words(members, sender)
    if links is not None and acknowledged(lead.recipient):
        said, addressee = _receipted(said, addressee, links(lead.envelope)), None
    alone = len(members) == 1
    return Outgoing(
        key=lead.message_id,
        message_id=lead.message_id,
        thread=lead.thread if alone else next((one.thread for one in members if one.thread), None),
        sender=sender,
        recipient=lead.address,
        subject=said.subject,
        text=said.text,
        html=said.html,
        queued_at=lead.queued_at if alone else max(one.queued_at for one in members),
        attachments=said.attachments,
        addressee=addressee,
    )


def _words(members: Sequence[Claimed], sender: str) -> tuple[Composed, str | None]:
    """What the message says, and the addressee where he still has to be put in his place."""
    if len(members) == 1:
        one = members[0]
        return Composed(one.subject, one.text, one.html, invitations([one.ics], sender)), one.addressee
    return compose([_part(one) for one in members], sender), None


def _receipted(said: Composed, addressee: str | None, url: str) -> Composed:
    """Give words that no other message shares: the addressee in his place, the message's own link at the end."""
    text, html = with_receipt(in_text(said.text, addressee), in_html(said.html, addressee), url)
    return replace(said, text=text, html=html)


def _part(one: Claimed) -> Part:
    text, html = in_text(one.text, one.addressee), in_html(one.html, one.addressee)
    return Part(cast("Kind", one.kind), one.subject, text, html, one.ics)
