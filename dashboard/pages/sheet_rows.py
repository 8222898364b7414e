"""The rows of a draft, edited on the page: a sheet at a time, fifty rows at a time, saved all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from acts.load import load_rows
from acts.read_back import draft, values, written
from dashboard.acts.filing_state import STATUS, Here, PhaseForm, Work, work
from dashboard.serving.look import Look
from dashboard.serving.policy import CITY_ONLY, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views import row_editing
from gates.states import Event
from models import draft_rows

if TYPE_CHECKING:
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from dashboard.views.row_editing import GridPage, Sent, Typed
    from forms.definitions import AskedSheet
    from season.outcome import Outcome

area = APIRouter(
    prefix="/{year:int}/{phase}/{city}", dependencies=[Depends(allow(CITY_ONLY))], default_response_class=HTMLResponse
)
SAID = {"saved": "已保存。", "unchanged": "内容与原来相同，未作改动。"}
SAVED = frozenset({Event.LOAD, Event.BACKFILL})


@dataclass(frozen=True, slots=True)
class Desk:
    """What is edited: a sheet of a draft from the `start`-th row on, with so many blank rows after its last one."""

    here: PhaseForm
    sheet: AskedSheet
    work: Work
    start: int
    blank: int

    @property
    def total(self) -> int:
        """How many rows the sheet has."""
        return dict(self.work.counts)[self.sheet.name]

    @property
    def version(self) -> str:
        """The draft that the page was made from; "" where none was loaded."""
        return self.work.newest.sha256 if self.work.newest else ""

    @property
    def last(self) -> bool:
        """Whether the sheet's last row is on the page, and new ones may follow."""
        return self.start + row_editing.PAGE >= self.total

    def page(self, rows: Typed, last_line: int) -> GridPage:
        """Give the lines of the page."""
        blank = range(last_line + 1, last_line + 1 + self.blank) if self.last else range(0)
        return row_editing.GridPage(tuple(rows), tuple(blank))


def _desk(
    request: Request,
    reader: Signed,
    here: Here,
    sheet: Annotated[str, Query()] = "",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    blank: Annotated[int, Query(ge=0, le=row_editing.MOST)] = row_editing.MORE,
) -> Desk:
    """Give what the address names; a page always begins at a multiple of its size."""
    found = next((one for one in here.form.sheets if sheet in {one.key, ""}), None)
    if found is None:
        raise NotThere
    return Desk(here, found, work(request.app.state.site, reader, here), start - start % row_editing.PAGE, blank)


At = Annotated[Desk, Depends(_desk)]


async def _fields(request: Request) -> FormData:
    """Give the form that the policy has read."""
    return await request.form()


@area.get("/rows")
def show(request: Request, look: Look, desk: At, said: Annotated[str, Query()] = "") -> HTMLResponse:
    """Show a page of the sheet's rows, to be edited."""
    return _shown(request, look, desk, said=SAID.get(said, ""), good=said in SAID)


def _stored(request: Request, desk: Desk) -> tuple[Typed, int]:
    """Give the rows of the page and the last line of the sheet."""
    site: Site = request.app.state.site
    year, city, sheet = desk.here.opened.year.year, desk.here.city.slug, desk.sheet
    with site.database.read() as connection:
        found = values(connection, year, city, sheet, start=desk.start, limit=row_editing.PAGE)
        return written(sheet, found), draft_rows.last_line(connection, year, city, sheet.key) or row_editing.FIRST - 1


def _shown(
    request: Request,
    look: Looking,
    desk: Desk,
    *,
    form: Sent | None = None,
    outcome: Outcome | None = None,
    status: int = 200,
    said: str = "",
    good: bool = False,
) -> HTMLResponse:
    stored, last_line = _stored(request, desk)
    at = desk.page(stored, last_line)
    typed = {line: stored.get(line, {}) | (form.rows.get(line, {}) if form else {}) for line in (*at.old, *at.blank)}
    faults = outcome.errors if outcome else ()
    year = desk.here.opened.year
    lines = row_editing.lines(desk.sheet, at, typed, form.dropped if form else (), faults)
    general = row_editing.elsewhere(lines, faults)
    facts = {
        "desk": desk,
        "counts": dict(desk.work.counts),
        "here": desk.here,
        "lines": lines,
        "general": general,
        "at_cells": row_editing.at_cells(lines),
    }
    sizes = {"size": row_editing.PAGE, "more": row_editing.MORE, "most": row_editing.MOST}
    if outcome:
        said = f"有 {len(faults)} 处错误，什么都没有保存；请逐条改正后再保存。" if faults else outcome.message
    return page("sheet_rows.html", request, status=status, look=look, year=year, said=said, good=good, **facts, **sizes)


@area.post("/rows")
def save(
    request: Request, reader: Signed, look: Look, desk: At, fields: Annotated[FormData, Depends(_fields)]
) -> Response:
    """Save the rows of the page, all or nothing; or give more blank rows and save none."""
    form = row_editing.sent(fields.multi_items(), desk.sheet)
    if fields.get("do") == "more":
        return _shown(request, look, _with_more(desk), form=form)
    outcome = _load(request, reader, desk, form, str(fields.get("version", "")))
    if outcome.outcome == "refused":  # what was typed is not put over what now stands there
        now = replace(desk, work=work(request.app.state.site, reader, desk.here))
        return _shown(request, look, now, outcome=outcome, status=409)
    if not outcome.done:
        return _shown(request, look, desk, form=form, outcome=outcome, status=STATUS[outcome.outcome])
    said = "saved" if any(move.event in SAVED for move in outcome.changes.transitions) else "unchanged"
    return RedirectResponse(f"{desk.here.address}/rows?sheet={desk.sheet.key}&start={desk.start}&said={said}", 303)


def _load(request: Request, reader: Reader, desk: Desk, form: Sent, since: str) -> Outcome:
    """Load the draft with this page's rows in the place of its own; every other row is as it was."""
    site: Site = request.app.state.site
    here, sheet = desk.here, desk.sheet
    year, city = here.opened.year.year, here.city.slug
    with site.database.read() as connection:
        found = draft(connection, year, here.form, city)
    rows = {one.key: written(one, found[one.key]) for one in here.form.sheets}
    old = list(rows[sheet.key])[desk.start : desk.start + row_editing.PAGE]
    at = desk.page({line: {} for line in old}, max(rows[sheet.key], default=row_editing.FIRST - 1))
    rows[sheet.key] = row_editing.merged(rows[sheet.key], at, form)
    raw = {key: row_editing.as_raw(typed) for key, typed in rows.items()}
    return load_rows(site.database, year, here.form.slug, city, raw, site.stamp(reader, here.opened), since=since)


def _with_more(desk: Desk) -> Desk:
    return replace(desk, blank=min(desk.blank + row_editing.MORE, row_editing.MOST))
