"""When what said who somebody is was taken out of a year: whoever looks at it is not to think that there was nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from models.purges_done import done

if TYPE_CHECKING:
    from datetime import date

    from fastapi import Request

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site


def purged_on(request: Request, look: Looking) -> date | None:
    """Give the day on which a year that is archived was purged, None where it was not."""
    if look.opened.closed_as_of is None:
        return None
    site: Site = request.app.state.site
    with site.database.read() as connection:
        return next((day_of(one.until) for one in done(connection) if one.year == look.opened.year.year), None)
