"""签收: a letter acknowledged by the link in it, by whoever reads it, or by its office where that is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from acts import contact_receipts
from dashboard.panels.contact_evidence import is_theirs
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import HANDS, LinkEnded, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.serving.row_ids import Id
from letters.addressee import in_text
from models import letterbox, receipts
from models.stamp import Stamp
from post.receipt_links import letter_of

if TYPE_CHECKING:
    from dashboard.serving.site import Site
    from models.receipts import InMessage

area = Area(default_response_class=HTMLResponse)
OPEN = [Depends(allow(None))]
BY_LINK = "函件链接"
HOLDS = timedelta(days=60)
"""How long after it went out a letter is acknowledged by its link, by whoever has it."""


def _message(site: Site, token: str) -> list[InMessage]:
    """Give the letters of the message whose link this is; raise `NotThere` where nobody signed it, `LinkEnded`."""
    lead = letter_of(site.secret, token)
    if lead is None:
        raise NotThere
    with site.database.read() as connection:
        found = receipts.in_message(connection, abs(lead))
    if not found or (lead < 0) != (site.year(found[0].year).trial is not None):  # a trial's acknowledges no other
        raise NotThere
    if site.now(site.year(found[0].year)) > max(one.out for one in found) + HOLDS:
        raise LinkEnded(days=HOLDS.days)
    return found


@area.get("/receipts/{token}", dependencies=OPEN)
def letter(request: Request, token: str) -> HTMLResponse:
    """Show the letter and ask for the acknowledgement; looking at it gives none: mail scanners follow links."""
    site: Site = request.app.state.site
    found = _message(site, token)
    with site.database.read() as connection:
        letters = [letterbox.letter_by_id(connection, one.id) for one in found]
    dates = [one.receipt for one in found if one.receipt]
    received = max(dates) if len(dates) == len(found) else None
    return page("receipts.html", request, letters=letters, received=received, in_text=in_text)


@area.post("/receipts/{token}", dependencies=OPEN)
def acknowledge(request: Request, token: str) -> RedirectResponse:
    """Take the acknowledgement. Nobody is signed in: what shows that it is meant is the signed link alone."""
    site: Site = request.app.state.site
    found = _message(site, token)
    came_in = site.arrived()
    stamp = Stamp(BY_LINK, came_in, site.year(found[0].year).clock or came_in)
    contact_receipts.acknowledge(site.database, [one.id for one in found], stamp)
    return RedirectResponse(f"/receipts/{token}", 303)


@area.post("/{year:int}/letters/{letter:int}/receipt", dependencies=[Depends(allow(HANDS))])
def acknowledge_signed_in(request: Request, reader: Signed, look: Present, letter: Id) -> RedirectResponse:
    """Take the acknowledgement of a letter's own office; any other letter is not there for the reader."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = letterbox.letter_by_id(connection, letter)
    year = look.opened.year.year
    if found is None or found.year != year or found.state in receipts.NOT_OUT or not is_theirs(reader, found.recipient):
        raise NotThere
    contact_receipts.acknowledge(site.database, [letter], site.stamp(reader, look.opened), by=reader.shown)
    return RedirectResponse(f"/{year}/letters/{letter}", 303)
