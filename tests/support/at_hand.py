"""A request handed to an application in the thread that makes it.

A real server reads on a loop of its own and does what may wait in threads. For a test that asks one thing after
another these are seven threads to wake, and a loop to make, for each page: half of what the page costs. Here what an
application gives to a thread is done on the spot, with the loop out of sight, so that it meets what it would meet
there. What depends on threads is tried on a real server (`tests/dashboard/test_turns.py`, `tests/browser`).
"""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import threading
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import Any

import anyio.to_thread
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncByteStream, BaseTransport, ByteStream, Request, Response

_at_hand: ContextVar[bool] = ContextVar("at_hand", default=False)
_in_a_thread: Callable[..., Any] = anyio.to_thread.run_sync


async def _on_the_spot(do: Callable[..., Any], *given: Any, **options: Any) -> Any:  # noqa: ANN401 -- as it is of anyio
    if not _at_hand.get():
        return await _in_a_thread(do, *given, **options)
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return contextvars.copy_context().run(do, *given)
    finally:
        asyncio._set_running_loop(loop)


anyio.to_thread.run_sync = _on_the_spot  # type: ignore[assignment]  # of any signature, as it gives all on


@cache
def _kept() -> asyncio.Runner:
    runner = asyncio.Runner()
    atexit.register(runner.close)
    return runner


class AtHand(BaseTransport):
    """It hands each request over and gives the whole answer."""

    def __init__(self, app: FastAPI, client: tuple[str, int]) -> None:
        self._application = ASGITransport(app, client=client)

    def handle_request(self, request: Request) -> Response:
        if threading.current_thread() is threading.main_thread():
            return _kept().run(self._answer(request))
        return asyncio.run(self._answer(request))

    async def _answer(self, request: Request) -> Response:
        _at_hand.set(True)
        request.read()
        answer = await self._application.handle_async_request(request)
        assert isinstance(answer.stream, AsyncByteStream)
        body = b"".join([part async for part in answer.stream])
        return Response(answer.status_code, headers=answer.headers, stream=ByteStream(body))
