"""Calendar feeds: an address that whoever has it may read, until it is revoked."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from acts.calendars import opened_calendar
from calendars.errors import TalentError
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import EVERYONE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.totp import one_time
from models import audit, deeds, feeds
from models.open_years import all_years

if TYPE_CHECKING:
    from dashboard.serving.site import Site

area = Area(default_response_class=HTMLResponse)
SIGNED = [Depends(allow(EVERYONE))]
TYPE = "text/calendar; charset=utf-8"
ACT, MADE = "新建日历订阅", "订阅地址已建立。"
KEPT = {"cache-control": "private, max-age=300"}


class Answered(TalentError):
    """这张表已经办理过；请回到“导出”页重新建立订阅地址。"""


@area.api_route("/feeds/{token}.ics", methods=["GET", "HEAD"], dependencies=[Depends(allow(None))])
def feed(request: Request, token: str) -> Response:
    """Give the calendar of every open year (of the newest where all are archived); 304 where the client has it so."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = feeds.find(connection, token)
        if found is None:
            raise NotThere
        every = [one for one in all_years(connection) if one.trial is None]  # no trial puts a day into a calendar
        running = [year for year in every if year.closed_as_of is None] or every[-1:]
        content = opened_calendar(connection, [(year.year.year, site.now(year)) for year in running], found.city)
    if content is None:
        raise NotThere
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = KEPT | {"etag": tag}
    if _has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=TYPE, headers=headers)


def _has(request: Request, tag: str) -> bool:
    given = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return tag in given or "*" in given


@area.post("/{year:int}/feeds", dependencies=SIGNED)
def make(
    request: Request,
    reader: Signed,
    look: Present,
    form: Annotated[str, Form(alias="once")],
    whose: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Make a feed, of a city or ("") of the province, once a form, and show its address this once."""
    site: Site = request.app.state.site
    city = look.opened.year.city(whose).slug if whose else None
    if (city is None and not reader.province) or (city is not None and not reader.sees(city)):
        raise NotThere
    token, stamp, year = one_time(site.secret, f"feed {form}"), site.stamp(reader, look.opened), look.opened.year
    with site.database.write() as connection:
        if deeds.take(connection, form, reader.account, ACT, stamp.at, f"/{year.year}/exports"):
            feeds.make(connection, token, reader.account, city, stamp.at)
            subject = f"feed:{feeds.digest(token)[:12]}"
            audit.record(connection, stamp, ACT, subject, account=reader.account, city=city)
            deeds.answer(connection, form, done=True, said=MADE)
        deed, made = deeds.find(connection, form), feeds.find(connection, token)
    if deed is None or deed.account != reader.account or made is None:
        raise Answered
    address = f"{site.settings.base_url}/feeds/{token}.ics"
    title = f"{year.city(made.city).name}市" if made.city else "全省"
    return page("feeds.html", request, look=look, year=year, address=address, title=title)


@area.post("/{year:int}/feeds/revoke", dependencies=SIGNED)
def revoke(request: Request, reader: Signed, look: Present, feed: Annotated[str, Form()]) -> RedirectResponse:
    """Revoke a feed: one's own, or any by the province's hands."""
    site: Site = request.app.state.site
    stamp = site.stamp(reader, look.opened)
    with site.database.write() as connection:
        if not feeds.revoke(connection, feed, None if reader.admin else reader.account, stamp.at):
            raise NotThere
        audit.record(connection, stamp, "撤销日历订阅", f"feed:{feed[:12]}", account=reader.account, city=reader.city)
    return RedirectResponse(f"/{look.opened.year.year}/exports", 303)
