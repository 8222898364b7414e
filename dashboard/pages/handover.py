"""交接单: what whoever takes over has to know, to be carried to the desk: the province's, or a city's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from acts.handover import PROMISED, handover
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import EVERYONE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.reader import Role
from dashboard.views import masking
from dashboard.views.letterbox import STATES

if TYPE_CHECKING:
    from calendars.year import ContactPoint
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])


@area.get("/{year:int}/handover")
def sheet(request: Request, look: Look, reader: Signed) -> HTMLResponse:
    """Show the sheet as of the instant that is looked at."""
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        found = handover(connection, year.year, look.as_of, reader.city)
    known = {office: one for office, one in found.call.items() if one.name or one.phone or one.mailbox}
    facts: dict[str, Any] = {
        "call": {office: _shown(one, reader) for office, one in known.items()},
        "unknown": [office for office in found.call if office not in known],
        "full": reader.role is not Role.VIEWER,
        "promised": PROMISED,
        "states": STATES,
    }
    return page("handover.html", request, look=look, year=year, sheet=found, **facts)


def _shown(one: ContactPoint, reader: Reader) -> tuple[str, str, str]:
    """Give whom to ask as a reader sees it: covered to who only looks, as in 联系人."""
    if reader.role is Role.VIEWER:
        return masking.name(one.name), masking.phone(one.phone), masking.email(one.mailbox)
    return one.name, one.phone, one.mailbox
