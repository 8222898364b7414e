"""Why somebody got no letter: all of a kind that are or will be owed for a city phase, and what became of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.places import city_at, phase_at
from dashboard.serving.policy import EVERYONE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.reader import Role
from dashboard.views.letterbox import KINDS, STATES, may_read
from models.letterbox import own
from phases.letter_kinds import Kind
from season.expected_letters import CityPhaseLetters, read_city
from season.recipients import is_recipient, named

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])
Recipient = Annotated[str, Query(max_length=60, pattern=r"^[a-z]*(:[a-z0-9-]+)?$")]
PROVINCE_S = ("province", "lead")
OF_A_PHASE = {kind: word for kind, word in KINDS.items() if kind != "digest"}


@area.get("/{year:int}/{phase}/{city}/expected")
def expected(
    request: Request, look: Look, reader: Signed, phase: str, city: str, party: Recipient = "", kind: Kind = "opened"
) -> Response:
    """Show it as it stands now; a city asks for its own office and for the parties that it has to do with."""
    site: Site = request.app.state.site
    year = look.opened.year
    found, whose = phase_at(year, phase), city_at(year, city)
    if look.past:
        return RedirectResponse(f"/{year.year}/{found.slug}/{whose.slug}/expected?party={party}&kind={kind}", 303)
    with site.database.read() as connection:
        season = read_city(connection, year.year, site.stamp(reader, look.opened), whose.slug)
        at_hand = CityPhaseLetters(season, found.slug, whose.slug)
        offices = own(whose.slug) + (PROVINCE_S if reader.province else ())
        asked = party or offices[0]
        theirs = (asked,) if reader.province and is_recipient(year, asked) else ()
        labels = at_hand.parties()
        if reader.role is Role.VIEWER:  # who only looks sees parties as everywhere, by their number
            labels = {key: named(year, key) for key in labels}
        choices = {key: named(year, key) for key in (*offices, *theirs)} | dict(labels)
        if asked not in choices or kind not in OF_A_PHASE:
            raise NotThere
        letters = at_hand.expected(asked, kind)
    return page(
        "expected_letters.html", request, look=look, year=year, phase=found, city=whose, letters=letters, asked=asked,
        choices=choices, kind=kind, kinds=OF_A_PHASE, states=STATES, readable=partial(may_read, reader, asked),
    )  # fmt: skip
