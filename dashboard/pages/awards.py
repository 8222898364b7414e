"""Letters of appointment and certificates: the year's register, printing, and where anybody confirms one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import quote

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from acts.awards import VERIFY, printed, to_print
from acts.masking import one_covered
from acts.signed_season import public_key
from calendars.errors import TalentError
from dashboard.acts import uncovering
from dashboard.serving.area import Area
from dashboard.serving.arrival import place
from dashboard.serving.look import Look, Looking, Present
from dashboard.serving.policy import EVERYONE, HANDS, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.rate_limit import TooMany, TooManyLooked, peer
from letters.award_papers import Stationery
from models import audit, awards
from models.awards import TITLES, AwardKind

if TYPE_CHECKING:
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.awards import Award

area = Area(default_response_class=HTMLResponse)
AnyKind = Literal[""] | AwardKind
PRINTED = "打印聘书、证书"
NONE_FOUND = 404


class NothingToPrint(TalentError):
    """没有可以打印的：没有这样的聘书、证书，已经作废，或颁发之后有变化（仍要打印的请写编号）。"""


class NoAddress(TalentError):
    """聘书、证书上的二维码要有系统的访问地址，现在没有设置（TALENT_BASE_URL）；请联系维护人员。"""


class NoPrintReason(TalentError):
    """打印聘书、证书会看到完整的姓名，请写明事由（500 字以内）；事由记录在案。"""


@area.get("/{year:int}/awards", dependencies=[Depends(allow(EVERYONE))])
def listed(
    request: Request,
    reader: Signed,
    look: Look,
    kind: AnyKind = "",
    number: Annotated[str, Query(max_length=9, pattern=r"^\d*$")] = "",
    city: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the register, to a city its own; a student's name has one character covered."""
    if look.past:
        return RedirectResponse(f"/{look.opened.year.year}/awards", 303)
    site: Site = request.app.state.site
    year, whose = look.opened.year, reader.city or city or None
    with site.database.read() as connection:
        found = awards.register(connection, year.year, whose)
        due = awards.unissued(connection, year) if reader.province else {}
        owed = [one for one in awards.outdated(connection, year) if whose in {None, one.award.city}]
        lapsed = awards.lapsed(connection, year) if reader.province else []
    chosen = [one for one in found if kind in {"", one.kind} and number in {"", str(one.number)}]
    return page(
        "awards.html", request, look=look, year=year, awards=chosen, due=due, owed=owed, lapsed=lapsed,
        titles=TITLES, kind=kind, number=number, city=city, shown=shown, may=reader.admin,
        prints=bool(found) and (reader.admin or reader.city),
    )  # fmt: skip


def shown(one: Award) -> str:
    """Name whose it is: a student with one character covered, who is purged not at all."""
    if one.nameless:
        return "（姓名保存期满，已清除）"
    return one_covered(one.name) if one.student else one.name


@area.post("/{year:int}/awards/print", dependencies=[Depends(allow(HANDS))])
async def print_out(
    request: Request,
    reader: Signed,
    look: Present,
    which: Annotated[AwardKind, Form()],
    city: Annotated[str, Form()] = "",
    number: Annotated[str, Form(max_length=9, pattern=r"^\d*$")] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Give those in force as one PDF, of a city or all, or a single one, and put that on record.

    One is set in type at a time, which takes much memory.
    """
    if reader.city is not None and city not in {"", reader.city}:
        raise NotThere
    if reader.city is None and not uncovering.is_reason(reason.strip()):
        raise NoPrintReason
    async with place("dear"):
        return await run_in_threadpool(_file, request, reader, look, which, reader.city or city, number, reason.strip())


def _file(
    request: Request, reader: Reader, look: Looking, kind: AwardKind, city: str, number: str, reason: str
) -> Response:
    site: Site = request.app.state.site
    year, rehearsal, told = look.opened.year, look.opened.rehearsal, site.settings
    if not rehearsal and not told.base_url_chosen:
        raise NoAddress
    with site.database.read() as connection:
        chosen, _ = to_print(connection, year, kind, city or None, int(number) if number else None)
    if not chosen:
        raise NothingToPrint
    pdf = printed(kind, chosen, told.links_lead, Stationery(told.papers), sample=rehearsal)
    _on_record(request, reader, look, f"{kind}/{number or city or 'all'}", len(chosen), reason)
    part = f"第{number}号" if number else year.city(city).name if city else "全省"
    name = f"{year.year}年度{TITLES[kind]}-{part}.pdf"
    named = f"inline; filename=\"{kind}.pdf\"; filename*=UTF-8''{quote(name)}"
    return Response(pdf, media_type="application/pdf", headers={"content-disposition": named})


def _on_record(request: Request, reader: Reader, look: Looking, what: str, count: int, reason: str) -> None:
    site: Site = request.app.state.site
    stamp, subject = site.stamp(reader, look.opened), f"award/{look.opened.year.year}/{what}"
    with site.database.write() as connection:
        audit.record(
            connection, stamp, f"{PRINTED}（{count} 份）", subject,
            account=reader.account, city=reader.city, reason=reason or None, address=peer(request),
        )  # fmt: skip


@area.get(VERIFY + "{token}", dependencies=[Depends(allow(None))])
def confirm(request: Request, token: str) -> HTMLResponse:
    """Confirm a paper to anybody who has it: number, kind, year, grade, a name with one character covered.

    With the key that signed seasons are checked with, which has to stand where anybody finds it.
    A token that nobody was given is a guess, of which few are taken from one address; what cannot be one is none.
    """
    site: Site = request.app.state.site
    shown_to_all = partial(page, "awards/public.html", request, key=public_key(site.secret))
    if not awards.is_token(token):
        return shown_to_all(status=NONE_FOUND, award=None)
    with site.database.read() as connection:
        found = awards.confirmed(connection, token)
    if found is not None:
        sample, title = site.year(found.year).rehearsal, TITLES[found.kind]
        return shown_to_all(award=found, title=title, named=covered(found), sample=sample)
    try:
        with site.guesses.guess("verify", token, peer(request)):
            pass
    except TooMany as error:
        raise TooManyLooked from error
    return shown_to_all(status=NONE_FOUND, award=None)


def covered(one: Award) -> str:
    """Cover one character of anybody's name; "" where it was purged."""
    return "" if one.nameless else one_covered(one.name)
