"""The one-page report for the leadership."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from calendars.deadlines import day_of
from dashboard.exports.status_report import facts, render
from dashboard.serving.area import Area
from dashboard.serving.arrival import place
from dashboard.serving.look import Look, Looking
from dashboard.serving.policy import PROVINCE, allow
from dashboard.views.request_words import wish
from models.city_requests import unanswered
from models.reports import matrix
from models.shortcuts.page_version import newest
from models.trained import with_trained

if TYPE_CHECKING:
    from dashboard.serving.site import Site

MOST = 4
"""Reports that are kept set in type; the oldest goes first."""

area = Area(dependencies=[Depends(allow(PROVINCE))])


@area.get("/{year:int}/report.pdf")
async def report(request: Request, look: Look) -> Response:
    """Give the report as of the instant that is looked at; one is set in type at a time, which takes much memory."""
    async with place("dear"):
        return await run_in_threadpool(_made, request.app.state.site, look)


def _made(site: Site, look: Looking) -> Response:
    """Give the report; what was set in type before is given again for as long as nothing was written.

    Whoever may have it sees the whole province, so that it is one for all. Days that are left change at midnight.
    """
    year, today = look.opened.year, day_of(look.now)
    with site.database.read() as connection:
        key = (
            year.year,
            *newest(connection, year.year),
            today,
            look.as_of if look.past else None,
            look.opened.trial is None,
        )
        pdf = site.reports.get(key)
        if pdf is None:
            found = with_trained(connection, matrix(connection, year.year, look.as_of))
            asked = unanswered(connection, year.year, look.as_of)
    if pdf is None:
        waiting = [
            f"{year.city(row.city).name}市 {year.phase(row.phase).name}：{wish(row, year)}，待答复" for row in asked
        ]
        pdf = render(facts(found, waiting, site.wall(), tried=look.opened.trial is not None))
        site.reports[key] = pdf
        while len(site.reports) > MOST:
            site.reports.pop(next(iter(site.reports)))
    name = quote(f"{year.year}年度{look.mark}情况报告-{day_of(look.as_of)}.pdf")
    headers = {"content-disposition": f"inline; filename=\"report.pdf\"; filename*=UTF-8''{name}"}
    return Response(pdf, media_type="application/pdf", headers=headers)
