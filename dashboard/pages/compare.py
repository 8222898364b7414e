"""报送比较: two filings of a city phase, row by row, for whoever may see what was filed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from acts.compare_filings import WHAT, compare_filings
from dashboard.acts.filing_state import Here
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import EVERYONE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views import masking
from models import filed_rows

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(prefix="/{year:int}/{phase}/{city}", default_response_class=HTMLResponse)

SHOWN = 200
"""So many rows of a sheet are shown; the rest is counted."""


@area.get("/compare", dependencies=[Depends(allow(EVERYONE))])
def compare(
    request: Request,
    reader: Signed,
    look: Look,
    here: Here,
    first: Annotated[int | None, Query(ge=1, le=10**6)] = None,
    second: Annotated[int | None, Query(ge=1, le=10**6)] = None,
) -> Response:
    """Show what differs: the newest filing and the one before it, where none are named."""
    site: Site = request.app.state.site
    if here.provincial:
        raise NotThere
    year, phase, city = here.opened.year, here.phase.slug, here.city.slug
    with site.database.read() as connection:
        kept = filed_rows.kept(connection, year.year, phase, city)
        newest = second or (kept[-1] if kept else 0)
        before = first or max((one for one in kept if one < newest), default=newest)
        found = compare_filings(connection, year, phase, city, before, newest) if {before, newest} <= {*kept} else ()
    masked = {
        one.field: mask
        for sheet in found
        for one in sheet.sheet.columns
        if reader.province and (mask := masking.mask(one))
    }
    answer = page(
        "compare.html", request, look=look, year=year, here=here, kept=kept, first=before, second=newest, found=found,
        shown=SHOWN, words=WHAT, masked=masked,
    )  # fmt: skip
    answer.headers["cache-control"] = "no-store"
    return answer
