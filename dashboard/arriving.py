"""When a request came in, and its turn where it writes.

The instant is taken before anything is waited for: a body, a thread, a turn, the database. Docs:
docs/decisions/0028-when-it-came-in.md.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar

from dashboard.forged import SAFE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from datetime import datetime

    from fastapi import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

AT_ONCE = 12
"""Requests that write a year, and as many that write what belongs to none, that may hold a thread; of 40 there are."""

ARRIVED: ContextVar[datetime | None] = ContextVar("arrived", default=None)
"""When the request that is answered came in, by the site's clock; None outside of any."""

_PLACES: RunVar[Mapping[bool, CapacityLimiter]] = RunVar("places")


class Arrival:
    """Notes when each request came in. Goes around everything else."""

    def __init__(self, app: ASGIApp, clock: Callable[[], datetime]) -> None:
        self.app, self.clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its instant."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        before = ARRIVED.set(self.clock())
        try:
            await self.app(scope, receive, send)
        finally:
            ARRIVED.reset(before)


@asynccontextmanager
async def turn(request: Request) -> AsyncIterator[None]:
    """Let a request that may write go on in its turn, in the order of coming; one that reads goes on at once.

    However many wait, they hold no thread: those are left to who reads. A request has one turn, however many ask.
    """
    if request.method in SAFE or getattr(request.state, "turn", False):
        yield
        return
    request.state.turn = True
    async with _places()["year" in request.path_params]:
        yield


def _places() -> Mapping[bool, CapacityLimiter]:
    try:
        return _PLACES.get()
    except LookupError:
        made = {of_a_year: CapacityLimiter(AT_ONCE) for of_a_year in (True, False)}
        _PLACES.set(made)
        return made
