"""What people are told when a page cannot be given: in Chinese, what to do, and nothing of the machine."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from calendars.errors import TalentError
from calendars.versions import TooNew
from calendars.year import UnknownCity, UnknownPhase
from dashboard.acts.idempotency import NoKey, OtherRequest
from dashboard.acts.once import Unsure
from dashboard.serving.forgery import SAFE, Forged, OddInput
from dashboard.serving.look import NotNow, moved
from dashboard.serving.policy import FilledIsTheirs, LinkEnded, NotSignedIn, NotThere, NotYours
from dashboard.serving.rendering import page
from dashboard.signing_in.rate_limit import TooMany, TooManyLooked
from models.contact_keys import Altered, NoContactKey, UnfitContactKey, UnreadableContactKey
from models.database import Busy, NotPrepared, full, passes
from models.key_file import UnfitMatchingKey, UnreadableMatchingKey
from models.matching_keys import NoMatchingKey
from models.revisions import Newer
from models.standing import NoYearOpen, YearNotOpen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request, Response
    from fastapi.exceptions import RequestValidationError
    from sqlalchemy.exc import SQLAlchemyError
    from starlette.exceptions import HTTPException

STATUS: Mapping[type[TalentError], HTTPStatus] = {
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    NotThere: HTTPStatus.NOT_FOUND,
    NotYours: HTTPStatus.FORBIDDEN,
    FilledIsTheirs: HTTPStatus.FORBIDDEN,
    Forged: HTTPStatus.FORBIDDEN,
    OddInput: HTTPStatus.BAD_REQUEST,
    LinkEnded: HTTPStatus.GONE,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyLooked: HTTPStatus.TOO_MANY_REQUESTS,
    NoKey: HTTPStatus.UNPROCESSABLE_ENTITY,
    OtherRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownPhase: HTTPStatus.NOT_FOUND,
    UnknownCity: HTTPStatus.NOT_FOUND,
    YearNotOpen: HTTPStatus.NOT_FOUND,
    NoYearOpen: HTTPStatus.NOT_FOUND,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    NotPrepared: HTTPStatus.SERVICE_UNAVAILABLE,
    Newer: HTTPStatus.SERVICE_UNAVAILABLE,
    TooNew: HTTPStatus.SERVICE_UNAVAILABLE,
    NoMatchingKey: HTTPStatus.SERVICE_UNAVAILABLE,
    UnfitMatchingKey: HTTPStatus.SERVICE_UNAVAILABLE,
    UnreadableMatchingKey: HTTPStatus.SERVICE_UNAVAILABLE,
    Altered: HTTPStatus.SERVICE_UNAVAILABLE,
    NoContactKey: HTTPStatus.SERVICE_UNAVAILABLE,
    UnfitContactKey: HTTPStatus.SERVICE_UNAVAILABLE,
    UnreadableContactKey: HTTPStatus.SERVICE_UNAVAILABLE,
    Unsure: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of each refusal; 409 where nothing else is said."""

SAID: Mapping[int, str] = {
    404: str(NotThere()),
    405: "这个地址不接受这样的请求。",
    413: "文件太大：一份报送表不能超过 5 MB。",
}
ON_A_PAGE: Mapping[type[TalentError], str] = {
    YearNotOpen: "这个年度尚未开设。",
    NoYearOpen: "还没有开设任何年度；请由省级管理办公室有办理权限的同志开设。",
    NotPrepared: "系统尚未准备好；请联系维护人员。",
    Newer: "系统尚未准备好；请联系维护人员。",
}
"""What is said to people at a page where the error itself names commands to type."""
API = "/api/"
AGAIN_SECONDS = 10
"""After how long a program may ask again what could not be answered now."""

NOT_DONE = "这次没有办理，请马上再试：是否在截止之前，看再试时系统收到的时刻。"
"""What is said besides to who wanted something done, while another keeps the database for minutes."""

AWAY = "系统的数据库现在连不上，请过一会儿再试；若刚才按了“确认”，请先看那件事是否已经办好。"
DISK = "服务器的磁盘满了（或有坏处），这次没有办理，已经办好的不受影响；请联系维护人员，腾出空间以后再试。"
BROKEN = "系统出了错，没有办理；请稍后重试，仍不行请联系维护人员。"


async def refused(request: Request, error: TalentError) -> Response:
    """Answer a refusal; whoever is not signed in is asked to, and comes back to where they wanted to go."""
    await request.close()  # a file that came with it
    status = STATUS.get(type(error), HTTPStatus.CONFLICT)
    if isinstance(error, NotSignedIn) and request.method == "GET" and not request.url.path.startswith(API):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted)}", 303)
    return await run_in_threadpool(_refusal, request, error, status)


def _refusal(request: Request, error: TalentError, status: HTTPStatus) -> Response:
    said = ON_A_PAGE.get(type(error), str(error))
    if isinstance(error, Busy) and request.method not in SAFE:
        said += NOT_DONE
    if isinstance(error, NotNow) and request.method == "GET" and not request.url.path.startswith(API):
        now = moved(request.url.path, request.query_params.multi_items(), "")
        return page("failures.html", request, status=int(status), number=int(status), said=said, now=now)
    back = error.back if isinstance(error, Unsure) else None
    answer = _answer(request, status, said, back=back)
    if isinstance(error, TooNew):
        del answer.headers["retry-after"]  # the same program will never read it
    return answer


def unreadable(request: Request, error: RequestValidationError) -> Response:
    """Answer a request whose parts cannot be read, naming none of what was sent, to a program where it stood.

    A page whose address names what cannot be is not there.
    """
    if not request.url.path.startswith(API) and any(one["loc"][0] == "path" for one in error.errors()):
        return _answer(request, HTTPStatus.NOT_FOUND, SAID[404])
    said = "填写的内容不完整或格式不对，请返回检查后重新提交。"
    where = [{"where": ".".join(map(str, one["loc"])), "kind": str(one["type"])} for one in error.errors()]
    return _answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, said, {"errors": where})


def http(request: Request, error: HTTPException) -> Response:
    """Answer what the framework itself refuses."""
    return _answer(request, error.status_code, SAID.get(error.status_code, "请求没有成功。"))


def away(request: Request, error: SQLAlchemyError) -> Response:
    """Answer while the database cannot be asked; what is wrong with a statement is a defect, and goes on as one."""
    if full(error):
        return _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, DISK)
    if not passes(error):
        raise error
    return _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, AWAY)


def broken(request: Request, error: Exception) -> Response:
    """Answer a defect, or where the disk takes no file."""
    if full(error):
        return _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, DISK)
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, BROKEN)


def _answer(
    request: Request,
    status: int,
    said: str,
    more: Mapping[str, object] | None = None,
    *,
    back: str | None = None,
) -> Response:
    """Answer a program, or a person, who may go `back` to a page."""
    answer = _worded(request, status, said, more, back)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["retry-after"] = str(AGAIN_SECONDS)
    return answer


def _worded(request: Request, status: int, said: str, more: Mapping[str, object] | None, back: str | None) -> Response:
    if request.url.path.startswith(API):
        problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": int(status), "detail": said}
        return JSONResponse(problem | dict(more or {}), status, media_type="application/problem+json")
    return page("failures.html", request, status=int(status), number=int(status), said=said, now=None, back=back)
