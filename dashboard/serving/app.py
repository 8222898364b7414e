"""The application: its pages, who may see each, and what people are told when something cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from calendars.errors import TalentError
from dashboard.pages import (
    account,
    acting,
    addresses_known,
    api,
    api_acts,
    api_document,
    arranging,
    asking,
    auditing,
    awards,
    calendar,
    calls,
    cities,
    city_offices,
    clock,
    compare,
    consents,
    countersigning,
    days_told,
    deeds,
    drafting,
    evaluation,
    expected_letters,
    exports,
    feeds,
    filed,
    filing,
    forecast,
    fork,
    funds,
    handover,
    health,
    home,
    letters,
    log,
    notes,
    notice,
    offices,
    own_letter,
    parties,
    phases,
    pool,
    receipts,
    report,
    report_cards,
    search,
    setting_up,
    sheet_rows,
    signing_in,
    students,
    tasks,
    users,
    welcoming,
    years,
)
from dashboard.serving import failures
from dashboard.serving.arrival import Arrival
from dashboard.serving.door import Door
from dashboard.serving.metrics import Metrics
from dashboard.serving.policy import guarded
from dashboard.serving.rendering import STATIC
from dashboard.serving.request_log import Observer
from dashboard.serving.shield import Shield
from dashboard.serving.static_files import KeptFiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.serving.site import Site

AREAS = (
    signing_in.area,
    welcoming.area,
    account.area,
    users.area,
    auditing.area,
    awards.area,
    funds.area,
    deeds.area,
    health.area,
    receipts.area,
    days_told.area,
    feeds.area,
    api.area,
    api_acts.area,
    api_document.area,
    clock.area,
    home.area,
    drafting.area,
    years.area,
    notes.area,
    consents.area,
    tasks.area,
    acting.area,
    countersigning.area,
    calendar.area,
    exports.area,
    report.area,
    report_cards.area,
    setting_up.area,
    city_offices.area,
    offices.area,
    letters.area,
    own_letter.area,
    forecast.area,
    fork.area,
    handover.area,
    log.area,
    cities.area,
    search.area,
    students.area,
    parties.area,
    pool.area,
    notice.area,
    evaluation.area,
    arranging.area,
    addresses_known.area,
    asking.area,
    filing.area,
    sheet_rows.area,
    compare.area,
    filed.area,
    calls.area,
    expected_letters.area,
    phases.area,
)
"""Every page, by area. The order matters: `/{year}/{phase}` would take what comes after it."""


def _hosts(site: Site) -> frozenset[str]:
    """Give the names that pages are reached by: a request under another is not meant for us."""
    told = site.settings
    own = urlsplit(told.base_url).hostname or told.dashboard.host
    return frozenset({"localhost", own, told.dashboard.host, *told.dashboard.names})


def make_app(site: Site) -> FastAPI:
    """Make the application on a site; raise `Unguarded` where a route names no policy."""
    handlers: Mapping[type[Exception], object] = {
        TalentError: failures.refused,
        RequestValidationError: failures.unreadable,
        HTTPException: failures.http,
        SQLAlchemyError: failures.away,
        Exception: failures.broken,
    }
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, exception_handlers=dict(handlers))  # type: ignore[arg-type]
    app.state.site, app.state.metrics = site, Metrics()
    app.add_middleware(Door, hosts=_hosts(site))
    app.add_middleware(Shield, secure=site.settings.base_url.startswith("https://"))
    app.add_middleware(Observer, note=app.state.metrics.note)
    app.add_middleware(Arrival, clock=site.wall)
    for area in AREAS:
        app.router.routes.extend(area.routes)
    app.mount("/static", KeptFiles(directory=STATIC), "static")
    return guarded(app)
