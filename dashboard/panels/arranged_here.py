"""When and where a city brings the parties of a phase together, with the way to say it or to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from dashboard.acts.filing_state import filing_of
from dashboard.serving.rendering import fragment
from dashboard.signing_in.reader import Role
from dashboard.views.next_step import MAY_ASK
from models.arrangements import arrangements

if TYPE_CHECKING:
    from dashboard.panels.place import Place


def arranged_panel(place: Place) -> Markup | None:
    """Say what holds today on the page of a city's phase that brings parties together; nothing in the past."""
    opened = place.looking.opened
    if place.phase is None or place.city is None or place.looking.past:
        return None
    if place.phase.slug not in opened.book.forms or not opened.book.dealings(place.phase, opened.year).arranged:
        return None
    with place.site.database.read() as connection:
        standing = arrangements(connection, opened.year.year).get((place.phase.slug, place.city.slug))
    here = filing_of(opened, place.phase.slug, place.city.slug, place.reader)
    may = place.reader.role is not Role.VIEWER and opened.closed_as_of is None and place.state in MAY_ASK
    facts = {"standing": standing, "home": here.home, "may": may}
    return fragment("panels/arranged_here.html", place.request, **facts)
