"""When a request came in, and its turn where it writes.

The instant is taken before anything is waited for: a thread, a turn, the database, and a body, for which it is waited
for so long and no longer. Docs: docs/decisions/0028-when-it-came-in.md.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar

from dashboard.serving.forgery import SAFE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from datetime import datetime

    from fastapi import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 12
"""Requests that write a year, and as many that write what belongs to none, that may hold a thread; of 40 there are."""

UPLOADS_AT_ONCE = 2
"""Workbooks taken at once, besides: one is read in the confined process while what came of another is written."""

IN_PASSING = timedelta(seconds=30)
"""How long after its headers the end of a request may come, for it to have come in with them."""


@dataclass
class Came:
    """When a request came in, by the site's clock: with its headers, or where its body came much later, with that."""

    at: datetime


ARRIVED: ContextVar[Came | None] = ContextVar("arrived", default=None)
"""The arrival of the request that is answered; None outside of any."""

_PLACES: RunVar[Mapping[str, CapacityLimiter]] = RunVar("places")
_OWN: RunVar[WeakValueDictionary[int, CapacityLimiter]] = RunVar("own places")
PLACES = {"year": AT_ONCE, "no year": AT_ONCE, "uploads": UPLOADS_AT_ONCE, "dear": 1}
"""How many requests of a kind may hold a thread at once; of 40 there are."""


class Arrival:
    """Notes when each request came in. Goes around everything else."""

    def __init__(self, app: ASGIApp, clock: Callable[[], datetime]) -> None:
        self.app, self.clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its instant."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        came = Came(self.clock())
        before = ARRIVED.set(came)

        async def received() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                ended = self.clock()
                came.at = ended if ended - came.at > IN_PASSING else came.at
            return message

        try:
            await self.app(scope, received, send)
        finally:
            ARRIVED.reset(before)


@asynccontextmanager
async def turn(request: Request, *, uploads: bool = False) -> AsyncIterator[None]:
    """Let a request that may write go on in its turn, in the order of coming; one that reads goes on at once.

    What `uploads` a workbook waits with its like alone, so that nobody else waits while one is read. However many wait,
    they hold no thread: those are left to who reads. A request has one turn, however many ask.
    """
    if request.method in SAFE or getattr(request.state, "turn", False):
        yield
        return
    request.state.turn = True
    kind = "uploads" if uploads else "year" if "year" in request.path_params else "no year"
    async with place(kind):
        yield


@asynccontextmanager
async def alone_among_the_dear(account: int) -> AsyncIterator[None]:
    """Let a request that computes for long go on once no other does; an account that sends many has one that waits.

    One interpreter computes all of them: ten at once take as long as one after the other, and every page meanwhile
    gets an eleventh of it, in place of a half.
    """
    own = _OWN.get(None)
    if own is None:
        _OWN.set(own := WeakValueDictionary())
    async with own.setdefault(account, CapacityLimiter(1)), place("dear"):
        yield


def place(kind: str) -> CapacityLimiter:
    """Give where requests of a kind wait that would each hold a thread, or much memory, while others do the same."""
    try:
        return _PLACES.get()[kind]
    except LookupError:
        _PLACES.set({each: CapacityLimiter(most) for each, most in PLACES.items()})
        return _PLACES.get()[kind]
