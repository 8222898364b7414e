"""A city asks for a later due day, or asks again about what stands, and reads what became of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from acts.act import Bench
from acts.ask import ASK
from acts.question import QUESTION
from acts.retract import retract
from calendars.deadlines import day_of
from dashboard.acts.filing_state import Here, work
from dashboard.acts.just_done import done_act
from dashboard.acts.once import form_token, once, refusal
from dashboard.acts.typed_fields import Typed
from dashboard.panels.undo_here import just_done
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import CITY_ONLY, Signed, allow
from dashboard.serving.rendering import page
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acts.act import Act
    from dashboard.acts.filing_state import PhaseForm
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.city_requests import RequestKind
    from models.database import Database
    from models.deeds import DoneAct

area = Area(
    prefix="/{year:int}/{phase}/{city}", dependencies=[Depends(allow(CITY_ONLY))], default_response_class=HTMLResponse
)
NOTHING = Typed({})
Way = Literal["request", "question"]
"""How the address names what is asked."""

WAYS: Mapping[Way, tuple[Act, RequestKind]] = {"request": (ASK, "later-day"), "question": (QUESTION, "question")}
UNPROCESSABLE = 422


def _way(request: Request) -> Way:
    return "question" if request.url.path.split("/")[4] == "question" else "request"


Asked = Annotated[Way, Depends(_way)]


@area.get("/request")
@area.get("/question")
def form(request: Request, reader: Signed, look: Look, here: Here, way: Asked) -> HTMLResponse:
    """Show what was asked, and ask for what it takes."""
    return _form(request, reader, look, here, way)


def _form(
    request: Request, reader: Reader, look: Looking, here: PhaseForm, way: Way, typed: Typed = NOTHING, said: str = ""
) -> HTMLResponse:
    """Ask, with what was typed where that was refused; `said` is why."""
    site: Site = request.app.state.site
    found, act = work(site, reader, here), WAYS[way][0]
    first = max(found.now.due.day + timedelta(days=1), day_of(site.stamp(reader, here.opened).as_of))
    return page(
        "asking.html", request, status=UNPROCESSABLE if said else 200, look=look, year=here.opened.year, here=here,
        work=found, way=way, token=form_token(), typed=typed, said=said, title=act.title(None),
        fields=[one for one in act.fields if one.kind not in {"phase", "city"}],
        just_done=None if look.past else just_done(request, reader),
        facts={"today": first, "request": None, "offered": found.questionable},
    )  # fmt: skip


@area.post("/request")
@area.post("/question")
def send(
    request: Request,
    reader: Signed,
    look: Look,
    here: Here,
    way: Asked,
    token: Annotated[str, Form(alias="once")],
    until: Annotated[str, Form()] = "",
    about: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    confirm: Annotated[str, Form()] = "",
) -> Response:
    """Ask, once; where it is refused, show the form again with what was typed."""
    site: Site = request.app.state.site
    stamp, year, act = site.stamp(reader, look.opened), here.opened.year.year, WAYS[way][0]

    def do(database: Database) -> Outcome:
        given: dict[str, Any] = {"phase": here.phase.slug, "city": here.city.slug, "reason": reason, "about": about}
        try:
            given |= {"until": date.fromisoformat(until.strip())} if act.asks("until") else {}
        except ValueError:
            return Outcome("refused", "请写明希望延期到哪一天，如 2022-02-10。")
        if act.asks("about") and not about:
            return Outcome("refused", "请写明对什么有异议。")
        filled = act.fill(here.opened.year, {**given, "confirm": confirm.strip() or None})
        return act.do(Bench(database, here.opened.year, stamp), filled)

    said = refusal(site, token, year, do)
    if said:
        typed = Typed({"until": [until], "about": [about], "reason": [reason], "confirm": [confirm]})
        return _form(request, reader, look, here, way, typed, said)

    def did(database: Database, outcome: Outcome) -> DoneAct | None:
        filled = act.fill(here.opened.year, {"phase": here.phase.slug, "city": here.city.slug})
        return done_act(act, Bench(database, here.opened.year, stamp), filled, outcome)

    what, back = f"{act.title(None)}：{here.title}", f"{here.address}/{way}"
    return once(site, reader, token, what, back, do, year=year, did=did)


@area.post("/request/retract")
@area.post("/question/retract")
def take_back(
    request: Request, reader: Signed, look: Look, here: Here, way: Asked, token: Annotated[str, Form(alias="once")]
) -> Response:
    """Take back what waits, once."""
    site: Site = request.app.state.site
    stamp, year = site.stamp(reader, look.opened), here.opened.year.year

    def do(database: Database) -> Outcome:
        return retract(database, year, here.phase.slug, here.city.slug, stamp, kind=WAYS[way][1])

    what, back = f"撤回{'异议' if way == 'question' else '延期申请'}：{here.title}", f"{here.address}/{way}"
    return once(site, reader, token, what, back, do, year=year)
