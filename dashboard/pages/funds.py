"""The year's money: what each city is to have, was paid and gave back, every transfer, and the table in print."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from calendars.deadlines import day_of
from dashboard.exports.balance_sheet import balance_sheet
from dashboard.serving.area import Area
from dashboard.serving.arrival import place
from dashboard.serving.look import Look, Looking, Present
from dashboard.serving.policy import EVERYONE, PROVINCE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views import balance
from models import fund_transfers

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(default_response_class=HTMLResponse)


@area.get("/{year:int}/funds", dependencies=[Depends(allow(EVERYONE))])
def funds(request: Request, reader: Signed, look: Look) -> Response:
    """Show the account of every city, to a city its own; students by number alone."""
    if look.past:
        return RedirectResponse(f"/{look.opened.year.year}/funds", 303)
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        accounts = fund_transfers.accounts(connection, year, reader.city)
        transfers = fund_transfers.transfers(connection, year.year)
    return page(
        "funds.html", request, look=look, year=year, accounts=accounts, balance=balance, may=reader.admin,
        transfers=[one for one in reversed(transfers) if reader.city in {None, one.city}],
        purposes=fund_transfers.PURPOSES, directions=fund_transfers.DIRECTIONS,
        standings=fund_transfers.CLAIM_STANDINGS,
    )  # fmt: skip


@area.get("/{year:int}/funds.pdf", dependencies=[Depends(allow(PROVINCE))])
async def printed(request: Request, look: Present) -> Response:
    """Give the table of all cities as it is carried to the finance office; set in type one at a time."""
    async with place("dear"):
        return await run_in_threadpool(_made, request.app.state.site, look)


def _made(site: Site, look: Looking) -> Response:
    year = look.opened.year
    with site.database.read() as connection:
        accounts = fund_transfers.accounts(connection, year)
    pdf = balance_sheet(year, accounts, look.as_of, tried=look.opened.trial is not None)
    name = quote(f"{year.year}年度{look.mark}经费收支表-{day_of(look.as_of)}.pdf")
    headers = {"content-disposition": f"inline; filename=\"funds.pdf\"; filename*=UTF-8''{name}"}
    return Response(pdf, media_type="application/pdf", headers=headers)
