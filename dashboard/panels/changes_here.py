"""What was changed about single students after the fact, with what was filed, for the province and for their city."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from dashboard.serving.rendering import fragment
from dashboard.signing_in.reader import Role
from dashboard.views import persons
from models.personal_changes import changes

if TYPE_CHECKING:
    from dashboard.panels.place import Place


def changes_panel(place: Place) -> Markup | None:
    """List them on the page of a city and of its applications, as they were at the instant looked at."""
    on_page = place.phase is None or place.phase.slug == "application"
    if place.city is None or not on_page:
        return None
    with place.site.database.read() as connection:
        found = changes(connection, place.looking.opened.year.year, [place.city.slug], place.looking.as_of)
    if not found:
        return None
    rows = persons.changed(found, full=place.reader.role is not Role.VIEWER)
    return fragment("panels/changes_here.html", place.request, rows=rows)
