"""A relay that keeps accounts: a message is answered for only after its line in the ledger is on the disk.

It writes a log of its own as Postfix does, so that a crash is settled from it as from a real relay's.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import os
import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import count
from pathlib import Path

GOOD = {"greeting": "220 sink", "EHLO": "250-sink\r\n250 PIPELINING", "DATA": "354 go", "dot": "250 taken"}
"""What it says where nothing is wrong; 250 ok elsewhere."""

DROP, HANG = "drop", "hang"


@dataclass(frozen=True)
class Fault:
    """What goes wrong at a stage (`greeting`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `dot`) for the recipients in `of`.

    None are all. `reply` is an SMTP line, DROP or HANG; `seconds` pass before it; it happens the first `times` times to
    each, and where there is no recipient yet to the first so many connections.
    """

    stage: str
    reply: str = ""
    of: frozenset[str] | None = None
    times: int = 1_000_000
    seconds: float = 0.0


@dataclass(frozen=True)
class Sink:
    """A running sink: its port, its ledger, its log, and every recipient offered to it (one line a try)."""

    port: int
    ledger: Path
    log: Path
    offers: Path


@contextmanager
def sink(folder: Path, *faults: Fault, seconds: float = 0.0) -> Iterator[Sink]:
    """Serve in a process of its own until the block ends; each message takes it `seconds` more."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=200)
    given = Sink(listening.getsockname()[1], folder / "ledger", folder / "relay.log", folder / "offers")
    given.log.write_text(f"{_time()} sink postfix/master[1]: daemon started\n")
    given.offers.touch()
    pid = os.fork()
    if pid == 0:
        with suppress(BaseException):
            asyncio.run(_Server(given, faults, seconds).serve(listening))
        os._exit(0)
    listening.close()
    try:
        yield given
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _time() -> str:
    return datetime.now(UTC).isoformat()


@dataclass
class _Server:
    given: Sink
    faults: tuple[Fault, ...]
    seconds: float
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    numbers: Iterator[int] = field(default_factory=lambda: count(100_000))

    async def serve(self, listening: socket.socket) -> None:
        server = await asyncio.start_server(self._session, sock=listening, limit=1 << 22)
        await server.serve_forever()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = _Session(self, reader, writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await session.go()
        session.end()
        writer.close()

    def log(self, who: str, pid: int, said: str) -> None:
        with self.given.log.open("a") as file:
            file.write(f"{_time()} sink postfix/{who}[{pid}]: {said}\n")

    def keep(self, content: bytes, recipient: str) -> None:
        message = email.message_from_bytes(content, policy=email.policy.default)
        body = message.get_body(("plain",))
        text = body.get_content() if isinstance(body, EmailMessage) else ""
        line = json.dumps({"id": str(message["Message-ID"]), "to": recipient, "at": time.time(), "text": text})
        append(self.given.ledger, line)

    def fault(self, stage: str, recipient: str) -> Fault | None:
        for fault in self.faults:
            if fault.stage == stage and (fault.of is None or recipient in fault.of):
                self.seen[stage, recipient] += 1
                return fault if self.seen[stage, recipient] <= fault.times else None
        return None


def append(path: Path, line: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{line}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _named(line: bytes) -> str:
    return line[line.index(b"<") + 1 : line.index(b">")].decode()


class _Session:
    def __init__(self, server: _Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.pid = next(server.numbers)
        self.recipient, self.queue = "", ""
        self.where = "CONNECT"
        self.ahead = b""
        self.has_sender = False
        self.good = self.all = 0

    async def go(self) -> None:
        self.server.log("smtpd", self.pid, "connect from localhost[127.0.0.1]")
        going = await self._say("greeting")
        while going:
            line, self.ahead = self.ahead or await self.reader.readuntil(b"\r\n"), b""
            self.where = verb = line[:4].decode().upper()
            if verb == "QUIT":
                self.writer.write(b"221 bye\r\n")
                return
            if verb == "MAIL":
                going = await self._mail()
            elif verb == "RCPT":
                self.recipient = _named(line)
                going = await self._rcpt()
            elif verb == "DATA":
                going = await self._data()
            else:
                going = await self._say(verb)

    async def _mail(self) -> bool:
        """Who sends says nothing of who is to get it: the line that came along with this one does."""
        if not any(fault.stage == "MAIL" for fault in self.server.faults):
            self.has_sender = True
            return await self._say("MAIL")
        self.ahead = await self.reader.readuntil(b"\r\n")
        fault = self.server.fault("MAIL", _named(self.ahead))
        self.has_sender = fault is None
        return await self._say("MAIL", fault)

    async def _rcpt(self) -> bool:
        with self.server.given.offers.open("a") as file:
            file.write(f"{self.recipient}\n")
        going = await self._say("RCPT", None if self.has_sender else Fault("RCPT", "503 no sender"))
        if going and self.last.startswith("2"):
            self.queue = f"{next(self.server.numbers):X}"
            self.server.log("smtpd", self.pid, f"{self.queue}: client=localhost[127.0.0.1]")
        elif going:
            self.server.log("smtpd", self.pid, f"NOQUEUE: reject: RCPT from localhost[127.0.0.1]: {self.last}")
        return going

    async def _data(self) -> bool:
        self.all += 1
        if not self.queue:
            self.writer.write(b"554 no recipient\r\n")
            return True
        going = await self._say("DATA")
        if not going or not self.last.startswith("354"):
            return going
        self.where = "DATA (1 bytes)"
        content = await self._content()
        self.where = ""
        named = re.search(rb"(?im)^Message-ID: (\S+)", content)
        self.server.log("cleanup", 1, f"{self.queue}: message-id={named[1].decode() if named else ''}")
        fault = self.server.fault("dot", self.recipient)
        if fault is None or not fault.reply or fault.reply in {DROP, HANG}:
            await asyncio.sleep(self.server.seconds)
            self.server.keep(content, self.recipient)
            self.server.log("qmgr", 1, f"{self.queue}: from=<a@b>, size=1, nrcpt=1 (queue active)")
            self.good += 1
        else:
            self.server.log("cleanup", 1, f"{self.queue}: reject: END-OF-MESSAGE from localhost: {fault.reply}")
        self.queue = ""
        return await self._say("dot", fault)

    async def _content(self) -> bytes:
        lines = []
        while (line := await self.reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    async def _say(self, stage: str, fault: Fault | None = None) -> bool:
        if stage != "dot":
            fault = fault or self.server.fault(stage, self.recipient if stage in {"RCPT", "DATA"} else "")
        if fault is not None and (fault.seconds or fault.reply == HANG):
            await asyncio.sleep(3600 if fault.reply == HANG else fault.seconds)
        if fault is not None and fault.reply == DROP:
            return False
        self.last = (fault.reply if fault else "") or GOOD.get(stage, "250 ok")
        self.writer.write(f"{self.last}\r\n".encode())  # no drain: as Postfix it goes through all that it has read
        return not self.last.startswith("421")

    def end(self) -> None:
        if self.where not in {"", "QUIT"}:
            self.server.log("smtpd", self.pid, f"lost connection after {self.where} from localhost[127.0.0.1]")
        data = f"data={self.good}" if self.good == self.all else f"data={self.good}/{self.all}"
        self.server.log("smtpd", self.pid, f"disconnect from localhost[127.0.0.1] {data} commands=1")
