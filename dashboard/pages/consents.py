"""A guardian's consent: the paper that guardians are shown, and where an office records what they answered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from acts.guardian_consents import printed, put_consent, void_consent
from calendars.deadlines import day_of
from dashboard.acts.once import once
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import EVERYONE, HANDS, NotThere, Signed, allow
from dashboard.serving.rendering import page
from models import directory, guardian_consents
from models.case_notes import PROVINCE
from models.guardian_consents import OWN, SHOWN, NewConsent
from season.outcome import Outcome

if TYPE_CHECKING:
    from dashboard.serving.site import Site
    from models.database import Database

area = Area(default_response_class=HTMLResponse)
Word = Annotated[str, Form(max_length=20)]


@area.get("/{year:int}/consent", dependencies=[Depends(allow(EVERYONE))])
def consent(request: Request, look: Present) -> HTMLResponse:
    """Show what guardians of the year are told and sign, without anybody's name."""
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        found = printed(
            connection, look.opened.book, year, day_of(look.as_of),
            in_charge=site.settings.children_contact, place=site.settings.server_place,
        )  # fmt: skip
    return page("consents.html", request, look=look, year=year, wording=found, shown=SHOWN)


@area.post("/{year:int}/students/{student}/consent", dependencies=[Depends(allow(HANDS))])
def record(
    request: Request,
    reader: Signed,
    look: Present,
    student: str,
    token: Annotated[str, Form(alias="once")],
    what: Annotated[Literal["given", "withdrawn"], Form()],
    day: Word,
    relation: Word,
    way: Word,
    wording: Word = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Record it, once; another city's student is not there."""
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        city = directory.whose_student(connection, year.year, student)
    if city is None or not reader.sees(city):
        raise NotThere

    def do(database: Database) -> Outcome:
        try:
            on = date.fromisoformat(day.strip())
        except ValueError:
            return Outcome("refused", "请写明日期，如 2022-01-10。")
        new = NewConsent(student, what == "given", on, relation, way, wording.strip() or OWN, reason)
        return put_consent(
            database, year.year, city, new, token, site.stamp(reader, look.opened), reader.city or PROVINCE
        )

    title = f"{'登记监护人同意' if what == 'given' else '登记监护人撤回同意'}：{student}"
    return once(site, reader, token, title, f"/{year.year}/students/{student}", do, year=year.year)


@area.post("/{year:int}/students/{student}/consent-void", dependencies=[Depends(allow(HANDS))])
def void(
    request: Request,
    reader: Signed,
    look: Present,
    student: str,
    token: Annotated[str, Form(alias="once")],
    number: Annotated[int, Form(alias="consent")],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Record that one of them was recorded in error, once; another city's student is not there."""
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        city = directory.whose_student(connection, year.year, student)
        on_record = guardian_consents.consents(connection, year.year, number=student)
    one = next((one for one in on_record if one.id == number), None)
    if city is None or not reader.sees(city) or one is None:
        raise NotThere

    def do(database: Database) -> Outcome:
        return void_consent(database, year.year, one, reason, site.stamp(reader, look.opened), reader.city or PROVINCE)

    back = f"/{year.year}/students/{student}"
    return once(site, reader, token, f"登记第 {number} 号有误：{student}", back, do, year=year.year)
