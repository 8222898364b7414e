"""Sending what is queued and due: claim, deliver, mark. What cannot be known is listed for a person, never guessed."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING

from calendars.errors import TalentError
from letters.headers import mailbox
from models import post_clock, restorations, standing
from post import workers
from post.collector_pause import undisturbed
from post.evidence.witnesses import MaildirWitness, Nobody
from post.maildir import MaildirCourier
from post.reconciling import reconcile
from post.rounds import Posted, Round
from post.short_messages import tell

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from threading import Event

    from models.database import Database
    from models.stamp import Stamp
    from post.couriers import Courier
    from post.evidence.witnesses import Witness
    from post.gateways import Gateway
    from post.links import Links
    from post.workers import Worker

__all__ = ["LockLost", "Posted", "RehearsalMail", "send"]

TICK_SECONDS, ASK_TICKS, LOCK_TICKS = 0.5, 4, 60
"""How often a round is minded; at every how many ticks it is asked what has become untrue, and whose its lock is."""

URGENT_SECONDS = 5.0
"""How often it is asked, while letters go out, what is urgent."""

LEAVE_SECONDS = 10.0
"""How long a round that is to end waits for answers to what is on its way."""


class LockLost(TalentError):
    """与数据库的连接中断，本次投递已停止；下一次投递会核对手中的函件。"""


class RehearsalMail(TalentError):
    """这个数据库里是演练年度 {year}，函件不能发往外部的邮件服务器；请改用 maildir，或本机（127.0.0.1）的邮件服务。"""


async def send(
    database: Database,
    courier: Courier,
    sender: str,
    stamp: Stamp,
    *,
    witness: Witness | None = None,
    ticks: post_clock.Ticks | None = None,
    outside: bool = False,
    links: Links | None = None,
    leave: Event | None = None,
    gateways: Mapping[str, Gateway] = MappingProxyType({}),
) -> Posted:
    """Drain what is queued and due until nothing is; `sender` is the From of every letter.

    What a dead worker left is settled first, by the `witness` (None: the mailbox itself for a maildir, else nobody).
    `ticks` are the machine's, against which the clock is checked; None where it does not count (a rehearsal).
    Nothing is sent, and `alarm` says why, where the clock is not believed or a restored backup holds the post.
    `outside` says that letters leave this machine: those of a rehearsal never do (raises RehearsalMail).
    `links` makes the links that are put into messages; an invitation is not sent without.
    `leave`, set by whoever wants it to end, lets what is not on its way go back to the queue.
    What is owed by a second way goes to the `gateways`, by way, beside the letters.
    Raises UnfitHeader where no message can bear the `sender`: that is no letter's fault, and fails none.
    """
    mailbox(sender)
    with database.read() as connection:
        rehearsed = standing.any_year(connection, rehearsal=True) if outside else None
        restored = restorations.held(connection)
    if rehearsed is not None:
        raise RehearsalMail(year=rehearsed)
    if restored is not None:
        return Posted(alarm=str(restored))
    alarm = post_clock.doubted(database, stamp.at, ticks) if ticks is not None else None
    if alarm is not None:
        return Posted(alarm=alarm)
    with workers.at_work(database) as worker, ThreadPoolExecutor(1, "outbox") as desk, undisturbed():
        reconcile(database, witness or _own_witness(courier), stamp.at)
        its = Round(database, courier, sender, stamp, worker.token, desk, links)
        leaves = leave.is_set if leave else lambda: False
        over, told = asyncio.Event(), lambda now: tell(database, gateways, now, worker.token, leaves, desk)
        urgent = asyncio.ensure_future(_meanwhile(told, stamp, over))
        try:
            async with courier:
                await _minded(its, worker, leave)
            await its.give_up()
        finally:
            over.set()
            await asyncio.wait({urgent})
        urgent.result()
    return its.posted


def _own_witness(courier: Courier) -> Witness:
    return MaildirWitness(courier.path) if isinstance(courier, MaildirCourier) else Nobody()


async def _meanwhile(told: Callable[[Stamp], Awaitable[None]], stamp: Stamp, over: asyncio.Event) -> None:
    """Tell what is urgent now, and again while letters go out until that is `over`: nothing urgent waits for them."""
    clock = asyncio.get_running_loop().time
    began = clock()
    while True:
        later = timedelta(seconds=clock() - began)
        await told(replace(stamp, as_of=stamp.as_of + later, at=stamp.at + later))
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), URGENT_SECONDS)
        if over.is_set():
            return


async def _minded(its: Round, worker: Worker, leave: Event | None) -> None:
    """See a round through; end it early where somebody wants that, or where its lock is its own no more (LockLost).

    Only then is what is on its way not waited for to its end, but for an answer that is being put on record: it is not
    dropped for a lock of somebody's, nor for a server that is away. A trouble of its own leaves a round all its time.
    """
    work, patience, lost = asyncio.ensure_future(its.drain()), LEAVE_SECONDS / TICK_SECONDS, False
    try:
        for tick in count(1):
            if (await asyncio.wait({work}, timeout=TICK_SECONDS))[0] or patience < 0:
                break
            if tick % ASK_TICKS == 0:
                await its.ask_again()
            lost = lost or (tick % LOCK_TICKS == 0 and not worker.holds())
            if lost or (leave is not None and leave.is_set()):
                its.leave(LockLost() if lost else None)
                patience -= not its.recording
    finally:
        work.cancel()
        await asyncio.wait({work})
    if not work.cancelled():
        work.result()
    elif its.trouble is not None:
        raise its.trouble
