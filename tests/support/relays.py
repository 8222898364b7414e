"""A relay that misbehaves where it is told to, for the tests of the SMTP courier."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import AF_INET

from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

GOOD = {
    "greeting": "220 relay",
    "EHLO": "250 relay",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go",
    "dot": "250 taken",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}
DROP, HANG, SLOW = "drop", "hang", "slow"
"""Hangs up at once; says nothing until it is released, and hangs up then; answers only once it is released."""


class Faulty:
    """A relay that answers by the book but for the faults named, each stage's used up in turn.

    Of the stage `content` it reads the beginning, and hangs up. A stage may also be that of one recipient alone
    (`RCPT a@city.example`). `accepted` holds the recipients whose final dot it read, whatever it then said; `at_once`
    the most connections that stood together. Who hangs or is slow waits until the test sets `released`; `kept` is set
    as soon as somebody is kept waiting.
    """

    def __init__(self, faults: dict[str, list[str]], *, grouped: bool = False, most: int = 100) -> None:
        self.faults = faults
        self.grouped = grouped
        self.most = most
        self.accepted: list[str] = []
        self.connections = 0
        self.standing = 0
        self.at_once = 0
        self.port = 0
        self.released, self.kept = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Faulty]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.standing += 1
        self.at_once = max(self.at_once, self.standing)
        try:
            await _Talk(self, reader, writer).go()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            self.standing -= 1
            writer.close()


class _Talk:
    """One conversation: `stage` is what the client did last, `envelope` the stages it may count on."""

    def __init__(self, relay: Faulty, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.relay, self.reader, self.writer = relay, reader, writer
        self.stage, self.recipient = "greeting", ""
        self.envelope: set[str] = set()

    async def go(self) -> None:
        while (reply := await self._answer()) and self.stage != "QUIT":
            if reply.startswith("354"):
                await self._content()
                continue
            line = (await self.reader.readuntil(b"\r\n")).decode()
            self.stage = line[:4]
            self.recipient = line[9:-3] if self.stage == "RCPT" else self.recipient
            self.envelope -= {"MAIL", "RCPT"} if self.stage in {"MAIL", "RSET"} else set()

    async def _content(self) -> None:
        if self.relay.faults.get("content"):
            self.relay.faults["content"].pop()
            await self.reader.readexactly(1000)
            raise ConnectionError
        while (await self.reader.readuntil(b"\r\n")) != b".\r\n":
            pass
        self.stage = "dot"
        if "RCPT" in self.envelope:
            self.relay.accepted.append(self.recipient)

    async def _answer(self) -> str:
        """Say the stage's answer and give it; nothing where the connection is to end."""
        reply = self._reply()
        if reply in {SLOW, HANG}:
            self.relay.kept.set()
            await self.relay.released.wait()
            reply = GOOD[self.stage] if reply == SLOW else DROP
        if reply == DROP:
            return ""
        if reply[:1] == "2":
            self.envelope |= {self.stage}
        self.writer.write(f"{reply}\r\n".encode())
        await self.writer.drain()
        return "" if reply.startswith("421") else reply

    def _reply(self) -> str:
        named = (f"{self.stage} {self.recipient}", self.stage)
        planned = next((self.relay.faults[name] for name in named if self.relay.faults.get(name)), None)
        if planned:
            return planned.pop(0)
        if self.stage == "greeting" and self.relay.standing > self.relay.most:
            return "421 too many connections"
        needed = {"RCPT": "MAIL", "DATA": "RCPT", "dot": "RCPT"}.get(self.stage)
        if needed and needed not in self.envelope:
            return "554 no valid recipients"
        if self.stage == "EHLO" and self.relay.grouped:
            return "250-relay\r\n250 PIPELINING"
        return GOOD[self.stage]


def certify(path: Path) -> Path:
    """Write a certificate of localhost with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


class Accounting(Sink):
    """Takes letters and remembers whether the sender had signed in."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[bool] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        self.taken.append(bool(session.authenticated))
        return "250 taken"


def _login(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"office", b"secret"), handled=False)


@asynccontextmanager
async def secured(security: str, certificate: Path) -> AsyncIterator[tuple[Accounting, int]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    handler = Accounting()
    upgraded = security == "starttls"

    def protocol() -> SMTP:
        return SMTP(
            handler,
            authenticator=_login,
            auth_required=True,
            auth_require_tls=upgraded,
            tls_context=context if upgraded else None,
            require_starttls=upgraded,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "localhost", 0, ssl=None if upgraded else context, family=AF_INET)
    async with server:
        yield handler, server.sockets[0].getsockname()[1]
