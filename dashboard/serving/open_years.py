"""The other years that are open, and those that are tried, as they stand above pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.standing import years_open
from models.trial_years import mailboxes

if TYPE_CHECKING:
    from fastapi import Request

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site


def tried_years(request: Request) -> tuple[tuple[int, str], ...]:
    """Give the years that are tried, each with its mailbox, for the pages that belong to no year."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        return tuple(sorted(mailboxes(connection).items()))


def other_years(request: Request, look: Looking) -> tuple[tuple[int, str], ...]:
    """Give each other year with the address of the reader's home in it, the newest first."""
    reader = request.state.reader
    if reader is None:
        return ()
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = [year for year in years_open(connection) if year != look.opened.year.year]
    return tuple((year, f"/{year}" if reader.province else f"/{year}/cities/{reader.city}") for year in reversed(found))
