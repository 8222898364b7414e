"""The offices and their people: the province keeps all, a city its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from acts.act import PROVINCE as PROVINCIAL
from acts.beliefs import SeveralParties, UnknownParty, party_of
from acts.contacts import add_contact, end_contact
from acts.second_ways import MAIL, choose_way, fault, is_theirs, parties
from calendars.deadlines import day_of
from calendars.errors import TalentError
from dashboard.acts.once import form_token, once
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import EVERYONE, HANDS, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.serving.row_ids import Id
from dashboard.signing_in.reader import Role
from dashboard.views import masking
from dashboard.views.letterbox import second_way
from models import addresses, contacts, second_ways
from models.second_ways import WAYS
from season.recipients import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from calendars.year import Year
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.contacts import ContactPerson
    from models.second_ways import ChosenWay

area = Area(default_response_class=HTMLResponse)
TITLE = "省级管理办公室"


class UnreadableDay(TalentError):
    """日期应写成 2022-02-07 的样子。"""


@dataclass(frozen=True, slots=True)
class ShownContact:
    """A contact as this reader sees it. `now`: in charge today; `over`: the last day has passed.

    `second` is the second way that was chosen, in words; "" for none.
    """

    id: int
    part: str
    name: str
    email: str
    phone: str
    since: date | None
    until: date | None
    now: bool
    over: bool
    ended: bool
    second: str


@dataclass(frozen=True, slots=True)
class OfficeShown:
    """An office: its slug, its title, its own address and its head's, how its head is told besides, its people."""

    slug: str
    title: str
    email: str
    head: str
    second: str
    people: tuple[ShownContact, ...]


def _titles(year: Year, reader: Reader) -> dict[str, str]:
    """Give the offices a reader sees, the province's first."""
    cities = {city.slug: f"{city.name}市" for city in year.cities if reader.sees(city.slug)}
    return ({PROVINCIAL: TITLE} if reader.province else {}) | cities


def _shown(
    person: ContactPerson, day: date, charged: ContactPerson | None, chosen: Mapping[str, ChosenWay], *, full: bool
) -> ShownContact:
    email, phone = person.email or "", person.phone or ""
    return ShownContact(
        person.id,
        contacts.PARTS[person.part],
        person.name if full else masking.name(person.name),
        email if full else masking.email(email),
        phone if full else masking.phone(phone),
        person.since,
        person.until,
        now=person == charged,
        over=person.until is not None and person.until < day,
        ended=person.ended_at is not None,
        second=second_way(chosen.get(f"contact:{person.id}")),
    )


@area.get("/{year:int}/offices", dependencies=[Depends(allow(EVERYONE))])
def offices(request: Request, reader: Signed, look: Present) -> HTMLResponse:
    """Show who is in charge of each office, and who was: in full to the office itself and to the province's hands."""
    return _page(request, reader, look, dict.fromkeys(("recipient", "party", "way", "to"), ""))


def _page(request: Request, reader: Reader, look: Looking, typed: Mapping[str, str], wrong: str = "") -> HTMLResponse:
    """Show the page with what was `typed` of a second way, and what is `wrong` with that."""
    site: Site = request.app.state.site
    full, day = reader.role is not Role.VIEWER, day_of(look.as_of)
    with site.database.read() as connection:
        on_file, people = addresses.on_file(connection), contacts.of(connection, reader.city)
        chosen = second_ways.choices(connection)
        own = sorted(parties(connection, chosen, reader.city or PROVINCIAL) & chosen.keys())
    shown = []
    for slug, title in _titles(look.opened.year, reader).items():
        theirs = [person for person in people if person.office == slug]
        charged = contacts.in_charge(theirs, day)
        mailbox, head = (masking.for_reader(address or "", reader) for address in on_file.get(slug, (None, None)))
        each = tuple(_shown(person, day, charged, chosen, full=full) for person in theirs)
        second = second_way(chosen.get(contacts.recipients(slug)[1]))
        shown.append(OfficeShown(slug, title, mailbox, head, second, each))
    return page(
        "offices.html",
        request,
        look=look,
        year=look.opened.year,
        offices=shown,
        acting=full,
        token=form_token(),
        today=day,
        parties={named(look.opened.year, key): second_way(chosen[key]) for key in own},
        ways=WAYS,
        unserved=[word for way, word in WAYS.items() if way not in site.settings.served],
        head_of={slug: contacts.recipients(slug)[1] for slug in _titles(look.opened.year, reader)},
        typed=typed,
        wrong=wrong,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


def _mine(year: Year, reader: Reader, office: str) -> str:
    """Give the title of an office that the reader may see; raise `NotThere`."""
    title = _titles(year, reader).get(office)
    if title is None:
        raise NotThere
    return title


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UnreadableDay from None


@area.post("/{year:int}/offices/contacts", dependencies=[Depends(allow(HANDS))])
def add(
    request: Request,
    reader: Signed,
    look: Present,
    token: Annotated[str, Form(alias="once")],
    office: Annotated[str, Form()],
    name: Annotated[str, Form()],
    part: Annotated[Literal["main", "deputy"], Form()],
    email: Annotated[str, Form()] = "",
    phone: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Put a person on file."""
    site: Site = request.app.state.site
    title, stamp = _mine(look.opened.year, reader, office), site.stamp(reader, look.opened)
    first, last = _day(since), _day(until)
    return once(
        site,
        reader,
        token,
        f"登记{title}的联系人",
        f"/{look.opened.year.year}/offices",
        lambda database: add_contact(
            database, office, title, stamp, name=name, part=part, email=email, phone=phone,
            since=first, until=last, account=reader.account,
        ),
        year="every",
    )  # fmt: skip


@area.post("/{year:int}/offices/contacts/{contact:int}/end", dependencies=[Depends(allow(HANDS))])
def end(
    request: Request,
    reader: Signed,
    look: Present,
    contact: Id,
    token: Annotated[str, Form(alias="once")],
    office: Annotated[str, Form()],
    last: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """End a person's part with a day, today where none is named."""
    site: Site = request.app.state.site
    title, stamp = _mine(look.opened.year, reader, office), site.stamp(reader, look.opened)
    with site.database.read() as connection:
        person = contacts.find(connection, contact)
    if person is None or person.office != office:
        raise NotThere
    day = _day(last) or day_of(stamp.as_of)
    return once(
        site,
        reader,
        token,
        f"结束{title}一名联系人的任期",
        f"/{look.opened.year.year}/offices",
        lambda database: end_contact(database, contact, office, title, stamp, last=day, account=reader.account),
        year="every",
    )


@area.post("/{year:int}/offices/ways", dependencies=[Depends(allow(HANDS))])
def choose(
    request: Request,
    reader: Signed,
    look: Present,
    token: Annotated[str, Form(alias="once")],
    recipient: Annotated[str, Form(max_length=60)] = "",
    party: Annotated[str, Form(max_length=100)] = "",
    way: Annotated[str, Form(max_length=20)] = MAIL,
    to: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Choose how somebody is told what is urgent, besides by mail: a person of an office, its head, or a party.

    An address that is none comes back in the form that it was typed in.
    """
    site: Site = request.app.state.site
    office, stamp = reader.city or PROVINCIAL, site.stamp(reader, look.opened)
    with site.database.read() as connection:
        if recipient and not is_theirs(connection, recipient, office):
            raise NotThere
        whose = recipient or _party(connection, look.opened.year, reader, party.strip())
        wrong = fault(connection, whose, way, to)
    if wrong:
        return _page(request, reader, look, {"recipient": recipient, "party": party, "way": way, "to": to}, wrong)
    return once(
        site,
        reader,
        token,
        "选定急事另告的方式",
        f"/{look.opened.year.year}/offices",
        lambda database: choose_way(database, whose, office, stamp, way=way, address=to, account=reader.account),
        year="every",
    )


def _party(connection: Connection, year: Year, reader: Reader, typed: str) -> str:
    """Give who is called so; what a city typed in vain stays, and is refused as another's is."""
    try:
        return party_of(connection, year, typed)
    except (UnknownParty, SeveralParties):
        if reader.city is None:
            raise
        return typed
