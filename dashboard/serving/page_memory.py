"""Pages given from memory: bytes that were made once, as long as nothing was written and the minute is the same.

A page is remembered for one session, one address and one way of asking. Each time it is asked for, one cheap look
tells whether that session still holds, and how new the year is; its route's policy is asked as for any page.
Docs: docs/decisions/0015-pages-from-memory.md.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import cookie_parser

from calendars.errors import TalentError
from dashboard.serving.policy import plausible, policy_of
from dashboard.signing_in.reader import Reader, Role
from dashboard.signing_in.sessions import digest, named
from models.shortcuts.page_version import Glance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Message, Receive, Scope, Send

    from dashboard.serving.site import Site

MOST = 64 * 1024 * 1024
"""Bytes of pages remembered at once; the one that was not asked for the longest is forgotten first."""

MINUTE = 60
Key = tuple[str, str, bytes, bool, bool]
Version = tuple[Reader, int | None, int | None, int, int]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it was given: for which reader, revision, audit entry, minute and forms answered."""

    version: Version
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes
    etag: bytes


class Memory:
    """The pages of one site, so many bytes of them."""

    def __init__(self, most: int = MOST) -> None:
        self.most, self.held = most, 0
        self._pages: OrderedDict[Key, KeptPage] = OrderedDict()

    def recall(self, key: Key, version: Version) -> KeptPage | None:
        """Give a page, where it is still of this version."""
        kept = self._pages.get(key)
        if kept is None or kept.version != version:
            return None
        self._pages.move_to_end(key)
        return kept

    def keep(self, key: Key, kept: KeptPage) -> None:
        """Remember a page in the place of an older version."""
        before = self._pages.pop(key, None)
        self.held += len(kept.body) - (len(before.body) if before else 0)
        self._pages[key] = kept
        while self.held > self.most:
            _, gone = self._pages.popitem(last=False)
            self.held -= len(gone.body)


class Remembering:
    """What a site remembers, and how it looks whether that still holds."""

    def __init__(self, site: Site) -> None:
        self.site, self.memory = site, Memory()
        self.glance = Glance(site.database)
        self.cookie = named(site)
        self._answered = Counter[str]()

    def answered(self, session: str) -> None:
        """Take note that a form of this session was answered: a page that holds its token is not given again."""
        self._answered[session] += 1

    async def look(self, asked: PageVariant, year: int) -> Version | None:
        """Give the reader of a session with how new the year is and what minute it is; None where nobody has it.

        The reader is for comparing and for the policy, not for forms: their token is not worked out.
        """
        now = self.site.wall()
        session = digest(asked.cookie)
        if self.site.database.embedded:
            found = self.glance.at(session, year, now)
        else:
            found = await run_in_threadpool(self.glance.at, session, year, now)
        if found is None:
            return None
        account, name, shown, role, city, revision, audited = found
        reader = Reader(account, name, shown, Role(role), city, session, csrf="")
        return reader, revision, audited, int(now.timestamp()) // MINUTE, self._answered[session]


@dataclass(frozen=True, slots=True)
class PageVariant:
    """What of a request's headers decides which bytes answer it."""

    cookie: str
    packed: bool
    part: bool
    etags: bytes

    @classmethod
    def of(cls, scope: Scope, name: str) -> PageVariant:
        """Read them once; `name` is that of the session's cookie."""
        found = dict(scope["headers"])
        cookie = cookie_parser(found.get(b"cookie", b"").decode("latin-1")).get(name, "")
        packed = b"gzip" in found.get(b"accept-encoding", b"")
        return cls(cookie, packed, b"hx-request" in found, found.get(b"if-none-match", b""))


class Remembered(APIRoute):
    """A route of `/{year}` whose pages are remembered; what they show must be the season's, the audit log's or time's.

    `Area(route_class=Remembered)`.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, else as any route would, and remember that."""
        remembering: Remembering = scope["app"].state.site.remembering
        asked = PageVariant.of(scope, remembering.cookie)
        if scope["method"] != "GET" or not asked.cookie or not plausible(scope["path_params"]["year"]):
            await super().handle(scope, receive, send)
            return
        version = await self._admitted(remembering, asked, scope)
        if version is None:
            await super().handle(scope, receive, send)
            return
        key = (version[0].session, scope["path"], scope["query_string"], asked.packed, asked.part)
        kept = remembering.memory.recall(key, version)
        if kept is None:
            answer = KeepingResponse(asked, send)
            await super().handle(scope, receive, answer.send)
            if answer.kept:
                etag, headers, body = answer.kept
                remembering.memory.keep(key, KeptPage(version, headers, body, etag))
            return
        await give(asked, kept.etag, kept.headers, kept.body, send)

    async def _admitted(self, remembering: Remembering, asked: PageVariant, scope: Scope) -> Version | None:
        """Give the version to answer from; None where the ordinary way has to say what is wrong."""
        params, policy = scope["path_params"], policy_of(self)
        assert policy is not None
        try:
            version = await remembering.look(asked, int(params["year"]))
            if version is not None:
                policy.admit(version[0], params.get("city"))
        except (TalentError, SQLAlchemyError, remembering.site.database.driver_error):
            return None
        return version


class KeepingResponse:
    """Passes an answer on; one that is whole and good is marked by its content and kept."""

    def __init__(self, asked: PageVariant, send: Send) -> None:
        self._asked, self._send = asked, send
        self._start: Message | None = None
        self.kept: tuple[bytes, Sequence[tuple[bytes, bytes]], bytes] | None = None

    async def send(self, message: Message) -> None:
        """Hold the head back until the body tells whether this is one to keep."""
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
            self._start = message
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        start, self._start = self._start, None
        if message.get("more_body"):
            await self._send(start)
            await self._send(message)
            return
        body = bytes(message.get("body", b""))
        etag = b'"' + blake2b(body, digest_size=12).hexdigest().encode() + b'"'
        headers = (*start["headers"], (b"etag", etag), (b"vary", b"accept-encoding, cookie, hx-request"))
        self.kept = etag, headers, body
        await give(self._asked, etag, headers, body, self._send)


async def give(
    asked: PageVariant, etag: bytes, headers: Sequence[tuple[bytes, bytes]], body: bytes, send: Send
) -> None:
    """Give a page, or say that it is the one the reader has."""
    if etag in asked.etags:
        unsent = {b"content-length", b"content-type", b"content-encoding"}
        headers = [pair for pair in headers if pair[0] not in unsent]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})
