"""A relay that takes everything and keeps account of it; every rival is measured against this one.

`python -m benchmarks.post.sink PORT [--delay SECONDS] [--in-turn] [--ledger FILE]`: each arrival is answered so much
later, as over a network with that round trip; `--in-turn` offers no command groups (RFC 2920). With a ledger it
answers a final dot once the message's id is in that file and the file on the disk, as a relay that loses nothing does.
`XCOUNT` tells how many messages it took, and how many different Message-IDs they had, since it was last asked.
"""

from __future__ import annotations

import asyncio
import os
from argparse import ArgumentParser
from pathlib import Path

LONGEST_ID = 300


class Account:
    """What was taken over since it was last asked, and who waits for it to be on the disk."""

    def __init__(self, ledger: Path | None) -> None:
        self.handle = None if ledger is None else os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.messages = 0
        self.ids: set[bytes] = set()
        self.lines: list[bytes] = []
        self.waiting: list[Sink] = []
        self.writing: asyncio.Task[None] | None = None

    def take(self, content: bytes) -> None:
        begin = content.find(b"Message-ID:")
        line = content[begin : content.find(b"\r\n", begin)][:LONGEST_ID] if begin >= 0 else b""
        self.messages += 1
        self.ids.add(line)
        self.lines.append(line)

    def told(self) -> bytes:
        said = b"250 %d %d\r\n" % (self.messages, len(self.ids))
        self.messages, self.ids = 0, set()
        return said

    def when_written(self, connection: Sink) -> None:
        self.waiting.append(connection)
        if self.writing is None:
            self.writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        """Write and sync for all that wait by then, as long as anybody does."""
        assert self.handle is not None
        while self.waiting:
            lines, waiting, self.lines, self.waiting = self.lines, self.waiting, [], []
            os.write(self.handle, b"\n".join(lines) + b"\n")
            await asyncio.to_thread(os.fdatasync, self.handle)
            for connection in waiting:
                connection.say()
        self.writing = None


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, account: Account, delay: float, *, grouped: bool) -> None:
        self.account, self.delay = account, delay
        self.hello = b"250-sink\r\n250 PIPELINING\r\n" if grouped else b"250 sink\r\n"
        self.rest, self.content = b"", False
        self.replies: list[bytes] = []
        self.held = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self._arrived, data)
        else:
            self._arrived(data)

    def say(self) -> None:
        replies, self.replies, self.held = self.replies, [], False
        if replies and not self.transport.is_closing():
            self.transport.write(b"".join(replies))

    def _arrived(self, data: bytes) -> None:
        self.rest += data
        taken = self.account.messages
        while (reply := self._reply()) is not None:
            self.replies.append(reply)
        if self.account.handle is not None and self.account.messages > taken:
            self.held = True
            self.account.when_written(self)
        elif not self.held:
            self.say()

    def _reply(self) -> bytes | None:
        part, end, rest = self.rest.partition(b"\r\n.\r\n" if self.content else b"\r\n")
        if not end:
            return None
        self.rest = rest
        if self.content:
            self.content = False
            self.account.take(part)
            return b"250 taken\r\n"
        verb = part[:4].upper()
        if verb == b"XCOU":
            return self.account.told()
        self.content = verb == b"DATA"
        return {b"DATA": b"354 go on\r\n", b"EHLO": self.hello, b"QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n")


async def serve(port: int, account: Account, delay: float, *, grouped: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(account, delay, grouped=grouped), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--in-turn", action="store_true")
    parser.add_argument("--ledger", type=Path)
    given = parser.parse_args()
    asyncio.run(serve(given.port, Account(given.ledger), given.delay, grouped=not given.in_turn))
