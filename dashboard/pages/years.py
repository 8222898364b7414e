"""Opening a year: a calendar that comes with the programme or is uploaded, looked at, and confirmed.

Whether it is tried first or opened for real is asked, and nothing is taken for an answer. Where deadlines lie behind,
the same form asks what was done on paper too, and the answers are looked at once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from acts import on_paper
from acts.draft_year import origins
from acts.on_paper import Paper
from acts.open_year import open_year
from calendars import files
from calendars.errors import TalentError
from calendars.findings import check
from calendars.moments import moments
from calendars.typed_year import sentences
from dashboard.acts.once import form_token, once
from dashboard.serving.area import Area
from dashboard.serving.policy import ADMIN_ONLY, Signed, allow
from dashboard.serving.rendering import page
from forms import cells
from models.calendar_drafts import drafts
from models.stamp import Stamp
from models.standing import years_open

if TYPE_CHECKING:
    from datetime import datetime

    from calendars.phase_terms import Terms
    from calendars.year import Year
    from dashboard.serving.site import Site
    from models.database import Database
    from season.outcome import Outcome

area = Area(dependencies=[Depends(allow(ADMIN_ONLY))], default_response_class=HTMLResponse)
UNPROCESSABLE = 422
LONGEST_REASON = 500
CHANGED = "预览之后情况有了变化，没有办理。"
TRIED, REAL = "trial", "real"
"""How a year is begun: tried first, or for real."""


class NothingChosen(TalentError):
    """没有可用的日历：请选择一份随程序附带的日历，或者上传新年度的文件（.toml，可请维护人员起草）。"""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the form named: a year that comes with the programme, or the text of a file; what was done on paper.

    `start`: whether it is tried, with the mailbox `trial`, or opened for real; "" where neither was chosen.
    """

    shipped: str
    text: str
    token: str
    through: str
    reason: str
    foreseen: str
    start: str
    trial: str

    @property
    def answered(self) -> bool:
        """Whether anything was said of what lies behind."""
        return bool(self.through or self.reason)

    @property
    def paper(self) -> Paper | None:
        """What was said of what lies behind; None for nothing."""
        return Paper(self.through, self.reason) if self.through else None

    @property
    def mailbox(self) -> str | None:
        """Where letters go in a trial, None where the year is opened for real; of what is decided alone."""
        return cells.email(self.trial) if self.start == TRIED else None

    @property
    def undecided(self) -> str | None:
        """Say what is wrong with the choice between a trial and the real thing; None where it is clear."""
        if self.start not in {TRIED, REAL}:
            return "请选择先试运行，还是正式开设。"
        if self.start == REAL:
            return "选了正式开设，又填了试运行邮箱；请改选先试运行，或者删去邮箱。" if self.trial else None
        if not self.trial:
            return "先试运行的，请填写试运行邮箱。"
        try:
            cells.email(self.trial)
        except cells.BadCellError as error:
            return f"试运行邮箱：{error.wrong}。"
        return None

    def calendar(self, terms: Terms) -> Year:
        """Read it; raise `CalendarFaults`, or `NothingChosen` where it is none of the years that come along."""
        if self.text:
            return files.parse(self.text, "上传的文件", terms)
        if self.shipped not in map(str, files.shipped()):
            raise NothingChosen
        return files.load(int(self.shipped), terms)


async def _chosen(request: Request) -> _Chosen:
    form = await request.form()
    upload, text = form.get("file"), str(form.get("calendar") or "")
    if isinstance(upload, UploadFile):
        text = (await upload.read()).decode("utf-8-sig", "replace") or text
    await form.close()
    said = (str(form.get(name) or "").strip() for name in ("once", "through", "reason", "foreseen", "start", "trial"))
    return _Chosen(str(form.get("shipped") or ""), text.replace("\r\n", "\n"), *said)


Chosen = Annotated[_Chosen, Depends(_chosen)]


@area.get("/years")
def choose(request: Request) -> HTMLResponse:
    """Show the years that are open, and ask which to open."""
    return _choose(request, None)


def _choose(request: Request, said: str | None) -> HTMLResponse:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        there, kept, from_ = years_open(connection), drafts(connection), origins(connection)
    saved = {one.year for one in kept}
    left = [year for year in files.shipped() if year not in there]
    status = UNPROCESSABLE if said else 200
    facts = {
        "there": there,
        "shipped": left,
        "said": said,
        "drafts": kept,
        "origins": [one for one in from_ if one + 1 not in saved],
    }
    return page("years.html", request, status=status, **facts)


@area.post("/years/preview")
def preview(request: Request, chosen: Chosen) -> HTMLResponse:
    """Show the calendar that the year would run on, and, once it is said what was done on paper, where phases stand."""
    site: Site = request.app.state.site
    try:
        year = chosen.calendar(site.database.book.terms)
        why = _unanswered(year, chosen, site.wall()) if chosen.answered else None
    except TalentError as error:
        return _choose(request, str(error))
    return _preview(request, year, chosen, why)


def _preview(request: Request, year: Year, chosen: _Chosen, said: str | None) -> HTMLResponse:
    """Show what would be opened; where deadlines lie behind, with the question of what was done on paper."""
    site: Site = request.app.state.site
    now = site.arrived()
    facts = {
        "calendar": year,
        "warnings": sentences(year, site.database.book.terms, check(year)),
        "moments": moments(year),
        "token": form_token(),
        "said": said,
        "behind": on_paper.behind(year, now),
        "ends": [(last, on_paper.included(year, last.slug, now)) for last in on_paper.may_be_done(year, now)],
        "chosen": chosen,
        "longest": LONGEST_REASON,
        "opening": None,
    }
    if chosen.paper and _unanswered(year, chosen, now) is None:
        opening = facts["opening"] = _opening(request, year, chosen)
        facts["outlook"] = on_paper.outlook(year, chosen.through, opening.changes, now)
    return page("years/preview.html", request, status=UNPROCESSABLE if said else 200, **facts)


def _opening(request: Request, year: Year, chosen: _Chosen) -> Outcome:
    """Open the year and take it back, to see what happens."""
    site: Site = request.app.state.site
    given = (site.database, year, _stamp(request))
    return open_year(*given, paper=chosen.paper, trial=chosen.mailbox, dry_run=True)


def _stamp(request: Request) -> Stamp:
    site: Site = request.app.state.site
    at, told = site.arrived(), site.settings
    reader, office = request.state.reader, (told.base_url, told.mail_domain)
    return Stamp(reader.shown, at, at, *office, words=site.words, account=reader.account)


@area.post("/years")
def confirm(request: Request, reader: Signed, chosen: Chosen) -> Response:
    """Open the year, once; where another thing would happen than was shown, show that instead."""
    site: Site = request.app.state.site
    try:
        year = chosen.calendar(site.database.book.terms)
        why = _unanswered(year, chosen, site.arrived()) or _changed(request, year, chosen)
    except TalentError as error:
        return _choose(request, str(error))
    if why and (chosen.undecided or not _open_already(site, year)):
        return _preview(request, year, chosen, why)

    def do(database: Database) -> Outcome:
        given = (database, year, _stamp(request))
        return open_year(*given, paper=chosen.paper, trial=chosen.mailbox, account=reader.account)

    act, back = f"开设 {year.year} 年度", f"/{year.year}"
    return once(site, reader, chosen.token or form_token(), act, back, do, year=year.year)


def _unanswered(year: Year, chosen: _Chosen, now: datetime) -> str | None:
    if len(chosen.reason) > LONGEST_REASON:
        return f"依据请写在 {LONGEST_REASON} 字以内。"
    return on_paper.unanswered(year, chosen.paper, now) or chosen.undecided


def _changed(request: Request, year: Year, chosen: _Chosen) -> str | None:
    """Say that the answer to what is confirmed is no longer the one that was shown; days move with midnight."""
    if chosen.paper is None or not chosen.foreseen:
        return None
    return None if _opening(request, year, chosen).message == chosen.foreseen else CHANGED


def _open_already(site: Site, year: Year) -> bool:
    with site.database.read() as connection:
        return year.year in years_open(connection)
