"""Whether this process lives, whether it can do its work, and its figures: for whoever watches machines."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from calendars.errors import TalentError
from dashboard.serving.area import Area
from dashboard.serving.metrics import TYPE, Metrics, near
from dashboard.serving.policy import WHOEVER, NotThere
from models.database import Busy, NotPrepared
from models.machine_figures import figures
from models.migrate import prepared
from models.signs_of_life import silent

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(dependencies=[Depends(WHOEVER)], include_in_schema=False)


@area.get("/livez")
async def lives() -> PlainTextResponse:
    """Answer: that is all there is to it, and neither a thread nor the database is needed for it."""
    return PlainTextResponse("ok\n")


@area.get("/readyz")
def is_ready(request: Request) -> JSONResponse:
    """Say whether the database can be reached and has this version's tables, else by a word why not."""
    site: Site = request.app.state.site
    why = _why_not(site)
    return JSONResponse({"ready": why is None, "reason": why}, 200 if why is None else 503)


@area.get("/metrics")
def metrics(request: Request) -> Response:
    """Give the figures, to whoever has the token, where there is none to this machine; to others there is no page."""
    site: Site = request.app.state.site
    wanted = site.settings.dashboard.metrics_token
    if wanted is not None:
        given = request.headers.get("authorization", "")
        if not compare_digest(given.encode(), f"Bearer {wanted.get_secret_value()}".encode()):
            raise NotThere
    elif not near(request.client.host if request.client else None, request.headers):
        raise NotThere
    try:
        with site.database.read() as connection:
            found = figures(connection)
    except (TalentError, SQLAlchemyError, OSError):
        found = None
    told: Metrics = request.app.state.metrics
    return Response(told.text(found, site.wall()), media_type=TYPE)


def _why_not(site: Site) -> str | None:
    try:
        return _silent(site) if prepared(site.database) else "not-prepared"
    except NotPrepared:
        return "not-prepared"
    except Busy:
        return "busy"
    except (SQLAlchemyError, OSError):
        return "unreachable"


def _silent(site: Site) -> str | None:
    with site.database.read() as connection:
        found = [sign for sign in silent(connection, site.wall()) if sign.work != "check"]  # it can work all the same
    return f"{found[0].work}-silent" if found else None
