"""The other years that are open, and those that are tried, as they stand above pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.errors import TalentError
from models.standing import years_open
from models.trial_years import mailboxes

if TYPE_CHECKING:
    from fastapi import Request
    from sqlalchemy import Connection

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader


class TrialEnded(TalentError):
    """没有办理：本页是 {year} 年度试运行时打开的，现在已经正式启用；请刷新页面，核对后再办理。"""


def refuse_ended(connection: Connection, reader: Reader) -> None:
    """Raise `TrialEnded` where the form is of a page that was shown while a year was tried that is live by now."""
    if reader.tried is not None and reader.tried not in mailboxes(connection):
        raise TrialEnded(year=reader.tried)


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
