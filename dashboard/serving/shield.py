"""What every answer carries, and how much a request may bring: pure ASGI, so that it costs next to nothing."""

from __future__ import annotations

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


DRAINED = 64 * 1024 * 1024
"""Bytes of a body that is too large, read and thrown away: a browser shows no answer to what it could not send."""


class Shield:
    """Adds the headers, and refuses a body that is too large, of stated length or not, without keeping it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in RAW if pair[0] not in said)]
            if not body.over:
                await send(message)

        body = _Body(receive)
        if _too_large(scope):
            body.over = True
        else:
            try:
                await self.app(scope, body.counted, shielded)
            except ClientDisconnect:
                if not body.over:
                    raise
        if body.over:
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
        self.receive, self.taken, self.more, self.over = receive, 0, True, False

    async def _next(self) -> Message:
        message = await self.receive()
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
