"""Moving the clock of a rehearsal: by a day, or to the calendar's next moment."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, Form, Request, Response

from dashboard.acts.once import once_in_steps
from dashboard.serving.area import Area
from dashboard.serving.policy import ADMIN_ONLY, NotThere, Signed, allow
from dashboard.serving.rehearsal_clock import pack_of
from post.links import Links
from rehearsal.playing_on import DAY, next_moment, play_on, postman
from season.outcome import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from calendars.year import Year
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.standing import Opened

area = Area(dependencies=[Depends(allow(ADMIN_ONLY))])
MOVING = "时钟正在走，请等它停下后再试。"
_moving = Lock()
"""One play at a time: two would each begin where the other is."""


@area.post("/{year:int}/clock")
def forward(
    request: Request,
    reader: Signed,
    year: int,
    once_: Annotated[str, Form(alias="once")],
    to: Annotated[Literal["day", "moment"], Form()],
    leave: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Play a rehearsal on, and say what happened meanwhile."""
    site: Site = request.app.state.site
    opened = site.year(year)
    if not opened.rehearsal:
        raise NotThere
    left = [opened.year.city(city).slug for city in leave or ()]
    act = "演示时钟快进一天" if to == "day" else "演示时钟走到下一时刻"
    return once_in_steps(site, reader, once_, act, f"/{year}", lambda: _play(site, reader, year, to, left))


def _play(site: Site, reader: Reader, year: int, to: str, leave: list[str]) -> Outcome:
    if not _moving.acquire(blocking=False):
        return Outcome("refused", MOVING)
    try:
        with site.database.apart():
            return _played_on(site, reader, site.year(year), to, leave)
    finally:
        _moving.release()


def _played_on(site: Site, reader: Reader, opened: Opened, to: str, leave: list[str]) -> Outcome:
    since = site.now(opened)
    return play_on(
        site.database,
        opened.year,
        pack_of(site.pack, opened.year),
        (since, _until(opened.year, since, to)),
        reader.shown,
        postman(
            site.database,
            site.settings.maildir,
            site.settings.mail_from,
            Links(site.secret, site.settings.base_url),
        ),
        base_url=site.settings.base_url,
        mail_domain=site.settings.mail_domain,
        leave=leave,
    )


def _until(year: Year, since: datetime, to: str) -> datetime:
    coming = next_moment(year, since)
    return coming.instant if to == "moment" and coming is not None else since + DAY
