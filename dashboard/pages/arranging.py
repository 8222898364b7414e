"""A city says when and where it brings the parties of a phase together; the province may say so in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from acts.arrange import ARRANGE, arrange
from acts.signatures import for_a_city
from calendars.deadlines import day_of, handed_in
from dashboard.acts.filing_state import Here, PhaseForm, work
from dashboard.acts.once import form_token, once, refusal
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import HANDS, NotThere, Signed, allow
from dashboard.serving.rendering import page
from forms import cells
from models.arrangements import arrangements
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.database import Database

area = Area(
    prefix="/{year:int}/{phase}/{city}", dependencies=[Depends(allow(HANDS))], default_response_class=HTMLResponse
)
UNPROCESSABLE = 422


@area.get("/arrangement")
def form(request: Request, reader: Signed, look: Look, here: Here) -> HTMLResponse:
    """Show what is arranged, and ask for what holds instead."""
    return _form(request, reader, look, here)


def _form(
    request: Request,
    reader: Reader,
    look: Looking,
    here: PhaseForm,
    typed: Mapping[str, str] | None = None,
    said: str = "",
) -> HTMLResponse:
    if not here.opened.book.dealings(here.phase, here.opened.year).arranged:
        raise NotThere
    site: Site = request.app.state.site
    with site.database.read() as connection:
        standing = arrangements(connection, here.opened.year.year).get((here.phase.slug, here.city.slug))
    year, days, due = here.opened.year, here.opened.year.working_days, work(site, reader, here).now.due
    said_before = (f"{standing.day}", standing.begins, standing.place) if standing else ("", "", "")
    stands = dict(zip(("until", "begins", "place"), said_before, strict=True))
    return page(
        "arranging.html", request, status=UNPROCESSABLE if said else 200, look=look, year=year, here=here,
        standing=standing, typed=typed or stands, said=said, token=form_token(), title=ARRANGE.title(None),
        today=day_of(site.stamp(reader, here.opened).as_of), last=handed_in(due, year.figures.party_days, days).day,
    )  # fmt: skip


@area.post("/arrangement")
def send(
    request: Request,
    reader: Signed,
    look: Look,
    here: Here,
    token: Annotated[str, Form(alias="once")],
    until: Annotated[str, Form()] = "",
    begins: Annotated[str, Form()] = "",
    place: Annotated[str, Form()] = "",
) -> Response:
    """Arrange it, once; where it is refused, show the form again with what was typed."""
    site: Site = request.app.state.site
    stamp, year = site.stamp(reader, look.opened), here.opened.year.year
    stamp = for_a_city(stamp) if reader.province else stamp
    given, account = (year, here.phase.slug, here.city.slug), reader.account if reader.province else None

    def do(database: Database) -> Outcome:
        try:
            day = cells.day(until)
        except cells.BadCellError as error:
            return Outcome("refused", f"日期：{error.wrong}，请改正。")
        return arrange(database, *given, stamp, day=day, begins=begins, place=place, account=account)

    said = refusal(site, token, year, do)
    if said:
        return _form(request, reader, look, here, {"until": until, "begins": begins, "place": place}, said)
    what = f"{ARRANGE.title(None)}：{here.title}"
    return once(site, reader, token, what, here.home, do, year=year)
