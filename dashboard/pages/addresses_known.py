"""A city says at which addresses its parties are reached before it files them; the province may in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from acts.know_addresses import KNOW_ADDRESSES, SHAPES, know_addresses
from acts.signatures import for_a_city
from dashboard.acts.filing_state import Here, PhaseForm
from dashboard.acts.once import form_token, once, refusal
from dashboard.panels.known_here import kinds_of
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import HANDS, NotThere, Signed, allow
from dashboard.serving.rendering import page
from letters.words import AUDIENCES
from models.party_addresses import known_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from models.database import Database
    from season.outcome import Outcome

area = Area(
    prefix="/{year:int}/{phase}/{city}", dependencies=[Depends(allow(HANDS))], default_response_class=HTMLResponse
)
UNPROCESSABLE = 422


@area.get("/addresses")
def form(request: Request, look: Look, here: Here) -> HTMLResponse:
    """Show of whom the city says an address, and ask for more."""
    return _form(request, look, here)


def _form(
    request: Request, look: Looking, here: PhaseForm, typed: Mapping[str, str] | None = None, said: str = ""
) -> HTMLResponse:
    kinds = kinds_of(here.opened.book, here.phase.slug)
    if not kinds:
        raise NotThere
    site: Site = request.app.state.site
    with site.database.read() as connection:
        known = known_by(connection, here.opened.year.year, here.city.slug)
    listed: dict[str, list[str]] = {kind: [] for kind in kinds}
    for one in known:
        if one.kind in listed:
            mend = "待省级管理办公室决定" if one.waits else "请更正"
            dead = f"［已停止发函，{mend}］" if one.dead else ""
            listed[one.kind].append((f"{one.name}（{one.place}）" if one.kind == "mentor" else one.name) + dead)
    shapes = {kind: (AUDIENCES[kind], "，".join(SHAPES[kind])) for kind in kinds}
    groups = [(AUDIENCES[kind], listed[kind]) for kind in kinds if listed[kind]]
    return page(
        "addresses_known.html", request, status=UNPROCESSABLE if said else 200, look=look, year=here.opened.year,
        here=here, typed=typed or {"kind": "", "lines": ""}, said=said, token=form_token(),
        title=KNOW_ADDRESSES.title(None), listed=groups, shapes=shapes,
    )  # fmt: skip


@area.post("/addresses")
def send(
    request: Request,
    reader: Signed,
    look: Look,
    here: Here,
    token: Annotated[str, Form(alias="once")],
    kind: Annotated[str, Form()] = "",
    lines: Annotated[str, Form()] = "",
) -> Response:
    """Take them, once; where that is refused, show the form again with what was typed."""
    site: Site = request.app.state.site
    if kind not in kinds_of(here.opened.book, here.phase.slug):
        raise NotThere
    stamp, year = site.stamp(reader, look.opened), here.opened.year.year
    stamp = for_a_city(stamp) if reader.province else stamp
    account = reader.account if reader.province else None

    def do(database: Database) -> Outcome:
        return know_addresses(database, year, here.city.slug, stamp, kind=kind, lines=lines, account=account)

    said = refusal(site, token, year, do)
    if said:
        return _form(request, look, here, {"kind": kind, "lines": lines}, said)
    what = f"{KNOW_ADDRESSES.title(None)}：{here.title}"
    return once(site, reader, token, what, here.home, do, year=year)
