"""Who may use a route. Every route names a policy; an application with one that does not is never made.

A city account sees its own city: a path that names another is not there for it (404), as if it did not exist.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from calendars.errors import TalentError
from dashboard.serving.arrival import alone_among_the_dear, turn
from dashboard.serving.forgery import refuse_forged
from dashboard.serving.open_years import refuse_ended
from dashboard.signing_in.reader import Reader, Role
from dashboard.signing_in.sessions import reader_of

if TYPE_CHECKING:
    from fastapi import FastAPI

    from dashboard.serving.site import Site

PUBLIC = "/static"
EVERYONE = frozenset(Role)
PROVINCE = frozenset({Role.ADMIN, Role.VIEWER})
YEARS = range(2000, 3000)
ADMIN_ONLY = frozenset({Role.ADMIN})
CITY_ONLY = frozenset({Role.CITY})
HANDS = ADMIN_ONLY | CITY_ONLY
"""Who does something of an office's own."""


class NotSignedIn(TalentError):
    """请先登录。"""


class LinkEnded(TalentError):
    """这个签收链接已经失效（发出 {days} 天以后不能再用）；仍要签收的，请登录后在“函件”中办理。"""


class NotThere(TalentError):
    """页面不存在，或本单位无权查看。请从首页进入；仍打不开的，请与省级管理办公室联系。"""


class NotYours(TalentError):
    """您的账号只能查看，不能办理。"""


class FilledIsTheirs(TalentError):
    """已填的内容只由该市自己下载；省办可在“导出”页下载各市的表。"""


class StillReading(TalentError):
    """您上一份上传的报送表还在检查，这一份没有读取，已有的草稿也没有变；请等那一份的结果出来，再上传这一份。"""


class Unguarded(TalentError):
    """路由没有写明谁可以使用：{routes}。"""


@dataclass(frozen=True)
class Policy:
    """The roles that may use a route; None: anybody, signed in or not. Who need not be known is not looked up.

    `uploads`: it takes a workbook, of one account one at a time. `dear`: it computes for long, as an export does.
    """

    roles: frozenset[Role] | None
    known: bool = True
    uploads: bool = False
    dear: bool = False

    async def __call__(self, request: Request) -> AsyncIterator[None]:
        """Let the request through in its turn with its reader on it.

        Raise NotSignedIn, NotThere, NotYours, `StillReading`, or `TrialEnded`: of forms that are answered once, it is
        asked when they are (`once`).
        """
        reader = await reader_of(request) if self.known else None
        request.state.reader = reader
        self.admit(reader, request.path_params.get("city"))
        if not plausible(request.path_params.get("year", YEARS[0])):
            raise NotThere
        tried = await refuse_forged(request, None if self.roles is None else reader)
        if tried is not None and reader is not None:
            request.state.reader = replace(reader, tried=tried)
            if "once" not in await request.form():
                await run_in_threadpool(_refuse_ended, request)
        with _alone(request, reader if self.uploads else None):
            async with turn(request, uploads=self.uploads), _apart(reader if self.dear else None):
                yield

    def admit(self, reader: Reader | None, city: str | None) -> None:
        """Let a reader look at what belongs to a city (None: to none); raise NotSignedIn, NotThere or NotYours."""
        if self.roles is None:
            return
        if reader is None:
            raise NotSignedIn
        if city is not None and not reader.sees(city):
            raise NotThere
        if reader.role not in self.roles:
            raise NotYours if reader.role is Role.VIEWER else NotThere


def _refuse_ended(request: Request) -> None:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        refuse_ended(connection, request.state.reader)


def _apart(reader: Reader | None) -> AbstractAsyncContextManager[None]:
    return nullcontext() if reader is None else alone_among_the_dear(reader.account)


@contextmanager
def _alone(request: Request, reader: Reader | None) -> Iterator[None]:
    """Keep a second upload of the same account out until this one is done."""
    if reader is None:
        yield
        return
    site: Site = request.app.state.site
    if reader.account in site.uploading:
        raise StillReading
    site.uploading.add(reader.account)
    try:
        yield
    finally:
        site.uploading.discard(reader.account)


def plausible(year: object) -> bool:
    """Tell whether a year of a path is one: a database cannot even be asked about a number of twenty digits."""
    return str(year).isdecimal() and int(str(year)) in YEARS


def allow(roles: frozenset[Role] | None, *, uploads: bool = False, dear: bool = False) -> Policy:
    """Name a route's policy: `dependencies=[Depends(allow(PROVINCE))]` of its router."""
    return Policy(roles, uploads=uploads, dear=dear)


WHOEVER = Policy(None, known=False)
"""The policy of what says nothing of anybody: it is answered whatever the database does."""


def _reader(request: Request) -> Reader:
    reader = request.state.reader
    if reader is None:
        raise NotSignedIn
    assert isinstance(reader, Reader)
    return reader


Signed = Annotated[Reader, Depends(_reader)]
"""The reader of a route whose policy wants one."""


def policy_of(route: APIRoute) -> Policy | None:
    """Give the policy a route was made with."""
    found = [depends.dependency for depends in route.dependencies if isinstance(depends.dependency, Policy)]
    return found[-1] if found else None


def _files(route: object) -> bool:
    """Whether it only gives out files that anybody may have: the style sheet, the script, the icon."""
    return isinstance(route, Mount) and route.path == PUBLIC and isinstance(route.app, StaticFiles)


def guarded(app: FastAPI) -> FastAPI:
    """Give the application back; raise `Unguarded` where a route of it has no policy."""
    bare = [
        str(getattr(route, "path", route))
        for route in app.routes
        if not (isinstance(route, APIRoute) and policy_of(route)) and not _files(route)
    ]
    if bare:
        raise Unguarded(routes="、".join(bare))
    return app
