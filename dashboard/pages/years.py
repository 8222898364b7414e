"""Opening a year: a calendar that comes with the programme or is uploaded, looked at, and confirmed.

Where deadlines of it lie behind, the same form asks what was done on paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from acts import on_paper
from acts.on_paper import Paper
from acts.open_year import open_year
from calendars import files
from calendars.errors import TalentError
from calendars.findings import check
from calendars.moments import moments
from dashboard.once import form_token, once
from dashboard.policy import ADMIN_ONLY, Signed, allow
from dashboard.rendering import page
from models.stamp import Stamp
from models.standing import years_open

if TYPE_CHECKING:
    from datetime import datetime

    from calendars.year import Year
    from dashboard.site import Site
    from season.outcome import Outcome

area = APIRouter(dependencies=[Depends(allow(ADMIN_ONLY))], default_response_class=HTMLResponse)
UNPROCESSABLE = 422
LONGEST_REASON = 500


class NothingChosen(TalentError):
    """没有可用的日历：请选择一份随程序附带的日历，或者上传新年度的文件（.toml，可请维护人员起草）。"""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the form named: a year that comes with the programme, or the text of a file; what was done on paper."""

    shipped: str
    text: str
    token: str
    through: str
    reason: str

    @property
    def paper(self) -> Paper | None:
        """What was said of what lies behind; None for nothing."""
        return Paper(self.through, self.reason) if self.through else None

    def calendar(self) -> Year:
        """Read it; raise `CalendarFaults`, or `NothingChosen` where it is none of the years that come along."""
        if self.text:
            return files.parse(self.text, "上传的文件")
        if self.shipped not in map(str, files.shipped()):
            raise NothingChosen
        return files.load(int(self.shipped))


async def _chosen(request: Request) -> _Chosen:
    form = await request.form()
    upload, text = form.get("file"), str(form.get("calendar") or "")
    if isinstance(upload, UploadFile):
        text = (await upload.read()).decode("utf-8-sig", "replace") or text
    await form.close()
    said = (str(form.get(name) or "").strip() for name in ("once", "through", "reason"))
    return _Chosen(str(form.get("shipped") or ""), text.replace("\r\n", "\n"), *said)


Chosen = Annotated[_Chosen, Depends(_chosen)]


@area.get("/years")
def choose(request: Request) -> HTMLResponse:
    """Show the years that are open, and ask which to open."""
    return _choose(request, None)


def _choose(request: Request, said: str | None) -> HTMLResponse:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        there = years_open(connection)
    left = [year for year in files.shipped() if year not in there]
    status = UNPROCESSABLE if said else 200
    return page("years.html", request, status=status, there=there, shipped=left, said=said)


@area.post("/years/preview")
def preview(request: Request, chosen: Chosen) -> HTMLResponse:
    """Show the calendar that the year would run on: its warnings and every moment."""
    try:
        year = chosen.calendar()
    except TalentError as error:
        return _choose(request, str(error))
    return _preview(request, year, chosen, None)


def _preview(request: Request, year: Year, chosen: _Chosen, said: str | None) -> HTMLResponse:
    """Show what would be opened; where deadlines lie behind, with the question of what was done on paper."""
    site: Site = request.app.state.site
    now = site.arrived()
    facts = {
        "calendar": year,
        "warnings": check(year),
        "moments": moments(year),
        "token": form_token(),
        "said": said,
        "behind": on_paper.behind(year, now),
        "ends": [(last, on_paper.included(year, last.slug, now)) for last in on_paper.may_be_done(year, now)],
        "chosen": chosen,
        "longest": LONGEST_REASON,
    }
    return page("year-preview.html", request, status=UNPROCESSABLE if said else 200, **facts)


@area.post("/years")
def confirm(request: Request, reader: Signed, chosen: Chosen) -> Response:
    """Open the year, once."""
    site: Site = request.app.state.site
    try:
        year = chosen.calendar()
        why = _unanswered(year, chosen, site.arrived())
    except TalentError as error:
        return _choose(request, str(error))
    if why and not _open_already(site, year):
        return _preview(request, year, chosen, why)

    def do() -> Outcome:
        at = site.arrived()
        stamp = Stamp(reader.shown, at, at, site.settings.base_url, site.words)
        outcome = open_year(site.database, year, stamp, paper=chosen.paper, account=reader.account)
        site.nudge("watch")
        return outcome

    return once(site, reader, chosen.token or form_token(), f"开设 {year.year} 年度", f"/{year.year}", do)


def _unanswered(year: Year, chosen: _Chosen, now: datetime) -> str | None:
    if len(chosen.reason) > LONGEST_REASON:
        return f"依据请写在 {LONGEST_REASON} 字以内。"
    return on_paper.unanswered(year, chosen.paper, now)


def _open_already(site: Site, year: Year) -> bool:
    with site.database.read() as connection:
        return year.year in years_open(connection)
