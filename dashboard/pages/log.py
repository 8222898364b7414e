"""The log of a year: every move of every city phase, and every try that was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse

from dashboard.serving.area import Area
from dashboard.serving.look import Look, query_of
from dashboard.serving.policy import EVERYONE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.serving.row_ids import NUMBER
from dashboard.signing_in.reader import Role
from dashboard.views import naming
from dashboard.views.history import as_read, step
from dashboard.views.paging import SIZE, page_of
from gates.states import Event
from models import histories

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])
Filter = Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9-]*$")]


def _words(event: Event) -> str:
    """Word an event of any phase, as it is chosen."""
    return "审定、备案、公布结果" if event is Event.APPROVE else naming.event(event, None)


@area.get("/{year:int}/log")
def log(
    request: Request,
    look: Look,
    reader: Signed,
    phase: Filter = "",
    city: Filter = "",
    event: Filter = "",
    refused: Filter = "",
    number: Annotated[int, NUMBER] = 1,
) -> HTMLResponse:
    """Show the log, the newest first; a city sees its own."""
    site: Site = request.app.state.site
    year = look.opened.year
    whose = city if reader.city is None else reader.city
    filters = {"phase": phase, "city": city if reader.province else "", "event": event, "refused": refused and "1"}
    span = histories.Span(year.year, look.as_of, phase or None, whose or None)
    with site.database.read() as connection:
        total = histories.how_many(connection, span, event=event or None, refused=bool(refused))
        pages = page_of(request.url.path, query_of(look, filters), number, total)
        found = histories.moves(
            connection, span, event=event or None, refused=bool(refused), limit=SIZE, offset=pages.offset
        )
    full = reader.role is not Role.VIEWER
    steps = [
        (year.city(move.city), year.phase(move.phase), step(look.opened.book, move, year.phase(move.phase)))
        for move in (as_read(move, full=full) for move in found)
    ]
    return page(
        "log.html", request, look=look, year=year, steps=steps, pages=pages, filters=filters, events=Event, words=_words
    )
