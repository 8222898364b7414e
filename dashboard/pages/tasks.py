"""The province's list: what waits for its hand, with the acts that apply; and the acts on the pages of city phases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from acts.book import ACTS, offered
from acts.withdraw import GOING
from dashboard.acts.at_hand import awaiting, late
from dashboard.serving.look import Look
from dashboard.serving.policy import PROVINCE, Signed, allow
from dashboard.serving.rendering import page, render
from dashboard.views.letterbox import heading
from letters.words import STATES
from models import extension_requests, party_addresses
from models.addresses import on_file
from models.alarms import undelivered
from models.extension_requests import unanswered
from models.reports import matrix
from season.recipients import named

if TYPE_CHECKING:
    from dashboard.pages.panels import Place
    from dashboard.serving.site import Site

area = APIRouter(dependencies=[Depends(allow(PROVINCE))], default_response_class=HTMLResponse)

SETTLED_BY_HAND = frozenset({"failed", "unknown"})


@area.get("/{year:int}/tasks")
def tasks(request: Request, look: Look, reader: Signed) -> Response:
    """Show what waits now; in the past nothing does."""
    if look.past:
        return RedirectResponse(f"/{look.opened.year.year}/tasks", 303)
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        found = matrix(connection, year.year, look.as_of)
        asked = extension_requests.unanswered(connection, year.year, look.as_of)
        letters = undelivered(connection, year.year, look.as_of)
        offices = on_file(connection)
        differing = party_addresses.differences(connection, year.year, look.as_of)
    without = [city for city in year.cities if city.slug not in offices or not offices[city.slug].email]
    return page(
        "tasks.html", request, look=look, year=year, may=reader.admin and look.opened.closed_as_of is None,
        awaiting=awaiting(found), late=late(found), asked=asked, letters=letters, without=without,
        suppressed=found.alarms.suppressed, named=lambda key: named(year, key), states=STATES,
        heading=heading, differing=differing,
        by_hand=SETTLED_BY_HAND,
    )  # fmt: skip


def asked_panel(place: Place) -> Markup | None:
    """Show the province which requests for a later day wait here, with the way to answer them."""
    if not place.reader.province:
        return None
    year, look = place.looking.opened.year, place.looking
    with place.site.database.read() as connection:
        every = unanswered(connection, year.year, look.as_of)
    phase, city = place.phase and place.phase.slug, place.city and place.city.slug
    found = [one for one in every if phase in {None, one.phase} and city in {None, one.city}]
    if not found:
        return None
    may = place.reader.admin and not look.past and look.opened.closed_as_of is None
    facts = {"found": found, "year": year, "may": may, "look": look}
    return Markup(render("parts/asked-panel.html", place.request, **facts))  # noqa: S704 -- a template's


def acts_panel(place: Place) -> Markup | None:
    """Give the acts that apply to a city phase, a city or a phase, for whoever may do them, now."""
    if not place.reader.admin or place.looking.past or place.looking.opened.closed_as_of is not None:
        return None
    year = place.looking.opened.year
    with place.site.database.read() as connection:
        found = matrix(connection, year.year, place.looking.as_of)
    counted: dict[str, int] = {}
    for slug, standings in found.cities.items():
        if place.city is not None and slug != place.city.slug:
            continue
        here = [one for one in standings if place.phase is not None and one.phase == place.phase.slug]
        named = place.city is not None
        for act in {act for one in here for act in offered(found.book, year.phase(one.phase), one.state, named=named)}:
            counted[act.slug] = counted.get(act.slug, 0) + 1
        if place.phase is None and any(one.state in GOING for one in standings):
            counted["withdraw"] = 1
    if place.phase is not None:
        counted.pop("withdraw", None)
    acts = tuple((act, counted[slug]) for slug, act in ACTS.items() if slug in counted)
    if not acts:
        return None
    return Markup(render("parts/acts.html", place.request, place=place, year=year, acts=acts))  # noqa: S704 -- a template's
