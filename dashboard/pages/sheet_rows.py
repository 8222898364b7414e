"""The rows of a draft, edited on the page: a sheet at a time, fifty rows at a time, saved all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from acts.load import load_rows
from acts.read_back import begun, draft, missing, summaries, values, written
from dashboard.acts.filing_state import STATUS, Here, PhaseForm, Work, work
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import CITY_ONLY, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views import row_editing
from gates.states import Event
from models import draft_rows, loading
from phases.year_end import SUMMARIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from dashboard.views.row_editing import GridPage, Sent, Typed
    from forms.definitions import AskedSheet
    from season.outcome import Outcome

area = Area(
    prefix="/{year:int}/{phase}/{city}", dependencies=[Depends(allow(CITY_ONLY))], default_response_class=HTMLResponse
)
SAID = {"saved": "已保存。", "unchanged": "已保存，本页没有别的改动。"}
SAVED = frozenset({Event.LOAD, Event.BACKFILL})
OVERTAKEN = "没有保存：这一行在您打开本页之后改过，请刷新本页后再填"


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

    def page(self, rows: Typed, last_line: int, begun: Iterable[dict[str, str]]) -> GridPage:
        """Give the lines of the page: of its rows, of those with whom the sheet is `begun`, blank ones."""
        if not self.last:
            return row_editing.GridPage(tuple(rows), ())
        first = last_line + 1
        named = dict(enumerate(islice(begun, row_editing.PAGE), start=first))
        return row_editing.GridPage(tuple(rows), tuple(range(first, first + len(named) + self.blank)), named)


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


def _stored(request: Request, desk: Desk) -> tuple[Typed, GridPage]:
    """Give the rows of the page, and its lines."""
    site: Site = request.app.state.site
    year, city, sheet = desk.here.opened.year.year, desk.here.city.slug, desk.sheet
    with site.database.read() as connection:
        found = written(sheet, values(connection, year, city, sheet, start=desk.start, limit=row_editing.PAGE))
        last_line = draft_rows.last_line(connection, year, city, sheet.key) or row_editing.FIRST - 1
        return found, desk.page(found, last_line, _begun(connection, desk))


def _begun(connection: Connection, desk: Desk) -> list[dict[str, str]]:
    """Give whoever has to stand on the sheet and does not, where the page has new rows; as one would write it."""
    here, sheet = desk.here, desk.sheet
    if not (desk.last and desk.work.may_load and (sheet.unique or sheet.key == SUMMARIES.key)):
        return []
    year, city = here.opened.year, here.city.slug
    if sheet.key == SUMMARIES.key:
        return list(written(sheet, summaries(connection, year, city)).values())
    rows = begun(connection, year, here.phase.slug, here.form, city).get(sheet.key)
    owed = missing(rows, sheet, values(connection, year.year, city, sheet)) if rows else []
    return list(written(sheet, dict(enumerate(owed))).values())


def _mentors(request: Request, desk: Desk) -> dict[str, str]:
    """Give the mentors whom the students chose, by number, where the sheet names students and not their mentors."""
    fields = desk.sheet.fields
    if "number" not in fields or "mentor" in fields:
        return {}
    site: Site = request.app.state.site
    with site.database.read() as connection:
        return loading.mentors(connection, desk.here.opened.year.year, desk.here.city.slug)


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
    stored, at = _stored(request, desk)
    stands = stored | at.begun
    typed = {line: stands.get(line, {}) | (form.rows.get(line, {}) if form else {}) for line in (*at.old, *at.blank)}
    faults = outcome.errors if outcome else ()
    year = desk.here.opened.year
    lines = row_editing.lines(desk.sheet, at, typed, stored, form.dropped if form else (), faults)
    general = row_editing.elsewhere(lines, faults)
    facts = {
        "desk": desk,
        "counts": dict(desk.work.counts),
        "here": desk.here,
        "lines": lines,
        "general": general,
        "at_cells": row_editing.at_cells(lines),
        "mentors": _mentors(request, desk),
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


@area.post("/row", response_class=JSONResponse)
def save_row(
    request: Request, reader: Signed, desk: At, fields: Annotated[FormData, Depends(_fields)]
) -> dict[str, Any]:
    """Save one row as it was typed, for the page's script: whatever the page has besides stays as it is.

    The answer has `saved`, `said`, the draft's new `version`, what the row is `kept` by now, and its `faults`: the name
    of a cell, "" for none, and what is wrong. Not saved where the row is no longer what the page was made from.
    """
    form, site = row_editing.sent(fields.multi_items(), desk.sheet), request.app.state.site
    at = next(iter({*form.rows, *form.dropped}), row_editing.FIRST)
    with site.database.read() as connection:
        rows, since = _draft(connection, desk), desk.version
    stored = rows[desk.sheet.key]
    if at > max(stored, default=0) + row_editing.FAR or row_editing.kept(stored.get(at)) != fields.get("kept", ""):
        return {"saved": False, "said": OVERTAKEN, "faults": []}
    outcome = _loaded(request, reader, desk, rows, row_editing.GridPage((), (at,)), form, since)
    with site.database.read() as connection:
        now = _draft(connection, desk)[desk.sheet.key].get(at)
        load = draft_rows.newest(connection, desk.here.opened.year.year, desk.here.form.slug, desk.here.city.slug)
    named = {column.label: f"{at}.{column.field}" for column in desk.sheet.columns}
    return {
        "saved": outcome.done,
        "said": "已保存" if outcome.done else outcome.message,
        "version": load.sha256 if load else "",
        "kept": row_editing.kept(now),
        "faults": [
            {"cell": named.get((one.column or "").partition("、")[0], ""), "said": f"{one.wrong}；{one.right}"}
            for one in outcome.errors
        ],
    }


def _draft(connection: Connection, desk: Desk) -> dict[str, Typed]:
    """Give the whole draft, by sheet, as one would write it."""
    here = desk.here
    found = draft(connection, here.opened.year.year, here.form, here.city.slug)
    return {one.key: written(one, found[one.key]) for one in here.form.sheets}


def _load(request: Request, reader: Reader, desk: Desk, form: Sent, since: str) -> Outcome:
    """Load the draft with this page's rows in the place of its own; every other row is as it was."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        rows, begun_with = _draft(connection, desk), _begun(connection, desk)
    stored = rows[desk.sheet.key]
    old = list(stored)[desk.start : desk.start + row_editing.PAGE]
    at = desk.page({line: {} for line in old}, max(stored, default=row_editing.FIRST - 1), begun_with)
    return _loaded(request, reader, desk, rows, at, form, since)


def _loaded(
    request: Request, reader: Reader, desk: Desk, rows: dict[str, Typed], at: GridPage, form: Sent, since: str
) -> Outcome:
    site: Site = request.app.state.site
    here, key = desk.here, desk.sheet.key
    raw = {
        one: row_editing.as_raw(typed) for one, typed in (rows | {key: row_editing.merged(rows[key], at, form)}).items()
    }
    year, stamp = here.opened.year.year, site.stamp(reader, here.opened)
    return load_rows(site.database, year, here.form.slug, here.city.slug, raw, stamp, since=since)


def _with_more(desk: Desk) -> Desk:
    return replace(desk, blank=min(desk.blank + row_editing.MORE, row_editing.MOST))
