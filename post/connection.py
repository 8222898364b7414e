"""Letters over one connection: envelope, content, final dot, and on which side of it a trouble lies.

Where the relay takes commands in groups (RFC 2920), the dot of a letter and the envelope of the next leave together:
one round trip a letter. A dot never leaves before all of its content has, nor on a line that is known to be broken.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Protocol, TypeVar

from letters.headers import UnfitHeader, mailbox
from models.mail_answers import PASSING, Meaning, meaning
from post.couriers import Delivery, DeliveryState
from post.relay import TROUBLE, line_of, one_line
from post.splice import as_sent
from post.wire import NO_ANSWER, Reply, Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from post.message import Outgoing
    from post.relay import Relay

T = TypeVar("T")

DATA_SECONDS, BLOCK_SECONDS = 120.0, 180.0  # RFC 5321 4.5.3.2
GOODBYE_SECONDS = 5.0
DOT, DATA = b".\r\n", b"DATA\r\n"
ONE_PIECE = 65_536
"""Bytes that a socket whose other side waits for them takes at once: what follows them does not overtake a trouble."""

GO_AHEAD, CLOSING = 354, 421
ENDING = (CLOSING, NO_ANSWER)
STATES: dict[int, DeliveryState] = {2: "sent", 4: "deferred", 5: "failed"}
REFUSED = ("发件人被拒", "收件人被拒", "正文被拒")
"""What was refused for good, by the command: MAIL, RCPT, then DATA or the dot. A letter's record keeps the word."""


@dataclass(slots=True, eq=False)
class Job:
    """A letter on its way, and whom to tell what became of it."""

    letter: Outgoing
    settle: Callable[[Delivery], None]
    commands: tuple[bytes, ...] = ()
    content: bytes = b""

    def is_fit(self) -> bool:
        """Make its envelope and content; a letter that cannot be written is settled as failed."""
        try:
            self.content = as_sent(self.letter)
        except UnfitHeader as unfit:
            self.tell("failed", str(unfit))
            return False
        except UnicodeEncodeError:
            self.tell("failed", "正文中有不成字的代码，无法写成邮件")
            return False
        self.commands = (_mail_from(self.letter.sender), f"RCPT TO:<{self.letter.recipient}>\r\n".encode(), DATA)
        return True

    def tell(self, state: DeliveryState, detail: str, *, tried: bool = True) -> None:
        """Say what became of it, and let go of its bytes: many letters are in hand, and few on their way."""
        self.content = b""
        self.settle(Delivery(self.letter.key, state, detail, tried))


@lru_cache(maxsize=16)
def _mail_from(sender: str) -> bytes:
    return f"MAIL FROM:<{mailbox(sender).addr_spec}>\r\n".encode()


class ConnectionOwner(Protocol):
    """What a line asks of the pool it belongs to."""

    def take(self) -> Job | None:
        """Give the next letter that may go at once."""

    def give_back(self, job: Job) -> None:
        """Take back a letter that did not get its turn, through no fault of its own."""

    def went_well(self) -> None:
        """Note that the relay answers for its letters."""

    def slow_down(self) -> None:
        """Note that letters come too fast for the relay."""

    def set_aside(self) -> None:
        """Note that a line waits long for an answer: the other letters need not."""


class SmtpConnection:
    """One connection.

    `deliver` settles a letter. `next` is the one whose envelope went along with the last dot; `is_aside` says that the
    relay kept it waiting, and that it is not to be used again. `born` is whatever the pool dates its lines by.
    """

    def __init__(self, wire: Wire, relay: Relay, office: ConnectionOwner, *, grouped: bool, born: int) -> None:
        self.wire = wire
        self.relay = relay
        self.office = office
        self.grouped = grouped
        self.born = born
        self.next: Job | None = None
        self.is_aside = False
        self._served = 0

    async def deliver(self, job: Job) -> str:
        """Settle one letter; give the trouble where the connection was lost over it, else nothing."""
        try:
            replies = await self._offer(job)
            fine = _fine(replies)
            if fine:
                await self._send(job)
        except TROUBLE as error:
            return self._lost(job, "retry", f"连接中断，未交出：{line_of(error)}")
        if not replies:
            return self._worn_out(job)
        return await (self._finish(job) if fine else self._refused(job, replies))

    async def quit(self) -> None:
        """Take leave as the protocol wants it."""
        with suppress(*TROUBLE):
            self.wire.write(b"QUIT\r\n", 1)
            await self.wire.reply(GOODBYE_SECONDS)
        self.close()

    def close(self) -> None:
        """Hang up; the letter that was only announced goes back."""
        self.wire.close()
        self._leave_next()

    async def _offer(self, job: Job) -> list[Reply]:
        """Announce the letter; give the replies, up to the one that refuses it; none where the line was worn out."""
        announced, self.next = self.next is job, None
        try:
            if self.grouped and not announced:
                self.wire.write(b"".join(job.commands), len(job.commands))
            first = await self._stage(job, 0)
        except TROUBLE:
            if self._served:
                return []
            raise
        if first.code == CLOSING and self._served:
            return []
        replies = [first]
        while len(replies) < len(job.commands) and replies[-1].code not in ENDING and (self.grouped or _ok(replies)):
            replies.append(await self._stage(job, len(replies)))
        return replies

    async def _stage(self, job: Job, number: int) -> Reply:
        if not self.grouped:
            self.wire.write(job.commands[number], 1)
        last = number == len(job.commands) - 1
        seconds = min(DATA_SECONDS, self.relay.command_seconds) if last else self.relay.command_seconds
        here = self.wire.ready()
        return here if here is not None else await self._patiently(self.wire.reply, seconds)

    async def _send(self, job: Job) -> None:
        """Send a long content ahead of its dot; a short one leaves with it, in one piece, if the line still stands."""
        if len(job.content) > ONE_PIECE:
            self.wire.write(job.content, 0)
            job.content = b""
        if not self.wire.is_quiet():
            await self._patiently(self.wire.drained, BLOCK_SECONDS)

    async def _refused(self, job: Job, replies: list[Reply]) -> str:
        """Settle a refusal before the dot, and clear the envelope for the next letter."""
        stage, refusal = next(item for item in enumerate(replies) if not _expected(*item))
        state = self._state(refusal)
        said = _said(state, stage, refusal)
        if replies[-1].code in ENDING:
            return self._lost(job, "retry" if state == "sent" else state, said)
        job.tell("retry" if state == "sent" else state, said)
        self.office.went_well()
        try:
            await self._clear(replies)
        except TROUBLE:
            self.close()
        return ""

    async def _clear(self, replies: list[Reply]) -> None:
        if replies[-1].code == GO_AHEAD:  # to a group without a recipient: an empty content, which goes nowhere
            if _expected(1, replies[1]):
                self.close()
                return
            self.wire.write(DOT, 1)
            await self.wire.reply(self.relay.command_seconds)
        self.wire.write(b"RSET\r\n", 1)
        if (await self.wire.reply(self.relay.command_seconds)).code in ENDING:
            self.close()

    async def _finish(self, job: Job) -> str:
        """Send what is left, the dot, the envelope of the next letter; settle what the relay answers to the dot."""
        self.next = self.office.take() if self.grouped else None
        announced = self.next.commands if self.next else ()
        try:
            self.wire.write(b"".join((job.content, DOT, *announced)), 1 + len(announced))
        except TROUBLE as error:
            return self._lost(job, "retry", f"连接中断，未交出：{line_of(error)}")
        try:
            here = self.wire.ready()
            answer = here if here is not None else await self._patiently(self.wire.reply, self.relay.dot_seconds)
        except TROUBLE as error:
            return self._lost(job, "unknown", f"已交出，未收到答复：{line_of(error)}")
        said = one_line(str(answer))
        if answer.code == CLOSING:
            return self._lost(job, "deferred", said)
        if answer.code // 100 not in STATES:
            return self._lost(job, "unknown", f"已交出，答复无法辨认：{said}")
        self._served += 1
        state = self._state(answer)
        job.tell(state, _said(state, -1, answer))
        self.office.went_well()
        return ""

    def _state(self, reply: Reply) -> DeliveryState:
        """Tell what a reply is to the letter; what passes by itself is deferred, though its code were one for good."""
        state = STATES.get(reply.code // 100, "retry")
        if state == "sent":
            return state
        meant = meaning(str(reply))
        if meant is Meaning.BUSY:
            self.office.slow_down()
        return "deferred" if state == "failed" and meant in PASSING else state

    async def _patiently(self, wait: Callable[[float], Awaitable[T]], seconds: float) -> T:
        """Wait so long; after a while let the others go on without this line."""
        patience = self.relay.patience
        if self.is_aside or seconds <= patience:
            return await wait(seconds)
        with suppress(TimeoutError):
            return await wait(patience)
        self.is_aside = True
        self._leave_next()
        self.office.set_aside()
        return await wait(seconds - patience)

    def _lost(self, job: Job, state: DeliveryState, detail: str) -> str:
        self.close()
        job.tell(state, detail)
        return detail

    def _worn_out(self, job: Job) -> str:
        """Hang up on a connection that took letters before and takes no more: no fault of this one."""
        self.office.give_back(job)
        self.close()
        return ""

    def _leave_next(self) -> None:
        if self.next is not None:
            self.office.give_back(self.next)
            self.next = None


def _said(state: DeliveryState, stage: int, reply: Reply) -> str:
    return one_line(f"{REFUSED[stage]}：{reply}" if state == "failed" else str(reply))


def _expected(number: int, reply: Reply) -> bool:
    return reply.code == GO_AHEAD if number == 2 else reply.code // 100 == 2  # noqa: PLR2004 - 2xx to MAIL and RCPT


def _ok(replies: list[Reply]) -> bool:
    return all(map(_expected, count(), replies))


def _fine(replies: list[Reply]) -> bool:
    return len(replies) == 3 and _ok(replies)  # noqa: PLR2004 - MAIL, RCPT, DATA
