"""The home of the province: every city in every phase, at a glance, and what today asks of the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import quote

from fastapi import Depends, Header, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashboard.serving.area import Area
from dashboard.serving.in_hand import due_soon, hands
from dashboard.serving.look import Look
from dashboard.serving.page_memory import Remembered
from dashboard.serving.policy import EVERYONE, PROVINCE, Signed, allow
from dashboard.serving.readiness import steps_left
from dashboard.serving.rendering import page
from dashboard.views.agenda import agenda
from dashboard.views.dates import clock
from dashboard.views.matrix import MARKS, SHAPES, lines
from models.contact_evidence import told
from models.standing import NoYearOpen, newest_year
from models.trained import with_trained

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(default_response_class=HTMLResponse)
board = Area(default_response_class=HTMLResponse, route_class=Remembered)

CLOCK = "talent-clock"
"""The header in which a refreshed matrix says of which instant it is: its text is not part of what is compared."""


@area.get("/", dependencies=[Depends(allow(EVERYONE))])
def start(request: Request, reader: Signed) -> Response:
    """Send everybody to their home: the province to the newest year's matrix, a city to its own year.

    With no year open, who may open one is sent there, and everybody else told whom to ask.
    """
    site: Site = request.app.state.site
    try:
        with site.database.read() as connection:
            year = newest_year(connection)
    except NoYearOpen:
        return RedirectResponse("/years", 303) if reader.admin else page("home/no_year.html", request)
    return RedirectResponse(f"/{year}" if reader.province else f"/{year}/cities/{reader.city}", 303)


@board.get("/{year:int}", dependencies=[Depends(allow(PROVINCE))])
def home(
    request: Request,
    look: Look,
    only: Literal["hand", "soon"] | None = None,
    hx_request: Annotated[str | None, Header()] = None,
) -> HTMLResponse:
    """Show the matrix with its totals and the agenda; to htmx, which asks again every minute, only what may change."""
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        waits = hands(connection, look)
        matrix = with_trained(connection, waits.matrix)
        asking = {(one.phase, one.city) for one in waits.requests}
        every = lines(matrix, told(connection, year.year, look.as_of), asking)
        left = steps_left(site, connection, look)
    soon = set(due_soon(matrix))
    shown = {
        None: every,
        "hand": [line for line in every if line.hand],
        "soon": [line for line in every if line.city.slug in soon],
    }
    response = page(
        "home/live.html" if hx_request else "home.html",
        request,
        look=look,
        year=year,
        waits=waits,
        matrix=matrix,
        lines=shown[only],
        cities=len(every),
        in_hand=len(shown["hand"]),
        soon=len(soon),
        agenda=agenda(matrix),
        requests=waits.requests,
        only=only,
        steps_left=left,
        shapes=SHAPES,
        marks=MARKS,
    )
    response.headers[CLOCK] = quote(clock(look.as_of))
    return response


area.routes.extend(board.routes)
