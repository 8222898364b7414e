"""Signing in and out: the password, then the code, each with a session of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from dashboard.serving.area import Area
from dashboard.serving.forgery import Forged, refuse_tokenless
from dashboard.serving.policy import EVERYONE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.serving.whom_to_ask import at_the_door
from dashboard.signing_in import passwords, sessions, totp
from dashboard.signing_in.rate_limit import MINUTES, MOST, TooMany, peer
from models import accounts, sign_ins

if TYPE_CHECKING:
    from dashboard.serving.site import Site
    from dashboard.signing_in.rate_limit import Guess
    from models.accounts import KeptAccount
    from models.sign_ins import LiveSession

area = Area(dependencies=[Depends(allow(None))], default_response_class=HTMLResponse)
WRONG = "用户名或密码不对。"
WRONG_CODE = "动态口令不对，或已经用过；请输入验证器上现在显示的六位数字。"
NO_SECOND = "这个账号还没有绑定动态口令，不能登录；请联系省级管理办公室重新发登录链接。"
ENDED = "等候时间过长，请重新输入密码。"

Typed = Annotated[str, Form()]


@area.get("/sign-in")
def form(request: Request, after: str = "/") -> Response:
    """Ask for name and password."""
    return _ask(request, None, after=request.query_params.get("next", after))


def _ask(request: Request, said: str | None, *, name: str = "", after: str = "/", status: int = 200) -> Response:
    cookie, csrf = sessions.welcome(request)
    facts = {"said": said, "name": name, "after": _inside(after), "csrf": csrf, "office": at_the_door(request)}
    response = page("signing_in.html", request, status=status, **facts)
    sessions.greet(request.app.state.site, response, cookie)
    return response


def _inside(address: str) -> str:
    """Give only an address of our own: two slashes, either way round, begin another site's."""
    ours = address.startswith("/") and address[1:2] not in {"/", "\\"} and address.isprintable()
    return address if ours else "/"


@area.post("/sign-in")
async def sign_in(request: Request, name: Typed, password: Typed, after: Typed = "/") -> Response:
    """Go on to the code, or begin a session, where name and password fit."""
    expected = sessions.visit(request)
    if expected is None:
        raise Forged
    await refuse_tokenless(request, expected)
    site: Site = request.app.state.site
    found = await run_in_threadpool(_able, site, name)
    known = found is not None and sessions.known(request, found)
    try:
        async with site.guesses.guess_apart("password", name.strip().casefold(), peer(request), known=known) as guess:
            guess.right = await passwords.fits(found.password if found else None, password)
    except TooMany as error:
        return await run_in_threadpool(_ask, request, str(error), name=name, after=after, status=429)
    if not guess.right:
        await run_in_threadpool(_failed, request, found, guess)
        return await run_in_threadpool(_ask, request, WRONG, name=name, after=after, status=403)
    assert found is not None
    assert found.password is not None
    if passwords.outdated(found.password):
        await run_in_threadpool(_keep_anew, site, found.id, await passwords.keep(password))
    return await run_in_threadpool(_go_on, request, found, name, after)


def _failed(request: Request, account: KeptAccount | None, guess: Guess) -> None:
    """Put on record that a sign-in failed, and that none is taken for a while."""
    whose = (account.id, account.city) if account else (None, None)
    sessions.on_record(request, "登录失败", *whose)
    paused = f"输错 {MOST} 次，暂停登录 {MINUTES} 分钟"
    if guess.account_full:
        sessions.on_record(request, paused, *whose)
    if guess.address_full:
        sessions.on_record(request, paused, None, None, other=sessions.ORIGIN)


def _able(site: Site, name: str) -> KeptAccount | None:
    """Give the account that may sign in under a name."""
    with site.database.read() as connection:
        found = accounts.named(connection, name)
    return found if found is not None and found.disabled_at is None else None


def _keep_anew(site: Site, account: int, kept: str) -> None:
    with site.database.write() as connection:
        accounts.change(connection, account, password=kept)


def _go_on(request: Request, found: KeptAccount, name: str, after: str) -> Response:
    site: Site = request.app.state.site
    cookie = request.cookies.get(sessions.named(site))
    old = sessions.digest(cookie) if cookie else None
    if not site.settings.dashboard.totp:
        return sessions.signed_in(request, found, _inside(after), old)
    if found.totp is None:
        return _ask(request, NO_SECOND, name=name, after=after, status=403)
    response = RedirectResponse(f"/sign-in/code?next={quote(_inside(after))}", 303)
    sessions.begin(site, found.id, response, pending=True, old=old)
    return response


@area.get("/sign-in/code")
def code_form(request: Request) -> Response:
    """Ask for the code of the authenticator."""
    found = sessions.pending(request)
    if found is None:
        return RedirectResponse("/sign-in", 303)
    return _ask_code(request, found, None, request.query_params.get("next", "/"))


def _ask_code(request: Request, found: LiveSession, said: str | None, after: str, status: int = 200) -> Response:
    facts = {"said": said, "after": _inside(after), "csrf": sessions.csrf(request.app.state.site, found.digest)}
    return page("signing_in/code.html", request, status=status, **facts)


@area.post("/sign-in/code")
async def code(request: Request, code: Typed, after: Typed = "/") -> Response:
    """Begin a session where the code is the account's present one and was not taken before."""
    site: Site = request.app.state.site
    found = await run_in_threadpool(sessions.pending, request)
    expected = sessions.visit(request) if found is None else sessions.csrf(site, found.digest)
    if expected is None:
        raise Forged
    await refuse_tokenless(request, expected)
    if found is None:
        return await run_in_threadpool(_ask, request, ENDED, status=403)
    return await run_in_threadpool(_answer_code, request, found, code, after)


def _answer_code(request: Request, found: LiveSession, code: str, after: str) -> Response:
    site: Site = request.app.state.site
    try:
        known = sessions.known(request, found.account)
        with site.guesses.guess("code", found.account.name, peer(request), known=known) as guess:
            guess.right = taken(site, found.account, code)
    except TooMany as error:
        return _ask_code(request, found, str(error), after, 429)
    if not guess.right:
        _failed(request, found.account, guess)
        return _ask_code(request, found, WRONG_CODE, after, 403)
    return sessions.signed_in(request, found.account, _inside(after), found.digest)


def taken(site: Site, account: KeptAccount, code: str) -> bool:
    """Take an account's code: whether it is a present one, and nobody took it, or a later one, before."""
    if account.totp is None:
        return False
    step = totp.step_of(totp.unseal(site.secret, account.id, account.totp), code, site.wall())
    if step is None:
        return False
    with site.database.write() as connection:
        return accounts.take_step(connection, account.id, step)


@area.post("/sign-out", dependencies=[Depends(allow(EVERYONE))])
def sign_out(request: Request, reader: Signed) -> Response:
    """End the session."""
    site: Site = request.app.state.site
    with site.database.write() as connection:
        sign_ins.end(connection, reader.session)
    sessions.on_record(request, "退出登录", reader.account, reader.city, by=reader.shown)
    response = RedirectResponse("/sign-in", 303)
    sessions.forget(site, response)
    return response
