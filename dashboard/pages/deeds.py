"""What came of a confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from dashboard.acts.once import LONGEST
from dashboard.serving.policy import EVERYONE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from models import deeds

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = APIRouter(dependencies=[Depends(allow(EVERYONE))], default_response_class=HTMLResponse)


@area.get("/deeds/{token}")
def deed(request: Request, reader: Signed, token: str) -> HTMLResponse:
    """Show what the act answered, to whoever confirmed it; of one that never will, where to look."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = deeds.find(connection, token)
    if found is None or found.account != reader.account:
        raise NotThere
    left = found.done is None and site.wall() - found.at > LONGEST
    return page("deeds.html", request, deed=found, left=left, status=409 if left or found.done is False else 200)
