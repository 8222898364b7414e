"""What waits for the signature of another account: taken back by its own, or sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import RedirectResponse

from dashboard.acts import second_hand
from dashboard.acts.typed_fields import LONGEST
from dashboard.serving.area import Area
from dashboard.serving.look import Look, NotNow
from dashboard.serving.policy import ADMIN_ONLY, NotThere, Signed, allow
from dashboard.serving.row_ids import Id
from models import prepared_acts

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(dependencies=[Depends(allow(ADMIN_ONLY))])

Reason = Annotated[str, Form(max_length=LONGEST)]


@area.post("/{year:int}/prepared/{prepared}")
def put_aside(request: Request, reader: Signed, look: Look, prepared: Id, reason: Reason = "") -> RedirectResponse:
    """Take back what one prepared, or send back what another did."""
    if look.past:
        raise NotNow
    site: Site = request.app.state.site
    year = look.opened.year.year
    with site.database.write(year) as connection:
        kept = prepared_acts.find(connection, year, prepared)
        if kept is None:
            raise NotThere
        stamp = site.stamp(reader, look.opened)
        second_hand.put_aside(connection, kept, reader, stamp, " ".join(reason.split()))
    return RedirectResponse(f"/{year}/tasks", 303)
