"""A city asks for a later due day, and reads what became of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from acts.act import Bench
from acts.ask import ASK
from acts.doing import taken_back
from acts.retract import retract
from calendars.deadlines import day_of
from dashboard.acts.filing_state import Here, work
from dashboard.acts.nudge import AFTER_AN_ACT
from dashboard.acts.once import form_token, once, outcome_of
from dashboard.acts.typed_fields import Typed
from dashboard.serving.look import Look
from dashboard.serving.policy import CITY_ONLY, Signed, allow
from dashboard.serving.rendering import page
from models import deeds
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.acts.filing_state import PhaseForm
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.database import Database

area = APIRouter(
    prefix="/{year:int}/{phase}/{city}", dependencies=[Depends(allow(CITY_ONLY))], default_response_class=HTMLResponse
)
NOTHING = Typed({})
ASKED = tuple(field for field in ASK.fields if field.name in {"until", "confirm", "reason"})
UNPROCESSABLE = 422


@area.get("/request")
def form(request: Request, reader: Signed, look: Look, here: Here) -> HTMLResponse:
    """Show what was asked, and ask for a day and a reason."""
    return _form(request, reader, look, here)


def _form(
    request: Request, reader: Reader, look: Looking, here: PhaseForm, typed: Typed = NOTHING, said: str = ""
) -> HTMLResponse:
    """Ask, with what was typed where that was refused; `said` is why."""
    site: Site = request.app.state.site
    found = work(site, reader, here)
    first = max(found.now.due.day + timedelta(days=1), day_of(site.stamp(reader, here.opened).as_of))
    return page(
        "asking.html", request, status=UNPROCESSABLE if said else 200, look=look, year=here.opened.year, here=here,
        work=found, token=form_token(), typed=typed, said=said, fields=ASKED, facts={"today": first, "request": None},
    )  # fmt: skip


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
    """Ask, once; where it is refused, show the form again with what was typed."""
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

    said = _refusal(site, token, year, do)
    if said:
        typed = Typed({"until": [until], "reason": [reason], "confirm": [confirm]})
        return _form(request, reader, look, here, typed, said)
    act, back = f"申请延期：{here.title}", f"{here.address}/request"
    return once(site, reader, token, act, back, do, year=year, flows=AFTER_AN_ACT)


def _refusal(site: Site, token: str, year: int, do: Callable[[Database], Outcome]) -> str:
    """Say why it would be refused; "" where it would not, or where this form was answered before."""
    with site.database.read() as connection:
        if deeds.find(connection, token) is not None:
            return ""
    outcome = None
    with taken_back(site.database, year) as within:
        outcome = outcome_of(lambda: do(within))
    return outcome.message if outcome is not None and not outcome.done else ""


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
