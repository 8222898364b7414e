"""One's own account: the password, the authenticator, and where one is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from acts import accounts as acts
from dashboard.serving.area import Area
from dashboard.serving.policy import EVERYONE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in import password_rules, passwords, sessions, totp
from dashboard.signing_in.rate_limit import TooMany, peer
from models import accounts, sign_ins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.accounts import KeptAccount

area = Area(dependencies=[Depends(allow(EVERYONE))], default_response_class=HTMLResponse)
WRONG = "现在的密码不对。"
MARK = 16
"""Characters of a session's digest by which its owner's page names it."""

DONE: Mapping[str, str] = {
    "password": "密码已修改；其他地方的登录都已结束。",  # nosec B105 # what a page says
    "authenticator": "已换用新的验证器；其他地方的登录都已结束。",
    "sessions": "其他地方的登录已结束。",
}

Typed = Annotated[str, Form()]


@area.get("/account")
def account(request: Request, reader: Signed, done: str = "") -> HTMLResponse:
    """Show one's own account."""
    return _show(request, reader, None, DONE.get(done))


def _show(request: Request, reader: Reader, said: str | None, good: str | None, status: int = 200) -> HTMLResponse:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        own = accounts.of_id(connection, reader.account)
        living = sign_ins.of_account(connection, reader.account, site.wall())
    facts = {
        "own": own,
        "living": living,
        "mark": MARK,
        "said": said,
        "good": good,
        "shortest": password_rules.SHORTEST,
    }
    return page("account.html", request, status=status, totp=site.settings.dashboard.totp, **facts)


async def _own(request: Request, reader: Reader, password: str) -> tuple[KeptAccount, str | None]:
    """Give one's own row, and why the password that was asked for again is not right, None where it is."""
    site: Site = request.app.state.site
    own = await run_in_threadpool(_row, site, reader)
    try:
        # whoever is signed in counts apart from who tries outside
        async with site.guesses.guess_apart("password", own.name, peer(request), known=True) as guess:
            guess.right = await passwords.fits(own.password, password)
    except TooMany as error:
        return own, str(error)
    return own, None if guess.right else WRONG


def _row(site: Site, reader: Reader) -> KeptAccount:
    with site.database.read() as connection:
        found = accounts.of_id(connection, reader.account)
    if found is None:
        raise NotThere
    return found


@area.post("/account/password")
async def change_password(request: Request, reader: Signed, old: Typed, password: Typed, again: Typed) -> Response:
    """Take a new password, and start every session anew."""
    own, said = await _own(request, reader, old)
    names = await run_in_threadpool(password_rules.names_of, request.app.state.site, own)
    said = said or password_rules.fault(password, again, names)
    if said is None and password == old:
        said = "新密码与现在的一样。"
    if said is not None:
        return await run_in_threadpool(_show, request, reader, said, None, 422)
    kept = await passwords.keep(password)
    return await run_in_threadpool(_password_changed, request, reader, kept)


def _password_changed(request: Request, reader: Reader, kept: str) -> Response:
    site: Site = request.app.state.site
    acts.change_password(site.database, site.sign(reader.shown), reader.account, kept=kept)
    return _anew(site, reader, "password")


def _anew(site: Site, reader: Reader, done: str) -> Response:
    response = RedirectResponse(f"/account?done={done}", 303)
    sessions.begin(site, reader.account, response)
    return response


@area.get("/account/authenticator")
def authenticator(request: Request, reader: Signed) -> HTMLResponse:
    """Offer another secret for the authenticator."""
    return _offer(request, reader, None)


def _offer(request: Request, reader: Reader, said: str | None, status: int = 200) -> HTMLResponse:
    offered = _offered(request.app.state.site, reader)
    facts = {"said": said, "offered": offered, "picture": totp.picture(offered, reader.name)}
    return page("account/authenticator.html", request, status=status, grouped=totp.grouped, **facts)


def _offered(site: Site, reader: Reader) -> str:
    return totp.offered(site.secret, reader.session)


@area.post("/account/authenticator")
async def change_authenticator(request: Request, reader: Signed, old: Typed, code: Typed) -> Response:
    """Tie another authenticator to the account, and start every session anew."""
    site: Site = request.app.state.site
    _, said = await _own(request, reader, old)
    step = totp.step_of(_offered(site, reader), code, site.wall())
    if said is None and step is None:
        said = totp.WRONG_NEW
    if said is not None or step is None:
        return await run_in_threadpool(_offer, request, reader, said, 422)
    return await run_in_threadpool(_tied, site, reader, step)


def _tied(site: Site, reader: Reader, step: int) -> Response:
    sealed = totp.seal(site.secret, reader.account, _offered(site, reader))
    acts.change_totp(site.database, site.sign(reader.shown), reader.account, totp=sealed, step=step)
    return _anew(site, reader, "authenticator")


@area.post("/account/sessions")
def end_others(request: Request, reader: Signed) -> Response:
    """End every other session of one's own."""
    return _end(request, reader, None)


@area.post("/account/sessions/{mark}")
def end_one(request: Request, reader: Signed, mark: str) -> Response:
    """End one session of one's own; another's is not there."""
    return _end(request, reader, mark)


def _end(request: Request, reader: Reader, mark: str | None) -> Response:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        others = [row.digest for row in sign_ins.of_account(connection, reader.account, site.wall())]
    chosen = [one for one in others if one != reader.session and mark in {None, one[:MARK]}]
    if mark is not None and not chosen:
        raise NotThere
    acts.end_sessions(site.database, site.sign(reader.shown), reader.account, chosen)
    return RedirectResponse("/account?done=sessions", 303)
