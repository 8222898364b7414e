"""All cities' mailboxes, contacts and accounts at once: typed, pasted or uploaded, looked at, and confirmed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from acts import office_rows, office_workbook, typed_offices
from acts.accounts import digest, link_of
from acts.office_rows import WORDS, PlannedOffice, fingerprint, planned
from acts.set_up_offices import WHAT, FirstLink, NotAsShown, SetUp, set_up_offices
from acts.typed_offices import COLUMNS, FIELDS, MOST, OfficeRow
from calendars.deadlines import day_of
from dashboard.acts.once import form_token
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import ADMIN_ONLY, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.rate_limit import peer
from dashboard.signing_in.totp import one_time
from forms.sandbox import FILE_SIZE
from letters.link_places import LINK_DAYS
from models import accounts, audit, deeds, sign_ins
from models.database import Within
from post.links import first_token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader

area = Area(
    prefix="/{year:int}/setup/offices",
    dependencies=[Depends(allow(ADMIN_ONLY))],
    default_response_class=HTMLResponse,
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNPROCESSABLE, CONFLICT = 422, 409
LONGEST = 60_000
"""Characters that are pasted at most."""

BY_LETTER, SHOWN = "letter", "shown"


@dataclass(frozen=True, slots=True)
class _Given:
    """What the form held: rows as they stand in the grid, or what was pasted, or a workbook; how links go."""

    rows: tuple[OfficeRow, ...]
    pasted: str
    workbook: bytes | None
    links: str
    once: str
    foreseen: str


async def _given(request: Request) -> _Given:
    form = await request.form()
    file = form.get("workbook")
    data = await file.read(FILE_SIZE + 1) if isinstance(file, UploadFile) and file.filename else None
    columns = [[str(value).strip() for value in form.getlist(name)] for name in FIELDS]
    said = (str(form.get(name) or "") for name in ("pasted", "links", "once", "foreseen"))
    await form.close()
    pasted, links, once, foreseen = said
    rows = typed_offices.rows_of(list(zip(*columns, strict=False)))
    return _Given(tuple(rows), pasted[:LONGEST], data, links, once, foreseen)


Given = Annotated[_Given, Depends(_given)]


@area.get("")
def form(request: Request, look: Present) -> HTMLResponse:
    """Show what is on file of each city, to be typed over, or pasted or uploaded in its place."""
    return _grid(request, look, [PlannedOffice(row) for row in _on_file(request, look)])


def _on_file(request: Request, look: Looking) -> list[OfficeRow]:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        return office_rows.standing_rows(connection, look.opened.year, day_of(look.now), site.wall())


def _grid(
    request: Request,
    look: Looking,
    plan: Sequence[PlannedOffice],
    said: str = "",
    given: _Given | None = None,
    *,
    status: int = UNPROCESSABLE,
    pasted: str = "",
) -> HTMLResponse:
    """Show the rows, each with its fault or its change; with a plan without faults, what is to be confirmed.

    `status` answers where anything is `said`; what was `pasted` and could not be read stays where it was pasted.
    """
    site: Site = request.app.state.site
    fit = given is not None and bool(plan) and not any(one.faults for one in plan)
    smtp = site.settings.courier == "smtp"
    return page(
        "city_offices.html", request, status=status if said else 200, look=look, year=look.opened.year,
        plan=plan, said=said, given=given, fit=fit, columns=COLUMNS, words=WORDS, foreseen=fingerprint(plan),
        counts={word: sum(one.state == state for one in plan) for state, word in WORDS.items()},
        invited=sum(bool(one.account) + len(one.again) for one in plan), token=form_token(), title=WHAT,
        links=(given.links if given and given.links else BY_LETTER if smtp else SHOWN), days=LINK_DAYS, smtp=smtp,
        pasted=pasted,
    )  # fmt: skip


@area.get("/template.xlsx")
def template(request: Request, reader: Signed, look: Present) -> Response:
    """Give the workbook, with what is on file; that goes on record first, as an export of whom it names."""
    site: Site = request.app.state.site
    rows = _on_file(request, look)
    what, subject = f"下载{office_workbook.FORM.title}（{len(rows)} 行）", f"export:{look.opened.year.year}/contacts"
    stamp, address = site.stamp(reader, look.opened), peer(request)
    with site.database.write() as connection:
        audit.record(connection, stamp, what, subject, account=reader.account, address=address)
    found = office_workbook.workbook(look.opened.year, rows)
    name = quote(f"{office_workbook.FORM.title}.xlsx")
    return Response(found, media_type=XLSX, headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"})


@area.post("/preview", dependencies=[Depends(allow(ADMIN_ONLY, uploads=True))])
def preview(request: Request, look: Present, given: Given) -> HTMLResponse:
    """Show what would come of the rows; what is wrong stands beside each, and nothing of it is lost."""
    rows = _rows(given, look)
    if isinstance(rows, str):
        kept = [PlannedOffice(row) for row in given.rows or _on_file(request, look)]
        return _grid(request, look, kept, rows, pasted=given.pasted)
    return _preview(request, look, replace(given, rows=tuple(rows)))


def _rows(given: _Given, look: Looking) -> Sequence[OfficeRow] | str:
    """Give the rows that were meant: of the workbook, else what was pasted, else the grid's; or what is wrong."""
    found: Sequence[OfficeRow] | str = given.rows
    if given.workbook is not None:
        found = office_workbook.read(given.workbook, look.opened.year)
    elif given.pasted.strip():
        found = typed_offices.pasted(given.pasted)
    if not found:
        return "没有内容；请填写、粘贴或上传名单。"
    return f"名单超过 {MOST} 行；每市一行即可。" if len(found) > MOST else found


def _preview(
    request: Request, look: Looking, given: _Given, said: str = "", *, status: int = UNPROCESSABLE
) -> HTMLResponse:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        plan = planned(connection, look.opened.year, given.rows, day_of(look.now), site.wall())
    wrong = sum(bool(one.faults) for one in plan)
    said = said or (f"有 {wrong} 行有误，请改正后再预览；其余各行没有问题。" if wrong else "")
    return _grid(request, look, plan, said, given, status=status)


@area.post("")
def confirm(request: Request, reader: Signed, look: Present, given: Given) -> Response:
    """Do it, once; where another thing would come of it than was shown, show that instead."""
    site: Site = request.app.state.site
    by_letter = given.links == BY_LETTER
    token = partial(first_token, site.secret) if by_letter else _shown_once(site, given.once)
    try:
        done = _once(site, reader, look, given, token)
    except NotAsShown as other:
        return _preview(request, look, given, str(other), status=CONFLICT)
    links = done.links if done else () if by_letter else _shown_before(site, reader, look, given)
    if not links:
        return RedirectResponse(f"/deeds/{given.once}", 303)
    names = {city.slug: city.name for city in look.opened.year.cities}
    said = done.said if done else "下面是这张表已经发的登录链接。"
    return page(
        "city_offices/links.html", request, look=look, year=look.opened.year, links=links, names=names, said=said
    )


def _shown_once(site: Site, once: str) -> Callable[[str], str]:
    """Make what makes the secret of an account's link: sent twice, the form makes the same."""
    return lambda name: one_time(site.secret, f"{once} {name}")


def _once(site: Site, reader: Reader, look: Looking, given: _Given, token: Callable[[str], str]) -> SetUp | None:
    """Do it in the transaction that takes the form; None where the form was answered before."""
    year, stamp, back = look.opened.year.year, site.stamp(reader, look.opened), f"/{look.opened.year.year}/setup"
    with site.database.write("every") as connection:
        if not deeds.take(connection, given.once, reader.account, WHAT, site.wall(), back):
            return None
        site.remembering.answered(reader.session)
        done = set_up_offices(
            Within(site.database, connection, "every"), year, stamp, given.rows, token,
            by_letter=given.links == BY_LETTER, foreseen=given.foreseen, account=reader.account,
        )  # fmt: skip
        deeds.answer(connection, given.once, done=True, said=done.said)
    return done


def _shown_before(site: Site, reader: Reader, look: Looking, given: _Given) -> tuple[FirstLink, ...]:
    """Give the links that this form of the reader's made and nobody has used, once more."""
    token, stamp = _shown_once(site, given.once), site.sign(reader.shown)
    cities = [look.opened.year.city(row.city).slug for row in given.rows]
    with site.database.read() as connection:
        deed, waiting = deeds.find(connection, given.once), sign_ins.waiting(connection, site.wall())
        everybody = accounts.everybody(connection)
    if deed is None or deed.account != reader.account:
        return ()
    made = [
        FirstLink(one.city, one.name, link_of(stamp, token(one.name)))
        for one in everybody
        if one.city in cities and digest(token(one.name)) in waiting
    ]
    return tuple(sorted(made, key=lambda one: cities.index(one.city)))
