"""Signing in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select

from dashboard import passwords, sessions
from dashboard.forged import Forged, same_origin
from dashboard.policy import EVERYONE, Signed, allow
from dashboard.rendering import page
from models.accounts import Account
from models.columns import table_of

if TYPE_CHECKING:
    from dashboard.site import Site

area = APIRouter(dependencies=[Depends(allow(None))], default_response_class=HTMLResponse)
WRONG = "用户名或密码不对。"


@area.get("/sign-in")
def form(request: Request, after: str = "/") -> HTMLResponse:
    """Ask for name and password."""
    return page("sign-in.html", request, said=None, name="", after=_inside(request.query_params.get("next", after)))


def _inside(address: str) -> str:
    """Give only an address of our own: two slashes, either way round, begin another site's."""
    return address if address.startswith("/") and address[1:2] not in {"/", "\\"} else "/"


@area.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form()],
    password: Annotated[str, Form()],
    after: Annotated[str, Form()] = "/",
) -> Response:
    """Begin a session where name and password fit."""
    if not same_origin(request):
        raise Forged
    site: Site = request.app.state.site
    table = table_of(Account)
    query = select(table.c.id, table.c.password).where(
        table.c.name == name.strip().casefold(), table.c.disabled_at.is_(None)
    )
    with site.database.read() as connection:
        found = connection.execute(query).one_or_none()
    if not await passwords.fits(found.password if found else None, password):
        return page("sign-in.html", request, status=403, said=WRONG, name=name, after=_inside(after))
    assert found is not None
    response = RedirectResponse(_inside(after), 303)
    sessions.begin(site, found.id, response)
    return response


@area.post("/sign-out", dependencies=[Depends(allow(EVERYONE))])
def sign_out(request: Request, reader: Signed) -> Response:
    """End the session."""
    sessions.end(request.app.state.site, reader.session)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(sessions.COOKIE)
    return response
