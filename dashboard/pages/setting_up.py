"""准备工作: the steps until a year runs by itself, each with where it is done, and a test letter to oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from acts.try_post import WHAT, try_post
from dashboard.acts.once import form_token, once
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import ADMIN_ONLY, PROVINCE, Signed, allow
from dashboard.serving.readiness import steps_now
from dashboard.serving.rendering import page

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(prefix="/{year:int}/setup", default_response_class=HTMLResponse)


@area.get("", dependencies=[Depends(allow(PROVINCE))])
def setup(request: Request, look: Present) -> HTMLResponse:
    """Show what is there and what is not."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = steps_now(site, connection, look)
    return page("setting_up.html", request, look=look, year=look.opened.year, steps=found, token=form_token())


@area.post("/test-letter", dependencies=[Depends(allow(ADMIN_ONLY))])
def test_letter(
    request: Request, reader: Signed, look: Present, token: Annotated[str, Form(alias="once")]
) -> RedirectResponse:
    """Write the province a test letter, once."""
    site: Site = request.app.state.site
    year, stamp = look.opened.year.year, site.stamp(reader, look.opened)
    return once(
        site, reader, token, WHAT, f"/{year}/setup",
        lambda database: try_post(database, year, stamp, account=reader.account), year=year,
    )  # fmt: skip
