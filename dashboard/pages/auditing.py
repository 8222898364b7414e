"""The record of what people did through the window, newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse

from dashboard.exports.exportable import exportable
from dashboard.serving.area import Area
from dashboard.serving.policy import PROVINCE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.reader import Role
from dashboard.views.naming import subject
from models import accounts, audit
from models.standing import newest_calendar

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(dependencies=[Depends(allow(PROVINCE))], default_response_class=HTMLResponse)
A_PAGE = 50
ABOUT = "account:"


def whole(text: str) -> int | None:
    """Read a number that a form may leave empty."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**31)) else None


@area.get("/audit")
def entries(
    request: Request,
    reader: Signed,
    by: Annotated[str, Query()] = "",
    about: Annotated[str, Query()] = "",
    before: Annotated[str, Query()] = "",
) -> HTMLResponse:
    """Show a page of it: by one account, about one city; whoever only looks reads no reasons, which tell of persons."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = audit.entries(connection, account=whole(by), city=about or None, before=whole(before), most=A_PAGE + 1)
        everybody = accounts.everybody(connection)
        newest = newest_calendar(connection)
    shown, more = found[:A_PAGE], len(found) > A_PAGE
    older = urlencode({"by": by, "about": about, "before": shown[-1].id}) if more else None
    facts: dict[str, Any] = {
        "entries": [replace(one, reason=None) for one in shown] if reader.role is Role.VIEWER else shown,
        "older": older,
        "everybody": everybody,
        "by": by,
        "about": about,
        "cities": newest.cities,
    }
    facts |= {"names": {city.slug: city.name for city in newest.cities}, "start": urlencode({"by": by, "about": about})}
    subjects = {f"{ABOUT}{row.id}": row.name for row in everybody}
    exports = {f"export:{name}": one.title for name, one in exportable(site.database.book).items()}
    subjects |= {phase.slug: phase.name for phase in newest.phases} | facts["names"] | exports
    return page("auditing.html", request, subjects=subjects, subject=subject, newest=not before, **facts)
