"""写函: a letter in an office's own words is asked for, read as three of its recipients will, and confirmed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from acts.act import PROVINCE
from acts.own_letter import LONGEST, PAPERS, Attached, WantedLetter, When, may_write, write
from acts.recall_own_letter import ON_RECORD, recall_own
from dashboard.acts.once import form_token, once, outcome_of
from dashboard.acts.wanted_letters import wanted_letter
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import HANDS, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.serving.row_ids import LARGEST
from dashboard.views.letterbox import heading
from letters.addressee import in_text
from letters.case_fields import FIELDS
from models import deeds, letter_templates
from models.alarms import suppressed
from models.database import Within
from season.outcome import Outcome
from season.recipients import named

if TYPE_CHECKING:
    from collections.abc import Collection

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.database import Database
    from models.letter_templates import KeptWords

area = Area(
    prefix="/{year:int}/letters/write",
    dependencies=[Depends(allow(HANDS))],
    default_response_class=HTMLResponse,
)
EXAMPLES = 3
"""So many letters are shown in full."""

CHANGED = "预览之后情况有了变化，没有发出；请重新预览。"
UNPROCESSABLE = 422


class _Changed(Exception):
    """What would be written is no longer what was shown."""


def _typed(
    reader: Signed,
    look: Present,
    group: Annotated[str, Form()] = "",
    phase: Annotated[str, Form()] = "",
    city: Annotated[list[str] | None, Form()] = None,
    one: Annotated[str, Form(max_length=100)] = "",
    subject: Annotated[str, Form(max_length=1000)] = "",
    text: Annotated[str, Form(max_length=20_000)] = "",
    when: Annotated[When, Form()] = "now",
    papers: Annotated[list[Attached] | None, Form()] = None,
) -> WantedLetter:
    return wanted_letter(reader, look.opened.year, group, phase, city or (), one, subject, text, when, papers or ())


Wanted = Annotated[WantedLetter, Depends(_typed)]


@area.get("")
def form(
    request: Request,
    reader: Signed,
    look: Present,
    group: str = "",
    phase: str = "",
    city: str = "",
    template: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> HTMLResponse:
    """Ask to whom and in which words, with what is known already filled in: by a link, or by what the office keeps."""
    wanted = wanted_letter(reader, look.opened.year, group, phase, (city,) if city else ())
    kept = _kept(request, reader.city or PROVINCE)
    chosen = next((one for one in kept if one.id == template), None)
    if template and chosen is None:
        raise NotThere
    if chosen is not None:
        papers = tuple(one for one in PAPERS if one in chosen.papers.split())
        whom = wanted.group or chosen.whom
        wanted = replace(wanted, group=whom, subject=chosen.subject, text=chosen.text, papers=papers)
    return _form(request, look, wanted)


def _kept(request: Request, office: str) -> list[KeptWords]:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        return letter_templates.of(connection, office)


def _form(request: Request, look: Looking, wanted: WantedLetter, said: str = "", saved: str = "") -> HTMLResponse:
    return page(
        "own_letter.html", request, status=UNPROCESSABLE if said else 200, look=look, year=look.opened.year,
        wanted=wanted, said=said, groups=may_write(wanted.office), fields=FIELDS, longest=LONGEST,
        kept=_kept(request, wanted.office), saved=saved, papers=PAPERS,
    )  # fmt: skip


@area.post("/templates")
def keep(
    request: Request, reader: Signed, look: Present, wanted: Wanted, name: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """Keep subject and words under a name, in the place of what was kept under it."""
    site: Site = request.app.state.site
    if not (name.strip() and wanted.subject.strip() and wanted.text.strip()):
        return _form(request, look, wanted, "没有存：请写明主题、正文和模板的名称。")
    words = (wanted.office, name.strip(), wanted.subject, wanted.text)
    with site.database.write() as connection:
        signed = site.stamp(reader, look.opened)
        letter_templates.keep(connection, *words, signed, whom=wanted.group, papers=" ".join(wanted.papers))
    return _form(request, look, wanted, saved=name.strip())


@area.post("/templates/drop")
def drop(
    request: Request, reader: Signed, look: Present, template: Annotated[int, Form(ge=0, le=LARGEST)]
) -> RedirectResponse:
    """Keep it no longer; another office's is not there."""
    site: Site = request.app.state.site
    with site.database.write() as connection:
        if not letter_templates.drop(connection, reader.city or PROVINCE, template):
            raise NotThere
    return RedirectResponse(f"/{look.opened.year.year}/letters/write", 303)


@area.post("/preview")
def preview(
    request: Request, reader: Signed, look: Present, wanted: Wanted, edit: Annotated[str, Form()] = ""
) -> Response:
    """Show who would get it, who would not and why, and how it reads for three of them; nothing of it is written."""
    return _form(request, look, wanted) if edit else _preview(request, reader, look, wanted)


def _preview(request: Request, reader: Reader, look: Looking, wanted: WantedLetter, said: str = "") -> HTMLResponse:
    site: Site = request.app.state.site
    year, stamp = look.opened.year, site.stamp(reader, look.opened)
    outcome = outcome_of(lambda: write(site.database, year.year, wanted, stamp, dry_run=True))
    if not outcome.done:
        return _form(request, look, wanted, f"{said}{outcome.message}")
    with site.database.read() as connection:
        given_up = {one.address for one in suppressed(connection)}
    letters = outcome.changes.letters
    rows = [
        (row.addressee or named(year, row.recipient), named(year, row.recipient), _barred(row.address, given_up))
        for row in letters
    ]
    read = [
        (row.addressee or named(year, row.recipient), heading(row.subject), in_text(row.text, row.addressee))
        for row in letters[:EXAMPLES]
    ]
    return page(
        "own_letter/preview.html", request, status=409 if said else 200, look=look, year=year, wanted=wanted, said=said,
        outcome=outcome, rows=rows, read=read, token=form_token(), digest=_digest(outcome),
    )  # fmt: skip


def _barred(address: str, given_up: Collection[str]) -> str:
    """Say why it does not leave yet; "" where it does."""
    return "" if address and address.lower() not in given_up else "已停止向此邮箱发函" if address else "没有登记邮箱"


def _digest(outcome: Outcome) -> str:
    """Give a fingerprint of all that is written: to whom, at which address, in which words."""
    letters = sorted((row.key, row.address, row.subject, row.text, row.addressee) for row in outcome.changes.letters)
    return hashlib.sha256(repr((outcome.message, letters)).encode()).hexdigest()[:32]


@area.post("")
def confirm(
    request: Request,
    reader: Signed,
    look: Present,
    wanted: Wanted,
    token: Annotated[str, Form(alias="once")],
    digest: Annotated[str, Form()] = "",
) -> Response:
    """Write what was previewed, once; where something else would be written by now, preview that."""
    site: Site = request.app.state.site
    year, stamp = look.opened.year, site.stamp(reader, look.opened)
    with site.database.read() as connection:
        answered = deeds.find(connection, token) is not None
    shown = answered or outcome_of(lambda: write(site.database, year.year, wanted, stamp, dry_run=True))
    if isinstance(shown, Outcome) and (not shown.done or _digest(shown) != digest):
        return _preview(request, reader, look, wanted, CHANGED)

    def do(database: Database) -> Outcome:
        try:
            with database.write(year.year) as connection:
                within = Within(database, connection, year.year)
                outcome = write(within, year.year, wanted, stamp, account=reader.account)
                if _digest(outcome) != digest:
                    raise _Changed  # noqa: TRY301 -- only an exception takes the whole transaction back
        except _Changed:
            return Outcome("refused", CHANGED)
        return outcome

    back = f"/{year.year}/letters"
    return once(site, reader, token, f"写函：{wanted.subject}", back, do, year=year.year)


@area.post("/recall")
def recall(
    request: Request,
    reader: Signed,
    look: Present,
    number: Annotated[int, Form(ge=1, le=LARGEST)],
    token: Annotated[str, Form(alias="once")],
) -> RedirectResponse:
    """Call back what has not left of one letter of one's own."""
    site: Site = request.app.state.site
    year, stamp = look.opened.year.year, site.stamp(reader, look.opened)
    office = reader.city or PROVINCE
    return once(
        site, reader, token, f"{ON_RECORD}：第 {number} 号", f"/{year}/letters",
        lambda database: recall_own(database, year, number, stamp, office=office, account=reader.account), year=year,
    )  # fmt: skip
