"""What the rows that were typed of all cities' offices would change, each, or what is wrong with it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Literal

from acts.accounts import NAME
from acts.contacts import refusal
from acts.typed_offices import COLUMNS, OfficeRow
from calendars.year import UnknownCity
from letters.headers import UnfitAddress, doubt, fit_address
from models import accounts, addresses, contacts, sign_ins
from models.alarms import suppressed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from calendars.year import City, Year
    from models.accounts import KeptAccount
    from models.contacts import ContactPerson

UNFIT_ACCOUNT = "用户名只能用小写字母、数字、点、横线，2 到 40 个字符"
RowState = Literal["wrong", "new", "changed", "same"]
WORDS: Mapping[RowState, str] = {"wrong": "有误", "new": "新增", "changed": "更改", "same": "不变"}


@dataclass(frozen=True, slots=True)
class PlannedOffice:
    """What comes of a row: `faults` by column, `changes` in words, and what is written where there are no faults.

    `contact` is who is in charge from now on, in the place of contact `ends`; `account` a name to make an account of,
    `again` the names of accounts that get another link, by id: the one they had is gone, or went to another mailbox.
    """

    typed: OfficeRow
    slug: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    mailbox: str | None = None
    contact: Mapping[str, object] | None = None
    ends: int | None = None
    account: str | None = None
    again: Mapping[int, str] = field(default_factory=dict)
    known: bool = False

    @property
    def state(self) -> RowState:
        """How the row stands to what is on file."""
        if self.faults:
            return "wrong"
        if not self.changes:
            return "same"
        return "changed" if self.known else "new"


@dataclass(frozen=True, slots=True)
class _OnFile:
    """What is on file of all offices, asked once: `own` addresses, and the `mailboxes` that letters go to."""

    own: Mapping[str, str]
    mailboxes: Mapping[str, str]
    charged: Mapping[str, ContactPerson | None]
    accounts: Mapping[str, KeptAccount]
    invited: frozenset[int]
    given_up: frozenset[str]

    @classmethod
    def read(cls, connection: Connection, day: date, now: datetime) -> _OnFile:
        people = contacts.of(connection)
        kept = addresses.on_file(connection)
        return cls(
            {office: own for office, (own, _) in kept.items() if own},
            {office: own for office, (own, _) in contacts.addressed(kept, people, day).items() if own},
            contacts.charged(people, day),
            {one.name: one for one in accounts.everybody(connection)},
            frozenset(sign_ins.waiting(connection, now).values()),
            frozenset(one.address for one in suppressed(connection)),
        )


def standing_rows(connection: Connection, year: Year, day: date, now: datetime) -> list[OfficeRow]:
    """Give what is on file as rows, a city each, in the customary order."""
    there = _OnFile.read(connection, day, now)
    own: dict[str, str] = {}
    for one in there.accounts.values():
        if one.city and one.disabled_at is None:
            own.setdefault(one.city, one.name)
    rows = []
    for city in year.cities:
        person = there.charged.get(city.slug)
        name, phone = (person.name, person.phone or "") if person else ("", "")
        rows.append(OfficeRow(city.name, there.mailboxes.get(city.slug, ""), name, phone, own.get(city.slug, "")))
    return rows


def planned(
    connection: Connection, year: Year, rows: Sequence[OfficeRow], day: date, now: datetime
) -> list[PlannedOffice]:
    """Give what would come of each row; the same number of questions, however many rows."""
    there = _OnFile.read(connection, day, now)
    cities = [_city(year, row) for row in rows]
    said = {
        "city": [city.slug if city else "" for city in cities],
        "mailbox": [row.mailbox.casefold() for row in rows],
        "account": [row.account.casefold() for row in rows],
    }
    twice = {name: {one for one, count in Counter(each).items() if one and count > 1} for name, each in said.items()}
    return [
        _planned(there, row, city, [name for name in twice if said[name][place] in twice[name]])
        for place, (row, city) in enumerate(zip(rows, cities, strict=True))
    ]


def _city(year: Year, row: OfficeRow) -> City | None:
    """Give the city that a row means, however it is named: 苏州市, `suzhou`, 3205."""
    with suppress(UnknownCity):
        return year.city(row.city)
    return None


def _planned(there: _OnFile, row: OfficeRow, city: City | None, repeated: Sequence[str]) -> PlannedOffice:
    if city is None:
        return PlannedOffice(row, faults={"city": f"本年度没有“{row.city}”这个设区市" if row.city else "请填写设区市"})
    person = there.charged.get(city.slug)
    faults = {column: f"这个{COLUMNS[column]}在名单里不止一行" for column in repeated}
    faults |= dict(chain(_mailbox_faults(row), _contact_faults(row, person), _account_faults(there, row, city)))
    known = any((city.slug in there.mailboxes, person, *(one.city == city.slug for one in there.accounts.values())))
    if faults:
        return PlannedOffice(row, city.slug, faults, known=known)
    return _fit(there, row, city.slug, known=known)


def _mailbox_faults(row: OfficeRow) -> Iterator[tuple[str, str]]:
    if row.mailbox:
        try:
            fit_address(row.mailbox)
        except UnfitAddress as unfit:
            yield "mailbox", str(unfit).rstrip("。")


def _contact_faults(row: OfficeRow, person: ContactPerson | None) -> Iterator[tuple[str, str]]:
    if row.phone and not row.contact:
        yield "contact", "写了电话，请写明是谁的"
    elif row.contact and (wrong := refusal(row.contact, row.phone, row.mailbox or None, None, None)):
        yield ("contact" if not row.phone else "phone"), wrong.rstrip("。")
    elif row.contact and not row.phone and (person is None or person.name != row.contact):
        yield "phone", "请填写经办人的电话，函件里请人询问时要写"


def _account_faults(there: _OnFile, row: OfficeRow, city: City) -> Iterator[tuple[str, str]]:
    name = row.account.casefold()
    other = there.accounts.get(name)
    if name and not NAME.fullmatch(name):
        yield "account", UNFIT_ACCOUNT
    elif other and other.city != city.slug:
        yield "account", f"用户名 {name} 已经是别的单位的账号；请换一个"
    elif other and other.disabled_at is not None:
        yield "account", f"账号 {name} 已停用；请先在“账号管理”启用，或换一个"


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where an office is reached after a row: at its `own` address, or at the `email` of who is in charge himself."""

    own: str
    email: str | None

    @property
    def goes_to(self) -> str:
        """Where its letters go."""
        return self.email or self.own


def _reach(there: _OnFile, row: OfficeRow, slug: str, typed: str) -> _Reach:
    """Say how a row has an office reached: what is typed is the office's own, and nobody hands on a mailbox of his.

    Typed beside another's name, the predecessor's is taken for what the page had filled in, if there is another.
    """
    person, own = there.charged.get(slug), there.own.get(slug, "")
    if person is None or row.contact not in {"", person.name}:
        left_there = person is not None and own and typed.lower() == (person.email or "").lower()
        return _Reach(own if left_there else typed or own, None)
    if typed and typed.lower() != there.mailboxes.get(slug, "").lower():
        return _Reach(typed, None)
    return _Reach(own, person.email)


def _fit(there: _OnFile, row: OfficeRow, slug: str, *, known: bool) -> PlannedOffice:
    """Say what a row without faults changes."""
    now, person = there.mailboxes.get(slug, ""), there.charged.get(slug)
    reach = _reach(there, row, slug, fit_address(row.mailbox) if row.mailbox else "")
    contact, said = _contact(row, person, reach)
    again, links = _links(there, row, slug, moves=bool(now) and reach.goes_to.lower() != now.lower())
    wrong = _unreached(there, reach, person if now else None, links)
    if wrong:
        return PlannedOffice(row, slug, {"mailbox": wrong}, known=known)
    new = row.account.casefold() if row.account.casefold() not in there.accounts else ""
    own = reach.own if reach.own.lower() != there.own.get(slug, "").lower() else None
    changes = (*_moves(now, there.own.get(slug, ""), reach), *said, *links)
    replaced = person.id if contact and person and contact["part"] == person.part else None
    return PlannedOffice(row, slug, {}, changes, own, contact, replaced, new or None, again, known=known)


def _moves(now: str, own: str, reach: _Reach) -> Iterator[str]:
    """Say where letters go from now on, and what else becomes of the office's own address."""
    to = reach.goes_to
    moves = to.lower() != now.lower()
    if moves:
        yield (f"邮箱由 {now} 改为 {to}" if now else f"登记邮箱 {to}") + doubt(to)
    if reach.own.lower() != own.lower() and not (moves and now == own):
        yield f"单位邮箱由 {own} 改为 {reach.own}" if own else f"登记单位邮箱 {reach.own}"


def _contact(
    row: OfficeRow, person: ContactPerson | None, reach: _Reach
) -> tuple[Mapping[str, object] | None, tuple[str, ...]]:
    """Give who is put in charge, if anybody, and what is said of that; who stays keeps his part, and until when."""
    had = f"{person.name} {person.phone or ''}".rstrip() if person else ""
    if person and row.contact in {"", person.name}:
        phone = row.phone or person.phone
        kept = {"part": person.part, "until": person.until, "name": person.name, "phone": phone, "email": reach.email}
        if phone != person.phone:
            return kept, (f"{contacts.PARTS[person.part]}由 {had}改为 {person.name} {phone}",)
        return (kept, ()) if reach.email != person.email else (None, ())
    if not row.contact:
        return None, ()
    new = {"part": contacts.MAIN, "until": None, "name": row.contact, "phone": row.phone or None, "email": None}
    if person and person.part == contacts.MAIN:
        return new, (f"经办人由 {had}改为 {row.contact} {row.phone}",)
    instead = f"，函件不再由代办人 {person.name} 代收" if person else ""
    return new, (f"登记经办人 {row.contact} {row.phone}{instead}",)


def _links(there: _OnFile, row: OfficeRow, slug: str, *, moves: bool) -> tuple[Mapping[int, str], tuple[str, ...]]:
    """Give the accounts that get another link, and what is said of all links; one to another mailbox is void."""
    name = row.account.casefold()
    unset = [one for one in there.accounts.values() if one.city == slug and not (one.password or one.disabled_at)]
    void = {one.id: one.name for one in unset if moves and one.id in there.invited}
    over = {one.id: one.name for one in unset if one.name == name and one.id not in there.invited}
    said = [f"账号 {one} 的原链接作废，重新发" for one in void.values()]
    said += [f"账号 {one} 的登录链接已过期，重新发" for one in over.values()]
    said += [f"新建账号 {name}，发登录链接"] if name and name not in there.accounts else []
    return void | over, tuple(said)


def _unreached(there: _OnFile, reach: _Reach, before: ContactPerson | None, links: Sequence[str]) -> str:
    """Say why an office would not be reached that was `before`, or that a link goes to; "" where it is."""
    to = reach.goes_to
    if not to and before:
        return f"请填写邮箱：现用的是 {before.name} 本人的，换人以后函件没有去处"
    if links and not to:
        return "请填写邮箱：登录链接和函件都发到那里；暂时没有的，先不填用户名"
    if links and to.lower() in there.given_up:
        return f"已停止向 {to} 发函，登录链接寄不出；请填写别的邮箱"
    return ""


def fingerprint(plan: Sequence[PlannedOffice]) -> str:
    """Give what tells a plan from another: whoever confirms it confirms this one."""
    said = repr([(one.typed, one.slug, sorted(one.faults), one.changes) for one in plan])
    return sha256(said.encode()).hexdigest()[:32]
