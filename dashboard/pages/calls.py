"""Notes of telephone calls to a city that is late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from acts.contact_receipts import note_call
from dashboard.acts.once import once
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import Signed, allow
from dashboard.signing_in.reader import Role

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(dependencies=[Depends(allow(frozenset({Role.ADMIN})))], default_response_class=HTMLResponse)


@area.post("/{year:int}/{phase}/{city}/calls")
def call(
    request: Request,
    reader: Signed,
    look: Present,
    phase: str,
    city: str,
    whom: Annotated[str, Form()],
    said: Annotated[str, Form()],
    token: Annotated[str, Form(alias="once")],
) -> RedirectResponse:
    """Put a call on record."""
    site: Site = request.app.state.site
    calendar = look.opened.year
    about = (calendar.year, calendar.phase(phase).slug, calendar.city(city).slug)
    stamp = site.stamp(reader, look.opened)
    return once(
        site,
        reader,
        token,
        "记录电话催办",
        "/{}/{}/{}".format(*about),
        lambda database: note_call(database, *about, stamp, whom=whom, said=said, account=reader.account),
        year=calendar.year,
    )
