"""What every answer carries, and how much a request may bring: pure ASGI, so that it costs next to nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 6 * 1024 * 1024
"""Bytes of a request: a workbook of 5 MB and its form."""

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
"""What an answer carries where it does not say otherwise itself."""

RAW = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())
"""The same as they go out: each answer's own headers are looked through once, not once for each of these."""


TOO_SLOW = "请求没有在时限内传完；请检查网络，再试一次。"
DRAINED = 64 * 1024 * 1024
"""Bytes of a body that is too large, read and thrown away: a browser shows no answer to what it could not send."""


SECURE = (b"strict-transport-security", b"max-age=31536000")
"""What an answer carries besides where pages are reached by https: for a year by nothing else."""

CHUNK_SECONDS, BODY_SECONDS = 20.0, 300.0
"""How long the next piece of a body may take, and all of it."""


class Shield:
    """Adds the headers, and refuses a body that is too large, of stated length or not, without keeping it.

    A body that does not come in time is refused too. `secure` tells whether pages are reached by https.
    """

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self.app = app
        self.carried = (*RAW, SECURE) if secure else RAW

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in self.carried if pair[0] not in said)]
            if not body.over and not body.late:
                await send(message)

        body = _Body(receive)
        if _too_large(scope):
            body.over = True
        else:
            try:
                await self.app(scope, body.counted, shielded)
            except ClientDisconnect:
                if not body.over and not body.late:
                    raise
        if body.late:
            body.late = False
            await PlainTextResponse(TOO_SLOW, 408, {"connection": "close"})(scope, receive, shielded)
        elif body.over:
            await body.drain()
            body.over = False
            await _refusal(scope)(scope, receive, shielded)


def _refusal(scope: Scope) -> Response:
    """A page for who sent a form, a sentence for a script."""
    said = "文件太大：一份报送表不能超过 5 MB，没有上传；请把内容填入系统下发的空白模板后重新上传。"
    if b"text/html" not in dict(scope["headers"]).get(b"accept", b""):
        return PlainTextResponse(said, 413)
    from dashboard.serving.rendering import environment

    request = Request(scope)
    template = environment().get_template("failures.html")
    return HTMLResponse(template.render(reader=None, request=request, number=413, said=said, now=None), 413)


def _too_large(scope: Scope) -> bool:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return any(not value.isdigit() or int(value) > LARGEST for value in lengths)


class _Body:
    """Counts a body as it comes in; once it is too large it ends, to the reader, as if cut off."""

    def __init__(self, receive: Receive) -> None:
        self.receive, self.taken, self.more, self.over, self.late = receive, 0, True, False, False
        self.until = asyncio.get_running_loop().time() + BODY_SECONDS

    async def _next(self) -> Message:
        if not self.more:  # a wait for the client to go away, which has no end
            return await self.receive()
        soon = asyncio.get_running_loop().time() + CHUNK_SECONDS
        try:
            async with asyncio.timeout_at(min(soon, self.until)):
                message = await self.receive()
        except TimeoutError:
            self.late, self.more = True, False
            return {"type": "http.disconnect"}
        self.taken += len(message.get("body", b""))
        self.more = message["type"] == "http.request" and bool(message.get("more_body", False))
        return message

    async def counted(self) -> Message:
        message = await self._next()
        self.over = self.over or self.taken > LARGEST
        return {"type": "http.disconnect"} if self.over else message

    async def drain(self) -> None:
        while self.more and self.taken <= DRAINED:
            await self._next()
