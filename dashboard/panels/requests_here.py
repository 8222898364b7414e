"""The cities' requests for a later day that wait here for the province's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from dashboard.serving.rendering import fragment
from models.city_requests import unanswered

if TYPE_CHECKING:
    from dashboard.panels.place import Place


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
    return fragment("panels/requests_here.html", place.request, **facts)
