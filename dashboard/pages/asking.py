"""A city asks for a later due day, and reads what became of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from acts.act import Bench
from acts.ask import ASK, LONGEST
from acts.retract import retract
from dashboard.acts.filing_state import Here, work
from dashboard.acts.nudge import AFTER_AN_ACT
from dashboard.acts.once import form_token, once
from dashboard.serving.look import Look
from dashboard.serving.policy import CITY_ONLY, Signed, allow
from dashboard.serving.rendering import page
from season.outcome import Outcome

if TYPE_CHECKING:
    from dashboard.serving.site import Site
    from models.database import Database

area = APIRouter(
    prefix="/{year:int}/{phase}/{city}", dependencies=[Depends(allow(CITY_ONLY))], default_response_class=HTMLResponse
)
ANSWERED = {"granted": "已同意", "declined": "未同意", "needless": "不再需要", "retracted": "已撤回"}


@area.get("/request")
def form(request: Request, reader: Signed, look: Look, here: Here) -> HTMLResponse:
    """Show what was asked, and ask for a day and a reason."""
    facts: dict[str, Any] = {"here": here, "work": work(request.app.state.site, reader, here), "longest": LONGEST}
    year = here.opened.year
    return page("asking.html", request, look=look, year=year, token=form_token(), answered=ANSWERED, **facts)


@area.post("/request")
def send(
    request: Request,
    reader: Signed,
    look: Look,
    here: Here,
    token: Annotated[str, Form(alias="once")],
    until: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    confirm: Annotated[str, Form()] = "",
) -> Response:
    """Ask, once."""
    site: Site = request.app.state.site
    stamp, year = site.stamp(reader, look.opened), here.opened.year.year

    def do(database: Database) -> Outcome:
        try:
            day = date.fromisoformat(until.strip())
        except ValueError:
            return Outcome("refused", "请写明希望延期到哪一天，如 2022-02-10。")
        given = {"phase": here.phase.slug, "city": here.city.slug, "until": day, "reason": reason}
        filled = ASK.fill(here.opened.year, {**given, "confirm": confirm.strip() or None})
        return ASK.do(Bench(database, here.opened.year, stamp), filled)

    act, back = f"申请延期：{here.title}", f"{here.address}/request"
    return once(site, reader, token, act, back, do, year=year, flows=AFTER_AN_ACT)


@area.post("/request/retract")
def take_back(
    request: Request, reader: Signed, look: Look, here: Here, token: Annotated[str, Form(alias="once")]
) -> Response:
    """Take back what waits, once."""
    site: Site = request.app.state.site
    stamp, year = site.stamp(reader, look.opened), here.opened.year.year

    def do(database: Database) -> Outcome:
        return retract(database, year, here.phase.slug, here.city.slug, stamp)

    act, back = f"撤回延期申请：{here.title}", f"{here.address}/request"
    return once(site, reader, token, act, back, do, year=year, flows=AFTER_AN_ACT)
