"""疑似同一人: the applicants who look like one child, with what was settled, for their cities and the province."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from acts.settle_child import SETTLE_CHILD, WORDS
from dashboard.serving.rendering import fragment
from models.facts.scope import Scope
from models.likely_children import likely_children
from phases.application import PHASE as APPLICATION

if TYPE_CHECKING:
    from dashboard.panels.place import Place


def children_panel(place: Place) -> Markup | None:
    """Say it on the pages of the application and of the phases up to the admission; nothing in the past."""
    opened, phase = place.looking.opened, place.phase
    if phase is None or place.looking.past or phase.slug not in _until_admitted(place):
        return None
    with place.site.database.read() as connection:
        found = likely_children(Scope.undated(connection, opened.year), [place.city.slug] if place.city else ())
    here = [one for one in found if place.city is None or place.city.slug in one.cities]
    if not here:
        return None
    may = place.reader.admin and opened.closed_as_of is None
    facts = {"children": here, "year": opened.year, "may": may, "words": WORDS, "title": SETTLE_CHILD.title(None)}
    return fragment("panels/children_here.html", place.request, **facts)


def _until_admitted(place: Place) -> list[str]:
    """Give the phases from the application to the one that lets students into training."""
    slugs = [phase.slug for phase in place.looking.opened.year.phases]
    book = place.looking.opened.book
    last = next((slug for slug in slugs if (found := book.find(slug)) and found.lets_on and found.lets_on.trains), None)
    first = slugs.index(APPLICATION.slug) if APPLICATION.slug in slugs else len(slugs)
    return slugs[first : slugs.index(last) + 1] if last else []
