"""The year: its phases, holidays and extensions as a chart and as a table, and every moment of its calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from calendars.deadlines import day_of
from calendars.moments import moments
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import EVERYONE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views.gantt import chart, own_days
from dashboard.views.timetable import by_month
from models import histories

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])


@area.get("/{year:int}/calendar")
def calendar(request: Request, look: Look, reader: Signed) -> HTMLResponse:
    """Show the year. A city sees its own later due days, the province everybody's."""
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        grants = histories.grants(connection, histories.Span(year.year, look.as_of, city=reader.city))
    own = own_days(year, grants)
    facts: dict[str, Any] = {
        "chart": chart(year, day_of(look.as_of), own),
        "own": own,
        "months": by_month(moments(year), year.working_days, look.as_of),
        "days": year.working_days,
    }
    return page("calendar.html", request, look=look, year=year, **facts)
