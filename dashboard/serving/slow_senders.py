"""How long a request may take to come in: whoever sends half of one and waits keeps nobody else out."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport

HEAD_SECONDS = 10.0
"""How long the head of a request may take from its first byte, and its first byte from the connection."""

MOST_FILES = 65_536
"""Open files, each connection one of them, that are asked of the system where it gives as many."""


class PromptProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, to clients that send the head of a request in time; others are cut off."""

    _cut: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as the class it extends
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take it in; where a head is begun and not whole, wait for the rest of it."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        else:
            self._wait_no_more()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._cut is None:
            self._cut = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None


def hold_many() -> None:
    """Let this process have as many connections open as the system allows: a thousand is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
