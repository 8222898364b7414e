"""Whom a reader asks, as it stands at the foot of every page of a year and where one signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from calendars.deadlines import day_of
from calendars.errors import TalentError
from models import addresses, contacts, standing

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request
    from sqlalchemy import Connection

    from calendars.year import ContactPoint, Year
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site


def whom_to_ask(request: Request, look: Looking) -> ContactPoint:
    """Give the provincial office's contact person, telephone and mailbox on the day that is looked at."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        return _province(connection, look.opened.year, look.as_of)


def at_the_door(request: Request) -> ContactPoint:
    """Give the same to whoever has not signed in, today and of the newest year."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        return _province(connection, standing.newest_calendar(connection), site.arrived())


def office_to_ask(request: Request) -> ContactPoint | None:
    """Give the same to a page that is no year's; None where it cannot be read, which keeps no page from being shown."""
    try:
        return at_the_door(request)
    except (SQLAlchemyError, TalentError):
        return None


def _province(connection: Connection, year: Year, at: datetime) -> ContactPoint:
    on_file, people = addresses.on_file(connection), contacts.of(connection, "province")
    return contacts.points(on_file, people, day_of(at), year.contact)["province"]
