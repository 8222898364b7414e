"""后备人才库: the mentors, institutions, schools and students that a year's pool holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import EVERYONE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views import masking
from dashboard.views.naming import KINDS as PARTY_KINDS
from models.pool import KINDS, PoolKind, members

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])
TITLES = {kind: PARTY_KINDS.get(kind, "学生") for kind in KINDS}


@area.get("/{year:int}/pool")
def pool(request: Request, reader: Signed, look: Present, kind: PoolKind = "mentor") -> HTMLResponse:
    """Show those of one kind; to a city its own, with the names of its students."""
    site: Site = request.app.state.site
    year = look.opened.year
    cities = [city.slug for city in year.cities if reader.city in {None, city.slug}]
    with site.database.read() as connection:
        found = members(connection, year, cities)
    return page(
        "pool.html", request, look=look, year=year, kind=kind, titles=TITLES,
        members=[one for one in found if one.kind == kind], counts=Counter(one.kind for one in found),
        covered=masking.name if reader.province else str,
    )  # fmt: skip
