"""Whom a request is meant for, and whether its address is one, before anything is done for it: pure ASGI."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

NUL = (b"\0", b"%00")
ODD = "地址里有不能用的字符；请从页面上的链接打开。"
ELSEWHERE = "这个地址不是本系统的；请用通知里的地址打开。管理员可以在 TALENT_DASHBOARD__HOSTS 里写明其他名称。"


class Door:
    """Turns away what is asked under another name than `hosts`, or an address by number, and addresses with NUL."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400."""
        said = self._wrong(scope) if scope["type"] == "http" else None
        await (self.app if said is None else PlainTextResponse(said, 400))(scope, receive, send)

    def _wrong(self, scope: Scope) -> str | None:
        asked = (scope.get("raw_path") or scope["path"].encode()) + b"?" + scope["query_string"]
        if any(one in asked for one in NUL):
            return ODD
        named = (value for name, value in scope["headers"] if name == b"host")
        return None if all(map(self._ours, named)) else ELSEWHERE

    def _ours(self, host: bytes) -> bool:
        said = host.decode("latin-1").lower()
        name = said[1:].partition("]")[0] if said.startswith("[") else said.partition(":")[0]
        try:
            return bool(ip_address(name))
        except ValueError:
            return name.rstrip(".") in self.hosts
