"""The courier to the office's own mail relay, over one connection a batch.

It promises to know on which side of the final dot a trouble lies. It does not promise exactly once: after the dot
without an answer a letter is `unknown`, and is never tried again by itself.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal

import aiosmtplib

from calendars.errors import TalentError
from letters.couriers import Delivery, DeliveryState
from letters.message import UNFIT, UnfitHeader, flatten, mailbox

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from aiosmtplib.protocol import SMTPProtocol
    from aiosmtplib.response import SMTPResponse

    from letters.message import Outgoing

COMMAND_SECONDS = 60.0
DOT_SECONDS = 600.0  # RFC 5321 4.5.3.2.6: a relay may take ten minutes over the final dot
TROUBLES = 3  # so many lost connections in a row, and the rest of the batch waits
LONGEST_DETAIL = 200
GOODBYE_SECONDS = 5.0
DRAIN_SECONDS = 0.005
LEADING_DOT = re.compile(rb"(?m)^\.")
GO_AHEAD, CLOSING, NO_ANSWER = 354, 421, -1  # aiosmtplib gives -1 for what is no SMTP answer
PERMANENT, BEYOND = 500, 600
ANSWERS: tuple[tuple[int, DeliveryState], ...] = ((200, "sent"), (400, "retry"), (500, "failed"))
TROUBLE = (aiosmtplib.SMTPException, OSError, TimeoutError)


class OpenRelay(TalentError):
    """不加密（none）只许用于本机，而邮件服务器是 {host}；请改用 tls 或 starttls。"""


@dataclass(frozen=True, slots=True)
class Relay:
    """Where the relay is and how to reach it; seconds are of one command, and of the answer to the final dot."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls_context: ssl.SSLContext | None = None
    command_seconds: float = COMMAND_SECONDS
    dot_seconds: float = DOT_SECONDS


class SmtpCourier:
    """Delivers through a relay. Raises OpenRelay at once where letters would travel in the clear."""

    def __init__(self, relay: Relay) -> None:
        if relay.security == "none" and not _is_loopback(relay.host):
            raise OpenRelay(host=relay.host)
        self.relay = relay

    async def deliver(self, letters: Sequence[Outgoing]) -> Sequence[Delivery]:
        """Send one by one; a lost connection is made anew, but not more than TROUBLES times in a row."""
        session = _Session(self.relay)
        try:
            return [await session.deliver(letter) for letter in letters]
        finally:
            await session.close()


class _Session:
    """One connection at a time, and how often in a row it was lost."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.client: aiosmtplib.SMTP | None = None
        self.troubles = 0
        self.last_trouble = ""

    async def deliver(self, letter: Outgoing) -> Delivery:
        try:
            content = flatten(letter)
        except UnfitHeader as unfit:
            return Delivery(letter.key, "failed", str(unfit))
        if self.troubles >= TROUBLES:
            return Delivery(letter.key, "retry", self.last_trouble)
        try:
            client = await self._connected()
        except TROUBLE as error:  # a refusal here is of our set-up, not of the letter
            self.troubles = TROUBLES
            return self._lost(letter, "retry", f"连不上邮件服务器：{_line(error)}")
        return await self._send(client, letter, content)

    async def close(self) -> None:
        if self.client is not None and self.client.is_connected:
            with suppress(*TROUBLE):
                await self.client.quit(timeout=GOODBYE_SECONDS)
        self._drop()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self.client is not None and self.client.is_connected:
            return self.client
        self.client = aiosmtplib.SMTP(
            hostname=self.relay.host,
            port=self.relay.port,
            username=self.relay.username,
            password=self.relay.password,
            timeout=self.relay.command_seconds,
            use_tls=self.relay.security == "tls",
            start_tls=self.relay.security == "starttls",
            tls_context=self.relay.tls_context,
        )
        await self.client.connect()
        if self.client.is_ehlo_or_helo_needed:
            await self.client.ehlo()
        return self.client

    async def _send(self, client: aiosmtplib.SMTP, letter: Outgoing, content: bytes) -> Delivery:
        try:
            await client.mail(mailbox(letter.sender).addr_spec)
            await client.rcpt(letter.recipient)
            protocol = await self._hand_over(client, content)
        except aiosmtplib.SMTPResponseException as refusal:
            return await self._refused(client, letter, refusal)
        except TROUBLE as error:
            return self._lost(letter, "retry", f"连接中断，未交出：{_line(error)}")
        try:
            answer = await protocol.read_response(timeout=self.relay.dot_seconds)
        except TROUBLE as error:
            return self._lost(letter, "unknown", f"已交出，未收到答复：{_line(error)}")
        return self._answered(letter, answer)

    async def _hand_over(self, client: aiosmtplib.SMTP, content: bytes) -> SMTPProtocol:
        """Send the content and then, only once all of it has left and the connection still stands, the final dot."""
        started = await client.execute_command(b"DATA")
        if started.code != GO_AHEAD:
            raise aiosmtplib.SMTPDataError(started.code, started.message)
        assert client.protocol is not None
        client.protocol.write(LEADING_DOT.sub(b"..", content))
        async with asyncio.timeout(self.relay.command_seconds):
            await asyncio.sleep(0)
            while (transport := client.transport) is not None and _waiting(transport):  # noqa: ASYNC110 - no event to wait for
                await asyncio.sleep(DRAIN_SECONDS)
        client.protocol.write(b".\r\n")
        return client.protocol

    async def _refused(
        self, client: aiosmtplib.SMTP, letter: Outgoing, refusal: aiosmtplib.SMTPResponseException
    ) -> Delivery:
        """Settle a refusal before the dot, and clear the envelope for the next letter."""
        state: DeliveryState = "failed" if PERMANENT <= refusal.code < BEYOND else "retry"
        if refusal.code in (CLOSING, NO_ANSWER):
            return self._lost(letter, state, _line(refusal))
        self.troubles = 0
        try:
            await client.rset()
        except TROUBLE:
            self._drop()
        return Delivery(letter.key, state, _line(refusal))

    def _answered(self, letter: Outgoing, answer: SMTPResponse) -> Delivery:
        """Settle the answer to the final dot."""
        line = _line(aiosmtplib.SMTPDataError(answer.code, answer.message))
        if answer.code == CLOSING:
            return self._lost(letter, "retry", line)
        for first, state in ANSWERS:
            if first <= answer.code < first + 100:
                self.troubles = 0
                return Delivery(letter.key, state, line)
        return self._lost(letter, "unknown", f"已交出，答复无法辨认：{line}")

    def _lost(self, letter: Outgoing, state: DeliveryState, detail: str) -> Delivery:
        self.troubles += 1
        self.last_trouble = detail
        self._drop()
        return Delivery(letter.key, state, detail)

    def _drop(self) -> None:
        if self.client is not None:
            self.client.close()
        self.client = None


def _waiting(transport: asyncio.BaseTransport) -> bool:
    assert isinstance(transport, asyncio.WriteTransport)
    return not transport.is_closing() and transport.get_write_buffer_size() > 0


def _line(error: Exception) -> str:
    """One short printable line of what the relay, or the network, said."""
    said = f"{error.code} {error.message}" if isinstance(error, aiosmtplib.SMTPResponseException) else str(error)
    return UNFIT.sub(" ", said or type(error).__name__)[:LONGEST_DETAIL]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
