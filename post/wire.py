"""Bytes to and from the relay: replies in the order of their commands, each waited for as long as it may take."""

from __future__ import annotations

import asyncio
import select
from collections import deque
from typing import NamedTuple

LONGEST_REPLY = 32_768
AT_ONCE = 4_096
"""Bytes taken in at a time: replies are short, and asyncio's own way makes room for 256 KB to hold each of them."""

DRAIN_SECONDS = 0.005
NO_ANSWER = -1
"""The code of what is no SMTP reply."""


class Reply(NamedTuple):
    """What the relay said to one command: its code, and its lines joined by newlines."""

    code: int
    text: str

    def __str__(self) -> str:
        return self.text if self.code == NO_ANSWER else f"{self.code} {self.text}"


class Wire(asyncio.BufferedProtocol):
    """A connection that was opened and signed in, taken over from the library that did so.

    `write` says how many replies its bytes will bring; a reply that nothing asked for ends the connection, lest it be
    read as the answer to the next letter.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._taken_in = memoryview(bytearray(AT_ONCE))
        self._rest = b""
        self._lines: list[bytes] = []
        self._said = 0
        self._owed = 0
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._trouble: Exception | None = None
        self._news = select.poll()
        self._news.register(transport.get_extra_info("socket"), select.POLLIN)
        transport.set_protocol(self)

    @property
    def stands(self) -> bool:
        """Whether the connection can still be used, as far as this side knows."""
        return self._trouble is None and not self._transport.is_closing()

    def write(self, content: bytes, replies: int) -> None:
        """Send bytes that will bring so many replies. Raises ConnectionError where the connection is gone."""
        if not self.stands:
            raise self._trouble or ConnectionResetError("connection lost")
        self._owed += replies
        self._transport.write(content)

    def ready(self) -> Reply | None:
        """Give the next reply if it is here already."""
        return self._replies.popleft() if self._replies else None

    def is_quiet(self) -> bool:
        """Tell whether all that was written has left, and nothing came that was not read: the line still stands."""
        return self.stands and not self._transport.get_write_buffer_size() and not self._news.poll(0)

    async def reply(self, seconds: float) -> Reply:
        """Give the next reply. Raises ConnectionError, or TimeoutError: then one may go on waiting."""
        if not self._replies:
            await self._wait(seconds)
        return self._replies.popleft()

    async def drained(self, seconds: float) -> None:
        """Wait until all that was written has left this process. Raises ConnectionError or TimeoutError."""
        await asyncio.sleep(0)
        give_up = self._loop.time() + seconds
        while self.stands and self._transport.get_write_buffer_size():
            if self._loop.time() >= give_up:
                raise TimeoutError("the relay takes no more bytes")
            await asyncio.sleep(DRAIN_SECONDS)
        if not self.stands:
            raise self._trouble or ConnectionResetError("connection lost")

    def close(self) -> None:
        """Let go of it, without a word."""
        self._transport.close()
        self._ended(ConnectionAbortedError("connection closed"))

    def get_buffer(self, sizehint: int) -> memoryview:
        """Give the place that what arrives is to be written to."""
        del sizehint
        return self._taken_in

    def buffer_updated(self, nbytes: int) -> None:
        """Take in what arrived."""
        *lines, self._rest = (self._rest + self._taken_in[:nbytes]).split(b"\n")
        for line in lines:
            self._line(line.rstrip(b"\r"))
        if len(self._rest) + self._said > LONGEST_REPLY:
            self._break("reply too long")
        if self._replies:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the relay, or the network, has hung up."""
        self._ended(exc or ConnectionResetError("connection lost"))

    def _line(self, line: bytes) -> None:
        self._lines.append(line[4:].strip())
        self._said += len(line)
        if line[3:4] == b"-" and line[:3].isdigit():
            return
        text = b"\n".join(self._lines).decode("utf-8", "replace")
        self._lines, self._said = [], 0
        if not self._owed:
            self._break(f"unasked: {line.decode('utf-8', 'replace')}")
            return
        self._owed -= 1
        answers = line[:3].isdigit() and line[3:4] in (b" ", b"")
        self._replies.append(
            Reply(int(line[:3]), text) if answers else Reply(NO_ANSWER, line.decode("utf-8", "replace"))
        )

    def _break(self, why: str) -> None:
        self._ended(ConnectionAbortedError(why))
        self._transport.abort()

    def _ended(self, trouble: Exception) -> None:
        self._trouble = self._trouble or trouble
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._replies:
            self._wake()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(self._trouble)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self, seconds: float) -> None:
        if self._trouble is not None:
            raise self._trouble
        self._waiter = self._loop.create_future()
        self._deadline = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            self._arm()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _arm(self) -> None:
        """Set the one timer of this connection: moving it with each reply would cost more than the reply."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._deadline:
            self._arm()
        else:
            self._waiter.set_exception(TimeoutError("no answer in time"))
