"""What will be written by the end of the next working day, to be read before it leaves; nothing of it is queued."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from acts.advance import forecast
from dashboard.serving.look import Look
from dashboard.serving.policy import PROVINCE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views.letterbox import KINDS, STATES, heading
from letters.addressee import in_text
from season.recipients import named

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = APIRouter(default_response_class=HTMLResponse, dependencies=[Depends(allow(PROVINCE))])
MOST = 200
"""So many letters are shown."""


@area.get("/{year:int}/forecast")
def of_letters(request: Request, look: Look, reader: Signed) -> Response:
    """Play the year on, take that back, and show the letters that time will make owed if nobody acts."""
    site: Site = request.app.state.site
    year = look.opened.year
    if look.past:
        return RedirectResponse(f"/{year.year}/forecast", 303)
    found = forecast(site.database, year.year, site.stamp(reader, look.opened))
    letters = [(row, named(year, row.recipient), in_text(row.text, row.addressee)) for row in found.letters[:MOST]]
    failures = [year.city(city).name if city != "*" else "全省" for city in found.failures]
    return page(
        "forecast.html", request, look=look, year=year, letters=letters, in_all=len(found.letters), until=found.until,
        failures=failures, states=STATES, kinds=KINDS, heading=heading,
    )  # fmt: skip
