"""A city's whole year: its home, which says first what to do now and by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from dashboard.acts.filing_state import to_supplement
from dashboard.panels.beside import panels
from dashboard.panels.place import Place
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.places import city_at
from dashboard.serving.policy import EVERYONE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views import agenda, todo
from dashboard.views.letterbox import KINDS, heading, on_file, recipients, shown_state
from dashboard.views.standings import rows_of_city
from models import addresses, letterbox
from models.alarms import UNDELIVERABLE
from models.city_requests import later_days
from models.reports import matrix

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])
MOST_STUCK = 20


@area.get("/{year:int}/cities/{city}")
def of_city(request: Request, look: Look, reader: Signed, city: str) -> HTMLResponse:
    """Show a city's eight phases; the province sees besides what of its post did not arrive."""
    site: Site = request.app.state.site
    year = look.opened.year
    whose = city_at(year, city)
    wanted = letterbox.LetterQuery(year.year, look.as_of, city=whose.slug, states=UNDELIVERABLE)
    with site.database.read() as connection:
        table = matrix(connection, year.year, look.as_of)
        waits = later_days(connection, year.year, whose.slug, look.as_of)
        stuck = letterbox.letters(connection, wanted, limit=MOST_STUCK) if reader.province else ()
        office = addresses.on_file(connection).get(whose.slug, (None, None))
        without = {} if look.past else to_supplement(site, connection, reader, look.opened, whose.slug)
    rows = rows_of_city(table, whose.slug)
    suppressed = table.alarms.suppressed
    mine = table.cities[whose.slug]
    tasks = todo.tasks(year, mine, look.as_of, reader, waits, without)
    facts: dict[str, Any] = {
        "rows": rows,
        "tasks": tasks,
        "first": todo.first(tasks),
        "summary": todo.summary(year, tasks, mine, reader),
        "others": todo.others(tasks),
        "coming": agenda.of_city(table, whose.slug),
        "stuck": stuck,
        "suppressed": [one for one in suppressed if set(one.to).intersection(letterbox.own(whose.slug))],
        "addresses": on_file(office, {one.address for one in suppressed}, rehearsal=look.opened.rehearsal),
        "panels": panels(Place(request, reader, look, None, whose, table)),
    }
    words: dict[str, Any] = {
        "shown_state": shown_state,
        "letter_kinds": KINDS,
        "heading": heading,
        "to": recipients(year, stuck),
    }
    return page("cities.html", request, look=look, year=year, city=whose, **facts, **words)
