"""The offices of all cities at once, as they are typed: a row a city, and what each would change, or what is wrong."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import astuple, dataclass, field, fields
from hashlib import sha256
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal

from acts.accounts import NAME
from acts.contacts import refusal
from calendars.year import UnknownCity
from letters.headers import UnfitAddress, doubt, fit_address
from models import accounts, addresses, contacts, sign_ins

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from calendars.year import City, Year
    from models.accounts import KeptAccount
    from models.contacts import ContactPerson

MOST = 100
"""Rows at once."""

LONGEST = 300
"""Characters of a cell that are looked at."""

UNFIT_ACCOUNT = "用户名只能用小写字母、数字、点、横线，2 到 40 个字符"
APART = re.compile(r"[,，;；]")

RowState = Literal["wrong", "new", "changed", "same"]
WORDS: Mapping[RowState, str] = {"wrong": "有误", "new": "新增", "changed": "更改", "same": "不变"}


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """A row as it was typed: a city, its mailbox, its contact's name and telephone, the name of its account."""

    city: str = ""
    mailbox: str = ""
    contact: str = ""
    phone: str = ""
    account: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing is said of the city."""
        return not any(astuple(self)[1:])


COLUMNS: Mapping[str, str] = {
    "city": "设区市", "mailbox": "邮箱", "contact": "经办人", "phone": "电话", "account": "用户名",
}  # fmt: skip

HEADERS = frozenset({COLUMNS["city"], "城市", "市"})


@dataclass(frozen=True, slots=True)
class PlannedOffice:
    """What comes of a row: `faults` by column, `changes` in words, and what is written where there are no faults.

    `contact` is who is in charge from now on, in the place of contact `ends`; `account` a name to make an account of,
    `again` the id of an account whose link is gone before a password was chosen.
    """

    typed: OfficeRow
    slug: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    mailbox: str | None = None
    contact: Mapping[str, str | None] | None = None
    ends: int | None = None
    account: str | None = None
    again: int | None = None
    known: bool = False

    @property
    def state(self) -> RowState:
        """How the row stands to what is on file."""
        if self.faults:
            return "wrong"
        if not self.changes:
            return "same"
        return "changed" if self.known else "new"


def pasted(text: str) -> list[OfficeRow]:
    """Read what was copied from a table: a row a line, its cells a tab apart, or a comma; a header is passed over."""
    lines = text.splitlines()
    if any("\t" in line for line in lines):
        rows = list(csv.reader(lines, delimiter="\t"))
    else:
        rows = [APART.split(line) for line in lines]
    return rows_of(rows)


def rows_of(rows: Iterable[Sequence[str]]) -> list[OfficeRow]:
    """Give rows of cells in the order of `COLUMNS`; what is blank and a header are passed over."""
    trimmed = ([cell.strip()[:LONGEST] for cell in row] for row in rows)
    found = (cells for cells in trimmed if any(cells) and cells[0] not in HEADERS)
    return [OfficeRow(*(*cells, *[""] * len(COLUMNS))[: len(COLUMNS)]) for cells in islice(found, MOST + 1)]


@dataclass(frozen=True, slots=True)
class _OnFile:
    """What is on file of all offices, asked once."""

    mailboxes: Mapping[str, str]
    charged: Mapping[str, ContactPerson | None]
    accounts: Mapping[str, KeptAccount]
    invited: frozenset[int]

    @classmethod
    def read(cls, connection: Connection, day: date, now: datetime) -> _OnFile:
        people = contacts.of(connection)
        kept = {office: (row.email, row.head) for office, row in addresses.on_file(connection).items()}
        return cls(
            {office: own for office, (own, _) in contacts.addressed(kept, people, day).items() if own},
            contacts.charged(people, day),
            {one.name: one for one in accounts.everybody(connection)},
            frozenset(sign_ins.waiting(connection, now).values()),
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
    """Give what would come of each row; four questions, however many rows."""
    there = _OnFile.read(connection, day, now)
    twice = {
        column: {one for one, count in Counter(_folded(row, column) for row in rows).items() if one and count > 1}
        for column in ("city", "mailbox", "account")
    }
    return [_planned(year, there, row, twice) for row in rows]


def _folded(row: OfficeRow, column: str) -> str:
    said: str = getattr(row, column)
    return said.casefold().removesuffix("市")


def _planned(year: Year, there: _OnFile, row: OfficeRow, twice: Mapping[str, set[str]]) -> PlannedOffice:
    try:
        city = year.city(row.city.removesuffix("市"))
    except UnknownCity:
        return PlannedOffice(row, faults={"city": f"本年度没有“{row.city}”这个设区市" if row.city else "请填写设区市"})
    person = there.charged.get(city.slug)
    repeated = (column for column in twice if _folded(row, column) in twice[column])
    faults = {column: f"这个{COLUMNS[column]}在名单里不止一行" for column in repeated}
    faults |= dict(chain(_mailbox_faults(row), _contact_faults(row, person), _account_faults(there, row, city)))
    known = any((city.slug in there.mailboxes, person, *(one.city == city.slug for one in there.accounts.values())))
    if faults:
        return PlannedOffice(row, city.slug, faults, known=known)
    return _fit(there, row, city, known=known)


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


def _fit(there: _OnFile, row: OfficeRow, city: City, *, known: bool) -> PlannedOffice:
    """Say what a row without faults changes."""
    changes: list[str] = []
    now, person = there.mailboxes.get(city.slug, ""), there.charged.get(city.slug)
    mailbox = fit_address(row.mailbox) if row.mailbox else ""
    moves = bool(mailbox) and mailbox.lower() != now.lower()
    if moves:
        changes.append((f"邮箱由 {now} 改为 {mailbox}" if now else f"登记邮箱 {mailbox}") + doubt(mailbox))
    name, phone = row.contact or (person.name if person else ""), row.phone or (person.phone if person else "") or ""
    other = bool(name) and (person is None or (name, phone) != (person.name, person.phone or ""))
    if other:
        was = f"由 {person.name} {person.phone or ''}".rstrip() if person else ""
        changes.append(f"经办人{was}改为 {name} {phone}" if was else f"登记经办人 {name} {phone}")
    replaced = other or bool(moves and person and person.email)  # whose own mailbox would still get the letters
    ends = person.id if replaced and person and person.part == contacts.MAIN else None
    account, again = there.accounts.get(row.account.casefold()), None
    if row.account and account is None:
        changes.append(f"新建账号 {row.account.casefold()}，发登录链接")
    elif account and not account.password and account.id not in there.invited:
        again = account.id
        changes.append(f"账号 {account.name} 的登录链接已过期，重新发")
    kept = person.email if person and not mailbox else None
    return PlannedOffice(
        row, city.slug, {}, tuple(changes), (mailbox or None) if moves or replaced else None,
        {"name": name, "phone": phone or None, "email": kept} if replaced else None, ends,
        row.account.casefold() if row.account and account is None else None, again, known=known,
    )  # fmt: skip


def fingerprint(plan: Sequence[PlannedOffice]) -> str:
    """Give what tells a plan from another: whoever confirms it confirms this one."""
    said = repr([(one.typed, one.slug, sorted(one.faults), one.changes) for one in plan])
    return sha256(said.encode()).hexdigest()[:32]


FIELDS = tuple(one.name for one in fields(OfficeRow))
