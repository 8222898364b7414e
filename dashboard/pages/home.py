"""The home of the province: every city in every phase, at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from calendars.moments import moments
from dashboard.looking import Look
from dashboard.matrix import lines
from dashboard.policy import EVERYONE, PROVINCE, Signed, allow
from dashboard.rendering import page
from models.reports import matrix
from models.standing import newest_year

if TYPE_CHECKING:
    from dashboard.site import Site

area = APIRouter(default_response_class=HTMLResponse)
NEXT_MOMENTS = 6


@area.get("/", dependencies=[Depends(allow(EVERYONE))])
def start(request: Request, reader: Signed) -> Response:
    """Send everybody to their home: the province to the newest year's matrix, a city to its own year."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        year = newest_year(connection)
    return RedirectResponse(f"/{year}" if reader.province else f"/{year}/cities/{reader.city}", 303)


@area.get("/{year:int}", dependencies=[Depends(allow(PROVINCE))])
def home(request: Request, look: Look) -> HTMLResponse:
    """Show the matrix with its totals and the next moments of the calendar."""
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        found = matrix(connection, year.year, look.as_of)
    coming = [moment for moment in moments(year) if moment.instant > look.as_of][:NEXT_MOMENTS]
    return page("home.html", request, look=look, year=year, matrix=found, lines=lines(found), coming=coming)
