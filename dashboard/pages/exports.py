"""Exports: every table as xlsx and CSV. Who somebody is, is covered until the province asks for it, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import quote

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from calendars.errors import TalentError
from dashboard.acts import uncovering
from dashboard.acts.once import form_token
from dashboard.exports.export import Export, ExportRequest
from dashboard.exports.exportable import TABLES, exportable, stem
from dashboard.exports.form_exports import of_forms, of_sheets
from dashboard.exports.spreadsheets import as_csv, as_xlsx
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import ADMIN_ONLY, EVERYONE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.rate_limit import peer
from models import audit, feeds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader

area = Area(default_response_class=HTMLResponse)
SIGNED = [Depends(allow(EVERYONE))]
DEAR = [Depends(allow(EVERYONE, dear=True))]
HANDS = [Depends(allow(ADMIN_ONLY, dear=True))]
Kind = Literal["xlsx", "csv"]
TYPES: Mapping[Kind, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class NoReason(TalentError):
    """导出完整的姓名与联系方式须写明事由（500 字以内），事由记录在案。"""


class OneTableEach(TalentError):
    """CSV 文件只能装一张表；请选择其中一张，或下载 xlsx。"""


@area.get("/{year:int}/exports", dependencies=SIGNED)
def listed(request: Request, reader: Signed, look: Look) -> HTMLResponse:
    """List what may be exported, and the calendar feeds."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        mine = feeds.listed(connection, None if reader.admin else reader.account)
    book = look.opened.book
    filed, sheets = of_forms(book), of_sheets(book)
    forms = [
        (slug, export, [(name, sheets[name]) for name in sheets if name.startswith(f"{slug}-")])
        for slug, export in _open_to(filed, reader, look).items()
    ]
    return page(
        "exports.html",
        request,
        look=look,
        year=look.opened.year,
        tables={name: one for name, one in _open_to(TABLES, reader, look).items() if not (look.past and one.now)},
        forms=[] if look.past else forms,
        personal={name: one.title for name, one in _open_to({**TABLES, **filed}, reader, look).items() if one.personal},
        feeds=mine,
        token=form_token(),
        cities=[city for city in look.opened.year.cities if reader.sees(city.slug)],
    )


def _open_to(exports: Mapping[str, Export], reader: Reader, look: Looking) -> dict[str, Export]:
    """Give those that are there for a reader: of forms, those that are filled in in the year."""
    year, book = look.opened.year, look.opened.book
    forms = {"", *(form.slug for phase in year.phases for form in book.forms_of(phase))}
    return {name: one for name, one in exports.items() if one.form in forms and (reader.province or not one.provincial)}


def _export(reader: Reader, look: Looking, name: str) -> Export:
    """Give an export that is there for this reader; raise `NotThere`."""
    export = _open_to(exportable(look.opened.book), reader, look).get(name)
    if export is None or (look.past and export.now):
        raise NotThere
    return export


def _file(
    request: Request, reader: Reader, look: Looking, name: str, kind: Kind, *, full: bool, reason: str | None = None
) -> Response:
    """Make the file; one that says in full who somebody is, or tells of persons uncovered, goes on record first."""
    site: Site = request.app.state.site
    export, forms = _export(reader, look, name), look.opened.book.forms
    if kind == "csv" and len(forms[name].sheets if name in forms else ()) > 1:
        raise OneTableEach
    with site.database.read() as connection:
        asked = ExportRequest(connection, look, reader.city, full)
        tables, title = export.tables(asked), stem(asked, export)
    if export.recorded or (full and export.personal):
        stamp, subject = site.stamp(reader, look.opened), f"export:{look.opened.year.year}/{name}"
        which, address = f"{'完整的' if export.personal else ''}{export.title}", peer(request)
        what = f"导出{which}（{sum(len(table.rows) for table in tables)} 行）"
        whose, city = reader.account, reader.city
        with site.database.write() as connection:
            audit.record(connection, stamp, what, subject, account=whose, city=city, reason=reason, address=address)
    site.database.let_go()
    content = as_csv(tables[0]) if kind == "csv" else as_xlsx(tables, title)
    named = f"attachment; filename=\"{name}.{kind}\"; filename*=UTF-8''{quote(f'{title}.{kind}')}"
    return Response(content, media_type=TYPES[kind], headers={"content-disposition": named})


@area.get("/{year:int}/exports/{name}.{kind}", dependencies=DEAR)
def download(request: Request, reader: Signed, look: Look, name: str, kind: Kind) -> Response:
    """Give a table: to a city its own as it is, to the province with people's names and addresses covered."""
    return _file(request, reader, look, name, kind, full=reader.city is not None)


@area.post("/{year:int}/exports", dependencies=HANDS)
def download_in_full(
    request: Request,
    reader: Signed,
    look: Look,
    name: Annotated[str, Form()],
    kind: Annotated[Kind, Form()] = "xlsx",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Give a table with nothing covered, for a reason that is put on record first."""
    reason = reason.strip()
    if not uncovering.is_reason(reason):
        raise NoReason
    return _file(request, reader, look, name, kind, full=True, reason=reason)
