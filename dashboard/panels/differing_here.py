"""Addresses that cities filed differently, on the pages of all cities concerned, until the province decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from dashboard.serving.rendering import fragment
from models.party_addresses import differences
from season.recipients import named

if TYPE_CHECKING:
    from dashboard.panels.place import Place


def differing_panel(place: Place) -> Markup | None:
    """Say it on the page of the city phase that files them; nothing in the past. No address is another city's."""
    year, phase, city = place.looking.opened.year, place.phase, place.city
    if phase is None or city is None or place.looking.past:
        return None
    with place.site.database.read() as connection:
        found = differences(connection, year.year, place.looking.as_of)
    here = [one for one in found if one.phase == phase.slug and city.slug in {one.city, *one.held_by}]
    if not here:
        return None
    facts = {"differing": here, "year": year, "city": city, "named": lambda key: named(year, key)}
    return fragment("panels/differing_here.html", place.request, **facts)
