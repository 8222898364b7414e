"""The application: its pages, who may see each, and what people are told when something cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from calendars.errors import TalentError
from dashboard import failures
from dashboard.pages import asking, deeds, filing, home, rows, signing_in
from dashboard.policy import guarded
from dashboard.rendering import STATIC
from dashboard.shield import Shield

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response
    from starlette.types import Scope

    from dashboard.site import Site

AREAS = (signing_in.area, deeds.area, home.area, filing.area, rows.area, asking.area)
"""Every page, by area. The order matters: `/{year}/{phase}` would take what comes after it."""


class Kept(StaticFiles):
    """Files whose address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Let the browser keep a file for a year."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def make_app(site: Site) -> FastAPI:
    """Make the application on a site; raise `Unguarded` where a route names no policy."""
    handlers: Mapping[type[Exception], object] = {
        TalentError: failures.refused,
        RequestValidationError: failures.unreadable,
        HTTPException: failures.http,
        Exception: failures.broken,
    }
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, exception_handlers=dict(handlers))  # type: ignore[arg-type]
    app.state.site = site
    app.add_middleware(Shield)
    for area in AREAS:
        app.router.routes.extend(area.routes)
    app.mount("/static", Kept(directory=STATIC), "static")
    return guarded(app)
