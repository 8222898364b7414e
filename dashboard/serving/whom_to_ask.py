"""Whom a reader asks, as it stands at the foot of every page of a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from models import contacts, standing

if TYPE_CHECKING:
    from fastapi import Request

    from calendars.year import ContactPoint
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site


def whom_to_ask(request: Request, look: Looking) -> ContactPoint:
    """Give the provincial office's contact person, telephone and mailbox on the day that is looked at."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        on_file, people = standing.offices(connection), contacts.of(connection, "province")
    return contacts.points(on_file, people, day_of(look.as_of), look.opened.year.contact)["province"]
