"""The acts that may be done to a city phase, a city or a phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from acts.book import ACTS, offered
from dashboard.serving.rendering import render
from models.reports import matrix

if TYPE_CHECKING:
    from dashboard.panels.place import Place


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
        here = [one for one in standings if place.phase is None or one.phase == place.phase.slug]
        named = place.city is not None
        for act in {act for one in here for act in offered(found.book, year.phase(one.phase), one, named=named)}:
            if (act.asks("phase") is None) is (place.phase is None):  # what is of no phase is the city's own
                counted[act.slug] = counted.get(act.slug, 0) + 1
    acts = tuple((act, counted[slug]) for slug, act in ACTS.items() if slug in counted)
    if not acts:
        return None
    return Markup(render("panels/acts_here.html", place.request, place=place, year=year, acts=acts))  # noqa: S704 -- a template's
