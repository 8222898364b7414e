"""What a city's newest filing was found to be, as a page of PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from calendars.deadlines import day_of
from dashboard.exports.printed_card import TEMPLATE, facts
from dashboard.exports.status_report import render
from dashboard.serving.area import Area
from dashboard.serving.arrival import place
from dashboard.serving.look import Look, Looking
from dashboard.serving.places import city_at, phase_at
from dashboard.serving.policy import EVERYONE, NotThere, allow
from dashboard.views.history import filings
from gates.states import Event
from models import histories

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(dependencies=[Depends(allow(EVERYONE))])


@area.get("/{year:int}/{phase}/{city}/card.pdf")
async def card(request: Request, look: Look, phase: str, city: str) -> Response:
    """Give the newest report card of a city phase as of the instant that is looked at; one is set in type at a time."""
    async with place("dear"):
        return await run_in_threadpool(_made, request.app.state.site, look, phase, city)


def _made(site: Site, look: Looking, phase: str, city: str) -> Response:
    year = look.opened.year
    found, whose = phase_at(year, phase), city_at(year, city)
    span = histories.Span(year.year, look.as_of, found.slug, whose.slug)
    with site.database.read() as connection:
        newest = next(iter(filings(look.opened.book, histories.judgements(connection, span))), None)
        moves = histories.moves(connection, span)
    if newest is None:
        raise NotThere
    papers = {move.attempt for move in moves if move.event is Event.ON_PAPER}
    marks = {"on_paper": newest.attempt in papers, "tried": look.opened.trial is not None}
    pdf = render(facts(year, found, whose, newest, site.wall(), **marks), TEMPLATE)
    name = quote(f"{year.year}年度{look.mark}-{whose.name}-{found.name}-核验结果-{day_of(look.as_of)}.pdf")
    headers = {"content-disposition": f"inline; filename=\"card.pdf\"; filename*=UTF-8''{name}"}
    return Response(pdf, media_type="application/pdf", headers=headers)
