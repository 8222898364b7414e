"""The notice that a year carries out, clause by clause, with the rules that each is judged by."""

from __future__ import annotations

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import EVERYONE, NotThere, allow
from dashboard.serving.rendering import page
from dashboard.views.notice import judged

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])


@area.get("/{year:int}/notice")
def text(request: Request, look: Look) -> HTMLResponse:
    """Show the text; a year whose notice does not ship has no such page."""
    year = look.opened.year
    found = judged(year, look.opened.book)
    if not found:
        raise NotThere
    return page("notice.html", request, look=look, year=year, clauses=found)
