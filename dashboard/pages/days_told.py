"""What one party was told: which due day of each city phase, by which letter, and whether that day holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse

from acts.beliefs import beliefs, untrue
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import EVERYONE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views.letterbox import KINDS, may_read
from models.letterbox import own
from models.second_ways import WAYS
from season.recipients import is_recipient, named

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])
EVERYBODY = "所知已不是现行截止日的各方"
Recipient = Annotated[str, Query(max_length=60, pattern=r"^[a-z]*(:[a-z0-9-]+)?$")]


@area.get("/{year:int}/told")
def told(request: Request, look: Look, reader: Signed, party: Recipient = "") -> HTMLResponse:
    """Show what a recipient, as in a letter's key, believes.

    Without one that is the reader's own city; to the province, whoever goes by a day that does not hold.
    """
    site: Site = request.app.state.site
    year = look.opened.year
    asked = party or ("" if reader.province else own(reader.city or "")[0])
    if asked and (not is_recipient(year, asked) or not may_read(reader, asked)):
        raise NotThere
    with site.database.read() as connection:
        given = (connection, year.year, look.as_of)
        found = beliefs(*given, [asked]) if asked else untrue(*given)
    offices = [own(city.slug)[0] for city in year.cities] if reader.province else list(own(reader.city or ""))
    choices = ({"": EVERYBODY} if reader.province else {}) | {key: named(year, key) for key in (*offices, asked) if key}
    whose = {each.party: named(year, each.party) for each in found}
    return page(
        "days_told.html",
        request,
        look=look,
        year=year,
        beliefs=found,
        asked=asked,
        choices=choices,
        whose=whose,
        letter_kinds=KINDS,
        ways=WAYS,
    )
