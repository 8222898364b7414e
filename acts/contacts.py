"""The people of an office: taking one on, letting one go; letters that wait go to whoever is now in charge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from acts.first_links import goes_to, void_elsewhere
from calendars.deadlines import day_of
from models import addresses, audit, contacts
from season.outcome import Outcome

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from models.database import Database
    from models.stamp import Stamp

PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,29}")
LONGEST = 50
UNFIT_NAME = f"联系人姓名应为 1 至 {LONGEST} 字，不含换行。"
UNFIT_PHONE = "联系电话只能是数字、空格、括号和连字符，如 13800000000 或 025-83000000。"
NO_WAY = "请至少填写邮箱或电话中的一项。"
BACKWARDS = "止日不能早于起日。"


def add_contact(
    database: Database,
    office: str,
    title: str,
    stamp: Stamp,
    *,
    name: str,
    part: str,
    email: str = "",
    phone: str = "",
    since: date | None = None,
    until: date | None = None,
    account: int | None = None,
) -> Outcome:
    """Put a person of an office (a city's slug, or `province`) on file, in charge or standing in, between these days.

    `title` names the office for people. Raises `UnfitHeader` for what is no address.
    """
    from letters.headers import doubt, fit_address

    name, phone = name.strip(), phone.strip()
    address = fit_address(email) if email.strip() else None
    why = refusal(name, phone, address, since, until)
    if why:
        return Outcome("refused", why)
    given = {"office": office, "part": part, "name": name, "email": address, "phone": phone or None}
    with database.write("every") as connection:
        before = goes_to(connection, office, day := day_of(stamp.as_of))
        number = contacts.add(connection, stamp, given | {"since": since, "until": until})
        _on_record(connection, stamp, "登记联系人", number, office, account)
        void = void_elsewhere(connection, office, before, day)
        moved = addresses.release(connection, office, day)
    return Outcome(
        "done", f"{title}的{contacts.PARTS[part]}已登记{_moved(moved)}{void}{doubt(address) if address else ''}。"
    )


def refusal(name: str, phone: str, email: str | None, since: date | None, until: date | None) -> str | None:
    """Say what is wrong with a contact as it is typed; None where nothing is."""
    from letters.headers import UNFIT

    if not 1 <= len(name) <= LONGEST or UNFIT.search(name):
        return UNFIT_NAME
    if phone and not PHONE.fullmatch(phone):
        return UNFIT_PHONE
    if not phone and email is None:
        return NO_WAY
    return BACKWARDS if since and until and until < since else None


def end_contact(
    database: Database, number: int, office: str, title: str, stamp: Stamp, *, last: date, account: int | None = None
) -> Outcome:
    """Let the part of one of this office's contacts end with that day; what it was stays on file."""
    with database.write("every") as connection:
        person = contacts.find(connection, number)
        if person is None or person.office != office:
            return Outcome("refused", f"{title}没有编号为 {number} 的联系人。")
        before = goes_to(connection, office, day := day_of(stamp.as_of))
        if not contacts.end(connection, stamp, number, last):
            return Outcome("refused", f"这位联系人的任期已于 {person.until} 结束。")
        _on_record(connection, stamp, "联系人任期结束", number, office, account)
        void = void_elsewhere(connection, office, before, day)
        moved = addresses.release(connection, office, day)
    return Outcome("done", f"{title}的{contacts.PARTS[person.part]}任期到 {last} 为止{_moved(moved)}{void}。")


def _on_record(connection: Connection, stamp: Stamp, what: str, number: int, office: str, account: int | None) -> None:
    city = None if office == "province" else office
    audit.record(connection, stamp, what, f"contact:{number}", account=account, city=city)
    contacts.touch(connection)


def _moved(count: int) -> str:
    return f"；{count} 封待发函件改发在任者" if count else ""
