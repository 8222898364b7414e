"""The addresses that the office keeps: setting one lets go the letters that waited for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import PROVINCE, Act, Bench, Field, Filled
from acts.first_links import goes_to, void_elsewhere
from calendars.deadlines import day_of
from models import addresses, contacts
from season.outcome import Outcome

if TYPE_CHECKING:
    from datetime import date

    from calendars.year import Year
    from models.database import Database


def set_office(
    database: Database,
    office: str,
    name: str,
    *,
    email: str | None = None,
    head: str | None = None,
    day: date | None = None,
) -> Outcome:
    """Put a city's (its slug) or the province's address on file, its head's beside it; None leaves one as it is.

    What waits goes to whoever is in charge on that `day`; None asks for nobody.

    Raises `UnfitHeader` for what is no address.
    """
    from letters.headers import doubt, fit_address

    given = {column: fit_address(value) for column, value in (("email", email), ("head", head)) if value is not None}
    with database.write("every") as connection:
        before = goes_to(connection, office, day) if day else ""
        addresses.put(connection, office, given)
        void = void_elsewhere(connection, office, before, day) if day else ""
        freed = addresses.release(connection, office, day)
        contacts.touch(connection)
    said = f"{f'；{freed} 封待发函件已放行' if freed else ''}{void}"
    said += next(filter(None, map(doubt, given.values())), "")
    return Outcome("done", f"{name}的邮箱已登记{said}。")


def _office(bench: Bench, filled: Filled) -> Outcome:
    slug, email, head = filled.words["office"], filled.words.get("email"), filled.words.get("head")
    if not (email or head):
        return Outcome("refused", "两个邮箱都没有写，未作改动。")
    day = day_of(bench.stamp.as_of)
    return set_office(bench.database, slug, _name(bench.year, slug), email=email, head=head, day=day)


def _name(year: Year, slug: str) -> str:
    return "省级管理办公室" if slug == PROVINCE else year.city(slug).name


OFFICE = Act(
    "office",
    lambda _: "登记邮箱",
    (
        Field("office", "单位", "office"),
        Field("email", "单位邮箱", "address", needed=False, hint="不写则不改。"),
        Field("head", "负责同志邮箱", "address", needed=False, hint="督办发到这里；不写则不改。"),
    ),
    _office,
    lambda _, year, filled: f"登记{_name(year, filled.words['office'])}的邮箱，放行等待的函件",
    subject=lambda _, filled: f"office/{filled.words['office']}",
    instead="写错了的，再改一次。",
)
