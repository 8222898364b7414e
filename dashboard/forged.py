"""Requests that another site sent in a reader's name: refused by their origin, and by the token each form carries."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from calendars.errors import TalentError

if TYPE_CHECKING:
    from fastapi import Request

    from dashboard.reader import Reader

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD, HEADER = "csrf", "x-csrf-token"
MOST_FIELDS = 50_000
"""Fields of a form: a page of rows has seven for each student."""


class Forged(TalentError):
    """这个请求不是从本系统的页面发出的，没有办理；请刷新页面后重试。"""


def token(secret: bytes, session: str) -> str:
    """Give the token of a session's forms."""
    return hmac.new(secret, f"csrf:{session}".encode(), sha256).hexdigest()[:32]


def same_origin(request: Request) -> bool:
    """Tell whether the browser says that it comes from our own pages; on plain http it sends no `Sec-Fetch-Site`."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    return origin == f"{request.url.scheme}://{request.headers.get('host')}" or origin == _base(request)


def _base(request: Request) -> str:
    return str(request.app.state.site.settings.base_url)


async def refuse_forged(request: Request, reader: Reader) -> None:
    """Raise `Forged` where an unsafe request lacks our origin or its session's token."""
    if request.method in SAFE:
        return
    given = request.headers.get(HEADER) or (await request.form(max_fields=MOST_FIELDS)).get(FIELD)
    if not same_origin(request) or not isinstance(given, str) or not hmac.compare_digest(given, reader.csrf):
        raise Forged
