"""A city files a phase: the template, the upload and its faults, the trial before filing, filing itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from acts import read_back
from acts.act import Bench
from acts.last_word import last_work
from acts.load import load
from acts.nobody_applied import NOBODY_APPLIED, nobody_applied
from acts.recall import RECALL
from acts.signatures import for_a_city
from acts.submit import SUBMIT, submit
from acts.why import report_card
from dashboard.acts.filing_state import STATUS, Here, PhaseForm, work
from dashboard.acts.just_done import done_act
from dashboard.acts.once import form_token, once
from dashboard.acts.upload_faults import SHOWN, KeptFaults, as_csv, by_sheet
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import CITY_ONLY, EVERYONE, HANDS, FilledIsTheirs, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.rate_limit import peer
from dashboard.signing_in.reader import Reader
from dashboard.views.history import ruled
from dashboard.views.letterbox import heading
from forms.marked import marked
from forms.sandbox import FILE_SIZE
from forms.template import Notes
from forms.template import render as template_of
from models import audit, draft_rows
from phases.application import PHASE as APPLICATION
from season.recipients import named

if TYPE_CHECKING:
    from dashboard.serving.site import Site
    from models.database import Database
    from models.deeds import DoneAct
    from season.outcome import Outcome

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


area = Area(prefix="/{year:int}/{phase}/{city}", default_response_class=HTMLResponse)


async def _sent(request: Request) -> bytes | None:
    """Give the workbook that was sent, at most one byte more than is allowed; None where no file was chosen."""
    form = await request.form()
    found = form.get("workbook")
    data = await found.read(FILE_SIZE + 1) if isinstance(found, UploadFile) and found.filename else None
    await form.close()  # what was spooled to a temporary file is gone as soon as it is read
    return data


@area.get("/template.xlsx", dependencies=[Depends(allow(EVERYONE))])
def template(
    request: Request,
    reader: Signed,
    here: Here,
    filled: Annotated[bool, Query()] = False,
    begun: Annotated[bool, Query()] = False,
    rehearsed: Annotated[bool, Query()] = False,
) -> Response:
    """Give the form's workbook, empty or filled with what is loaded; what a city loaded, only to the city itself.

    `begun`: with the rows of those who have to stand on it. `rehearsed`: as a demonstration's events have it.
    """
    site: Site = request.app.state.site
    year, rows, beside = here.opened.year, None, dict[str, Notes]()
    kind = "（演练）" if rehearsed else "（已填）" if filled else "（含名单）" if begun else ""
    name = f"{year.year} {here.city.name} {here.form.title}{kind}.xlsx"
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    if rehearsed:
        if (invented := here.rehearsed(site.pack)) is None:
            raise NotThere
        return Response(invented.read_bytes(), media_type=XLSX, headers=headers)
    if filled or begun:
        if reader.province:
            raise FilledIsTheirs if reader.admin else NotThere
        with site.database.read() as connection:
            if filled:
                rows = read_back.draft(connection, year.year, here.form, here.city.slug)
            else:
                rows = read_back.begun(connection, year, here.phase.slug, here.form, here.city.slug)
                beside = read_back.beside(connection, year.year, here.city.slug, rows)
        _on_record(request, reader, here, f"下载{here.form.title}{kind}（{sum(map(len, rows.values()))} 行）")
    return Response(template_of(here.form, year, rows, beside=beside), media_type=XLSX, headers=headers)


def _on_record(request: Request, reader: Reader, here: PhaseForm, what: str) -> None:
    """Put on record that rows with people's names left the house."""
    site: Site = request.app.state.site
    stamp, subject, city = site.stamp(reader, here.opened), here.address[1:], here.city.slug
    with site.database.write() as connection:
        audit.record(connection, stamp, what, subject, account=reader.account, city=city, address=peer(request))


@area.get("/workbook", dependencies=[Depends(allow(HANDS))])
def ask_workbook(request: Request, reader: Signed, look: Look, here: Here) -> HTMLResponse:
    """Ask for the workbook, on a page of its own."""
    return _workbook(request, reader, look, here)


@area.post("/workbook", dependencies=[Depends(allow(HANDS, uploads=True))])
def take_workbook(
    request: Request, reader: Signed, look: Look, here: Here, sent: Annotated[bytes | None, Depends(_sent)]
) -> HTMLResponse:
    """Load the workbook and show what came of it; it is read in the confined process, this thread only waits."""
    if sent is None:
        return _workbook(request, reader, look, here, status=422, said="没有选择文件；请选择填好的报送表后再上传。")
    site: Site = request.app.state.site
    stamp, year = site.stamp(reader, look.opened), here.opened.year.year
    stamp = for_a_city(stamp) if reader.province and not here.provincial else stamp
    by = reader.account if reader.province else None
    outcome = load(site.database, year, here.form.slug, here.city.slug, sent, stamp, account=by)
    kept = KeptFaults(reader.account, here.address, outcome.errors, sent)
    word = site.faults.put(kept) if outcome.errors else None
    status = STATUS[outcome.outcome]
    return _workbook(request, reader, look, here, outcome=outcome, status=status, said=outcome.message, word=word)


def _workbook(
    request: Request,
    reader: Reader,
    look: Look,
    here: PhaseForm,
    *,
    outcome: Outcome | None = None,
    status: int = 200,
    said: str = "",
    word: str | None = None,
) -> HTMLResponse:
    site: Site = request.app.state.site
    errors = outcome.errors if outcome else ()
    return page(
        "filing/workbook.html",
        request,
        status=status,
        look=look,
        year=here.opened.year,
        here=here,
        work=work(site, reader, here),
        said=said,
        done=bool(outcome and outcome.done),
        groups=by_sheet(errors[:SHOWN]),
        total=len(errors),
        shown=SHOWN,
        word=word,
        warnings=outcome.warnings if outcome else (),
    )


@area.get("/faults/{word}.csv", dependencies=[Depends(allow(HANDS))])
def faults_csv(request: Request, reader: Signed, here: Here, word: str) -> Response:
    """Give all faults of an upload as a table."""
    kept = _kept(request, reader, here, word)
    found = as_csv(kept.faults)
    _on_record(request, reader, here, f"下载{here.form.title}的错误清单（{len(kept.faults)} 行）")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(here.form.title)}.csv"}
    return Response(found, media_type="text/csv; charset=utf-8", headers=headers)


@area.get("/faults/{word}.xlsx", dependencies=[Depends(allow(HANDS, uploads=True))])
def faults_marked(request: Request, reader: Signed, here: Here, word: str) -> Response:
    """Give the workbook of an upload back with its faults as comments; it is read in the confined process again."""
    kept = _kept(request, reader, here, word)
    found = marked(kept.workbook, here.form, here.opened.year, kept.faults)
    if found is None:
        raise NotThere
    _on_record(request, reader, here, f"下载{here.form.title}（标出错误，{len(kept.faults)} 处）")
    name = quote(f"{here.form.title}（标出错误）.xlsx")
    return Response(found, media_type=XLSX, headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"})


@area.get("/faults/{word}", dependencies=[Depends(allow(HANDS))])
def faults(
    request: Request,
    reader: Signed,
    look: Look,
    here: Here,
    word: str,
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> HTMLResponse:
    """Show the faults of an upload, page by page."""
    found = _kept(request, reader, here, word).faults
    facts: dict[str, Any] = {
        "groups": by_sheet(found[start : start + SHOWN]),
        "total": len(found),
        "start": start,
        "shown": SHOWN,
    }
    return page("filing/faults.html", request, look=look, year=here.opened.year, here=here, word=word, **facts)


def _kept(request: Request, reader: Reader, here: PhaseForm, word: str) -> KeptFaults:
    site: Site = request.app.state.site
    found = site.faults.find(word, reader.account, here.address)
    if found is None:
        raise NotThere
    return found


@area.get("/trial", dependencies=[Depends(allow(EVERYONE))])
def trial(request: Request, reader: Signed, look: Look, here: Here) -> HTMLResponse:
    """Show the report card that the present draft would be given (自查)."""
    site: Site = request.app.state.site
    stamp = site.stamp(reader, look.opened)
    card = report_card(site.database, here.opened.year.year, here.phase.slug, here.city.slug, stamp, trial=True)
    facts: dict[str, Any] = {
        "here": here,
        "card": card,
        "ruled": partial(ruled, here.opened.book),
        "work": work(site, reader, here),
    }
    return page("filing/trial.html", request, look=look, year=here.opened.year, **facts)


@area.get("/file", dependencies=[Depends(allow(CITY_ONLY))])
def ask_filing(request: Request, reader: Signed, look: Look, here: Here) -> HTMLResponse:
    """Show what would be filed, what the trial says and what happens next; nothing is filed by looking."""
    done = work(request.app.state.site, reader, here)
    after = [phase.name for phase in here.opened.year.phases if here.phase.slug in phase.requires]
    facts: dict[str, Any] = {
        "here": here,
        "work": done,
        "last_word": last_work(here.opened.book, here.phase) if here.phase.province else None,
        "after": after,
    }
    return page(
        "filing/file.html",
        request,
        look=look,
        year=here.opened.year,
        ruled=partial(ruled, here.opened.book),
        token=form_token(),
        **facts,
    )


@area.post("/file", dependencies=[Depends(allow(CITY_ONLY))])
def file_phase(
    request: Request,
    reader: Signed,
    look: Look,
    here: Here,
    token: Annotated[str, Form(alias="once")],
    older: Annotated[Literal["on", ""], Form()] = "",
) -> Response:
    """File the phase, once; an `older` draft than what was uploaded last and refused, only where that was ticked."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        refused = draft_rows.refused_since(connection, here.opened.year.year, here.form.slug, here.city.slug)
    if refused and not older:
        return RedirectResponse(f"{here.address}/file", 303)
    stamp, year = site.stamp(reader, look.opened), here.opened.year.year
    act = f"报送：{here.title}"
    slug, city = here.phase.slug, here.city.slug

    def do(database: Database) -> Outcome:
        return submit(database, year, slug, city, stamp)

    def did(database: Database, outcome: Outcome) -> DoneAct | None:
        return done_act(SUBMIT, Bench(database, here.opened.year, stamp), filled, outcome)

    filled = SUBMIT.fill(here.opened.year, {"phase": slug, "city": city})
    return once(site, reader, token, act, here.home, do, year=year, did=did)


@area.post("/nobody", dependencies=[Depends(allow(HANDS))])
def nobody(
    request: Request,
    reader: Signed,
    look: Look,
    here: Here,
    token: Annotated[str, Form(alias="once")],
    sure: Annotated[Literal["on"], Form()],
    previewed: Annotated[Literal["on", ""], Form()] = "",
) -> Response:
    """Say that nobody applied this year, once; the province may say so in the city's place.

    It has to be ticked; then what follows is shown, and done once that was seen.
    """
    del sure
    if here.phase.slug != APPLICATION.slug:
        raise NotThere
    site: Site = request.app.state.site
    stamp, given = site.stamp(reader, look.opened), (here.opened.year.year, here.city.slug)
    stamp = for_a_city(stamp) if reader.province else stamp
    account = reader.account if reader.province else None
    if not previewed:
        looked = nobody_applied(site.database, *given, stamp, dry_run=True)
        return page(
            "filing/nobody.html", request, look=look, year=here.opened.year, here=here, found=looked,
            token=form_token(), named=partial(named, here.opened.year), heading=heading,
        )  # fmt: skip

    def do(database: Database) -> Outcome:
        return nobody_applied(database, *given, stamp, account=account)

    said = f"{NOBODY_APPLIED.title(None)}：{here.city.name}"
    return once(site, reader, token, said, here.home, do, year=given[0])


@area.post("/recall", dependencies=[Depends(allow(CITY_ONLY))])
def take_back(
    request: Request,
    reader: Signed,
    look: Look,
    here: Here,
    token: Annotated[str, Form(alias="once")],
    reason: Annotated[str, Form(max_length=200)],
) -> Response:
    """Take the filing back, once."""
    site: Site = request.app.state.site
    filled = RECALL.fill(here.opened.year, {"phase": here.phase.slug, "city": here.city.slug, "reason": reason})
    stamp, year = site.stamp(reader, look.opened), here.opened.year

    def do(database: Database) -> Outcome:
        return RECALL.do(Bench(database, year, stamp), filled)

    said = f"{RECALL.title(None)}：{here.title}"
    return once(site, reader, token, said, here.home, do, year=year.year)
