"""What came of a confirmation."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboard.acts.just_done import offer, take_back
from dashboard.acts.once import LONGEST, form_token, once
from dashboard.serving.area import Area
from dashboard.serving.look import Looking, looking
from dashboard.serving.policy import EVERYONE, HANDS, NotThere, Signed, allow
from dashboard.serving.rendering import page
from models import deeds
from models.standing import YearNotOpen

if TYPE_CHECKING:
    from dashboard.serving.site import Site
    from models.database import Database
    from season.outcome import Outcome

area = Area(dependencies=[Depends(allow(EVERYONE))], default_response_class=HTMLResponse)


OF_A_YEAR = re.compile(r"/(\d{4})(?=/|$)")
"""Where an act of a year leads back to: the answer stands in that year's frame."""


@area.get("/deeds/{token}")
def deed(request: Request, reader: Signed, token: str) -> HTMLResponse:
    """Show what the act answered, to whoever confirmed it; of one that never will, where to look."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = deeds.find(connection, token)
        undo = offer(connection, site, reader, found) if found and found.account == reader.account else None
    if found is None or found.account != reader.account:
        raise NotThere
    look = _year_of(request, found.back or "")
    facts: dict[str, Any] = {"look": look, "year": look.opened.year if look else None, "undo": undo}
    left = found.done is None and site.wall() - found.at > LONGEST
    status = 409 if left or found.done is False else 200
    return page("deeds.html", request, deed=found, left=left, status=status, token=form_token(), **facts)


@area.post("/deeds/{token}/undo", dependencies=[Depends(allow(HANDS))])
def undo(
    request: Request, reader: Signed, token: str, form: Annotated[str, Form(alias="once", max_length=100)]
) -> RedirectResponse:
    """Take back what was confirmed a moment ago, once."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = deeds.find(connection, token)
        offered = offer(connection, site, reader, found) if found else None
    if found is None or found.account != reader.account:
        raise NotThere

    def do(database: Database) -> Outcome:
        return take_back(database, site, reader, token)

    holds = offered.holds if offered else None
    return once(site, reader, form, f"撤销：{found.act}", found.back or "/", do, year=holds)


def _year_of(request: Request, back: str) -> Looking | None:
    """Give the year that an act leads back to; None for one whose opening was refused, or is still under way."""
    year = OF_A_YEAR.match(back)
    with suppress(YearNotOpen):
        return looking(request, int(year[1])) if year else None
    return None
