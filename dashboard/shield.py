"""What every answer carries, and how much a request may bring: pure ASGI, so that it costs next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


class Shield:
    """Adds the headers, and refuses a body that is too large before reading it."""

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
            await send(message)

        if self._too_large(scope):
            from starlette.responses import PlainTextResponse

            said = PlainTextResponse("文件太大：一份工作簿不能超过 5 MB。", 413)
            await said(scope, receive, shielded)
            return
        await self.app(scope, _counted(receive), shielded)

    @staticmethod
    def _too_large(scope: Scope) -> bool:
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        return any(not value.isdigit() or int(value) > LARGEST for value in lengths)


def _counted(receive: Receive) -> Receive:
    """Stop taking in a body of unstated length once it is too large: to the reader it ends as if cut off."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > LARGEST else message

    return counted
