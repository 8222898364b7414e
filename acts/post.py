"""Sending what is queued and due: claim, deliver, mark. What cannot be known is listed for a person, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from letters.maildir import MaildirCourier
from letters.message import Outgoing
from models import post

if TYPE_CHECKING:
    from letters.couriers import Courier
    from models.database import Database
    from models.post import Claimed
    from models.stamp import Stamp


@dataclass(slots=True)
class Posted:
    """How many letters were sent, refused for good, put off, or are of unknown fate."""

    sent: int = 0
    failed: int = 0
    retry: int = 0
    unknown: int = 0


async def send(database: Database, courier: Courier, sender: str, stamp: Stamp) -> Posted:
    """Drain what is queued and due, batch by batch, until nothing is; `sender` is the From of every letter."""
    post.orphaned(database, stamp.at, again=isinstance(courier, MaildirCourier))
    posted = Posted()
    while True:
        token, held = post.claim(database, stamp.as_of, stamp.at)
        if not held:
            return posted
        deliveries = await courier.deliver([_outgoing(one, sender) for one in held])
        post.mark(database, token, held, deliveries, stamp.as_of, stamp.at)
        for delivery in deliveries:
            setattr(posted, delivery.state, getattr(posted, delivery.state) + 1)


def _outgoing(one: Claimed, sender: str) -> Outgoing:
    return Outgoing(
        key=one.message_id,
        message_id=one.message_id,
        thread=one.thread,
        sender=sender,
        recipient=one.address,
        subject=one.subject,
        text=one.text,
        html=one.html,
        queued_at=one.queued_at,
    )
