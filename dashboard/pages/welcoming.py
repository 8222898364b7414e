"""The one-time link: its owner chooses a password and ties an authenticator to the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from acts.accounts import digest, welcome
from dashboard.serving.area import Area
from dashboard.serving.policy import allow
from dashboard.serving.rendering import page
from dashboard.signing_in import password_rules, passwords, sessions, totp
from models import sign_ins

if TYPE_CHECKING:
    from dashboard.serving.site import Site
    from models.accounts import KeptAccount

area = Area(dependencies=[Depends(allow(None))], default_response_class=HTMLResponse)

Typed = Annotated[str, Form()]


@area.get("/welcome/{link}")
def form(request: Request, link: str) -> Response:
    """Show what is to be chosen; looking uses nothing up, so that a mail scanner does no harm."""
    found = _found(request.app.state.site, link)
    return _gone(request) if found is None else _ask(request, found, link, None)


def _found(site: Site, link: str) -> KeptAccount | None:
    with site.database.read() as connection:
        return sign_ins.offered(connection, digest(link), site.wall())


def _gone(request: Request) -> Response:
    return page("welcoming/gone.html", request, status=404)


def _ask(request: Request, found: KeptAccount, link: str, said: str | None, status: int = 200) -> Response:
    site: Site = request.app.state.site
    offered = totp.offered(site.secret, digest(link)) if site.settings.dashboard.totp else None
    facts = {"account": found, "said": said, "offered": offered, "shortest": password_rules.SHORTEST}
    drawn = None if offered is None else totp.picture(offered, found.name)
    return page("welcoming.html", request, status=status, picture=drawn, grouped=totp.grouped, **facts)


@area.post("/welcome/{link}")
async def choose(request: Request, link: str, password: Typed, again: Typed, code: Typed = "") -> Response:
    """Take the password and the first code, use the link up, and sign its owner in."""
    site: Site = request.app.state.site
    found = await run_in_threadpool(_found, site, link)
    if found is None:
        return await run_in_threadpool(_gone, request)
    said = password_rules.fault(password, again, await run_in_threadpool(password_rules.names_of, site, found))
    step = None
    if said is None and site.settings.dashboard.totp:
        step = totp.step_of(totp.offered(site.secret, digest(link)), code, site.wall())
        said = totp.WRONG_NEW if step is None else None
    if said is not None:
        return await run_in_threadpool(_ask, request, found, link, said, 422)
    return await run_in_threadpool(_take, request, found, link, await passwords.keep(password), step)


def _take(request: Request, found: KeptAccount, link: str, kept: str, step: int | None) -> Response:
    site: Site = request.app.state.site
    sealed = None if step is None else totp.seal(site.secret, found.id, totp.offered(site.secret, digest(link)))
    taken = welcome(site.database, site.sign(found.shown), link, kept=kept, totp=sealed, step=step)
    return _gone(request) if taken is None else sessions.signed_in(request, found, "/", None)
