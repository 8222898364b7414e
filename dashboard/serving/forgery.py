"""Requests that another site sent in a reader's name: refused by their origin, and by the token each form carries.

The cookie is `SameSite=Lax` besides, so that each of the three holds alone.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from calendars.errors import TalentError

if TYPE_CHECKING:
    from fastapi import Request

    from dashboard.signing_in.reader import Reader

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD, HEADER = "csrf", "x-csrf-token"
MOST_FIELDS = 50_000
"""Fields of a form: a page of rows has seven for each student."""


class OddInput(TalentError):
    """填写的内容里有不能用的字符（空字符），没有办理；请返回检查，重新输入。"""


class Forged(TalentError):
    """这个请求不是从本系统的页面发出的，没有办理；请刷新页面后重试。"""


def token(secret: bytes, session: str) -> str:
    """Give the token of a session's forms."""
    return hmac.new(secret, f"csrf:{session}".encode(), sha256).hexdigest()[:32]


def of_trial(given: str, year: int) -> str:
    """Give the token of forms on a page of a year that is tried: what they bring may not count once it is live."""
    return f"{given}.{year}"


def same_origin(request: Request) -> bool:
    """Tell whether the browser says that it comes from our own pages.

    Every browser names the origin of a form it sends; on plain http it sends no `Sec-Fetch-Site`. Where neither is
    there the referring page must be ours: a request that says nothing of where it comes from is refused, and so is the
    origin `null` of a sandboxed frame or a file.
    """
    origin = request.headers.get("origin")
    if origin is not None:
        return origin in _ours(request)
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return _origin(request.headers.get("referer", "")) in _ours(request)


def _ours(request: Request) -> set[str]:
    """Where the office's address is https, that one alone: behind its proxy every request looks like plain http."""
    base = _origin(str(request.app.state.site.settings.base_url))
    return {base} if base.startswith("https:") else {base, f"{request.url.scheme}://{request.headers.get('host')}"}


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


async def refuse_forged(request: Request, reader: Reader | None) -> int | None:
    """Raise `Forged` where an unsafe request lacks our origin or its session's token; else as `refuse_tokenless`.

    Where nobody need be signed in there is no session to have a token: what such a route asks for is its own affair
    (`refuse_tokenless`, or a secret in its path).
    """
    if request.method in SAFE:
        return None
    if not same_origin(request):
        raise Forged
    return None if reader is None else await refuse_tokenless(request, reader.csrf)


async def refuse_tokenless(request: Request, expected: str) -> int | None:
    """Raise `Forged` where a request does not carry this token, in its header or its form; OddInput for NUL in it.

    Give the year of the page that it came from, where that was tried when it was shown.
    """
    form = await request.form(max_fields=MOST_FIELDS)  # all of it, before the request has its turn
    if any("\0" in said for pair in form.multi_items() for said in pair if isinstance(said, str)):
        await request.close()
        raise OddInput
    given = request.headers.get(HEADER) or form.get(FIELD)
    said, dot, tried = given.partition(".") if isinstance(given, str) else ("", "", "")
    fit = not dot or (tried.isdecimal() and len(tried) == len("2022"))
    if not (fit and hmac.compare_digest(said.encode(), expected.encode())):
        await request.close()  # what was uploaded with it is not kept
        raise Forged
    return int(tried) if tried else None
