"""What is said of each request: one line of a log and one count, by the route's template, never by what was asked."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from dashboard.serving.log_lines import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOWHERE = "(none)"
"""The template of a request that no route takes."""


def template(scope: Scope) -> str:
    """Give the template of the route that took a request: `/{year}/{phase}`, with nothing of whose or which."""
    path = str(getattr(scope.get("route"), "path_format", ""))
    return path or ("/static" if scope.get("app_root_path") is not None and scope.get("root_path") else NOWHERE)


class Observer:
    """Tells `note` of each request that ended: method, template, status, seconds. Goes around everything else."""

    def __init__(self, app: ASGIApp, note: Callable[[str, str, int, float], None]) -> None:
        self.app, self.note = app, note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it whatever became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            self.note(scope["method"], template(scope), status, time.perf_counter() - began)


def logged(method: str, route: str, status: int, seconds: float) -> None:
    """Write the line of a request, at once; a full disk is no reason that it fails."""
    with suppress(OSError):
        said = {"at": now(), "method": method, "route": route, "status": status, "ms": round(seconds * 1000)}
        sys.stderr.write(f"{json.dumps(said)}\n")
