"""A relay that lets one wait until its gate is opened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from post.relay import Relay
from post.smtp import SmtpCourier


class Gate:
    """It answers the dots of its letters once it is `opened`; `taken` is whom it took letters for."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.port = 0
        self.arrived, self.opened = asyncio.Event(), asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        self.taken += envelope.rcpt_tos
        self.arrived.set()
        await self.opened.wait()
        return "250 taken"

    def answer_who_waits(self) -> None:
        """Answer the letters whose dots have come; those after them wait on."""
        self.opened.set()
        self.opened.clear()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[SmtpCourier]:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(self), "127.0.0.1", 0)
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            yield SmtpCourier(Relay("127.0.0.1", self.port, "none", connections=1))
