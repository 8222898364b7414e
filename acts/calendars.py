"""A city's calendar with its own due days, under the versions that its letters gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.ics import calendar, version
from models.reports import matrix
from models.revised_calendars import revisions
from models.standing import extensions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from calendars.year import City


def calendar_of_city(connection: Connection, year: int, city: City, as_of: datetime) -> bytes:
    """Give the iCalendar file. Raises `YearNotOpen`."""
    status = matrix(connection, year, as_of)
    given = extensions(connection, year, [city.slug])
    phases = status.cities[city.slug]
    dues = {each.phase: each.due for each in phases}
    later = {each.phase: len(given.get((each.phase, city.slug), ())) for each in phases}
    revised = revisions(connection, year)
    versions = {each.phase: version(later[each.phase], each.attempt, revised) for each in phases}
    return calendar(status.year, dues, city, versions)
