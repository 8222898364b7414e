"""Changes of single persons after the fact: each a row of its own, laid over what was filed (decision 52)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, bindparam, func, insert, select, update

from models.columns import columns_of, table_of
from models.database import book_of
from models.tables.city_drafts import draft_table
from models.tables.personal_changes import PersonalChange
from phases.application import STUDENTS
from phases.interview import INTERVIEWS
from phases.mentor_recommendation import MENTORS

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Select

    from calendars.year import City
    from models.stamp import Stamp

What = Literal[
    "name", "school", "grade", "admitted", "training", "mentor", "city", "approved", "midterm", "year-end"
]  # fmt: skip
WHAT: Mapping[What, str] = {
    "name": "姓名", "school": "中学", "grade": "年级", "admitted": "入选", "training": "培养", "mentor": "培养导师",
    "city": "设区市", "approved": "审定", "midterm": "中期评价期限", "year-end": "年度评价期限",
}  # fmt: skip
"""What may be changed, in words."""

LEFT = "退出培养"
"""What holds of the training of a student who left it, but for the midterm."""

GONE = "不再担任导师"
"""What holds of a mentor who left in mid-year."""


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change to be: of the student of that number, from what stood there to what holds."""

    number: str
    what: What
    was: str
    now: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeptChange:
    """A change on record, with who made it and when."""

    city: str
    number: str
    what: What
    was: str
    now: str
    reason: str
    by: str
    as_of: datetime


def student(connection: Connection, year: int, city: str, number: str) -> dict[str, Any] | None:
    """Give a student's row as it holds, by field; None where the city has nobody of that number."""
    table = draft_table(STUDENTS)
    mine = (table.c.year == year, table.c.city == city, table.c.number == number)
    found = connection.execute(select(table).where(*mine)).mappings().one_or_none()
    return None if found is None else dict(found)


def taken(connection: Connection, year: int, city: str) -> list[tuple[str, str]]:
    """Give number and name of each student whom a city took, in the order of the numbers."""
    table = draft_table(STUDENTS)
    query = select(table.c.number, table.c.name).where(table.c.year == year, table.c.city == city, table.c.taken)
    return list(connection.execute(query.order_by(table.c.number)).tuples())


def correct(connection: Connection, row: Mapping[str, Any]) -> None:
    """Put a student's row in the place of the one that holds, and its name wherever the city's sheets have it.

    One statement a sheet that names students.
    """
    table, place = draft_table(STUDENTS), ("year", "city", "line")
    whole = {key: value for key, value in row.items() if key not in place}
    connection.execute(update(table).where(*(table.c[key] == row[key] for key in place)).values(whole))
    for sheet in book_of(connection).sheets.values():
        if sheet.key != STUDENTS.key and {"number", "name"} <= set(sheet.fields):
            other = draft_table(sheet)
            mine = (other.c[key] == row[key] for key in ("year", "city", "number"))
            connection.execute(update(other).where(*mine).values(name=row["name"]))


@dataclass(frozen=True, slots=True)
class Interviewed:
    """A row of the interview sheet with whom the student chose and where he goes to school, as parties."""

    number: str
    subject: str
    came: bool
    score: Decimal | None
    admitted: bool
    funding: str | None
    mentor: int
    school: int | None


def interviewed(connection: Connection, year: int, city: str) -> dict[str, Interviewed]:
    """Give a city's interview sheet by number, the highest score first."""
    sheet, of = draft_table(INTERVIEWS), draft_table(STUDENTS)
    columns = [sheet.c[name] for name in ("number", "subject", "came", "score", "admitted", "funding")]
    same = and_(of.c.year == sheet.c.year, of.c.city == sheet.c.city, of.c.number == sheet.c.number)
    query = select(*columns, of.c.mentor_party, of.c.school_party).join_from(sheet, of, same)
    rows = connection.execute(query.where(sheet.c.year == year, sheet.c.city == city).order_by(sheet.c.line))
    found = [Interviewed(*row) for row in rows]
    return {one.number: one for one in sorted(found, key=lambda one: one.score or Decimal(-1), reverse=True)}


def admit(connection: Connection, year: int, city: str, number: str, funding: str | None) -> None:
    """Put on the interview sheet that a student is admitted, funded so; None: he is not."""
    sheet = draft_table(INTERVIEWS)
    mine = (sheet.c.year == year, sheet.c.city == city, sheet.c.number == number)
    connection.execute(update(sheet).where(*mine).values(admitted=funding is not None, funding=funding))


@dataclass(frozen=True, slots=True)
class OfMentor:
    """A student with whoever trains him."""

    number: str
    mentor: str
    institution: str
    party: int


def mentors_of(connection: Connection, year: int, city: str, numbers: Collection[str]) -> list[OfMentor]:
    """Give those of a city's students of these numbers, in order, each with whoever trains him."""
    table = draft_table(STUDENTS)
    columns = (table.c[name] for name in ("number", "mentor", "institution", "mentor_party"))
    query = select(*columns).where(table.c.year == year, table.c.city == city).order_by(table.c.number)
    wanted = frozenset(numbers)
    return [OfMentor(*row) for row in connection.execute(query) if row.number in wanted]


def places(connection: Connection, year: int, city: str, mentor: int) -> int:
    """Give how many students a mentor of a city's roll trains at most, by his information form."""
    table = draft_table(MENTORS)
    query = select(table.c.places).where(table.c.year == year, table.c.city == city, table.c.party == mentor)
    return int(connection.execute(query).scalar_one())


def untake(connection: Connection, year: int, city: str, mentors: Collection[int]) -> None:
    """Put on a city's roll that these mentors, by their parties, are not taken."""
    table = draft_table(MENTORS)
    mine = (table.c.year == year, table.c.city == city, table.c.party.in_(list(mentors)))
    connection.execute(update(table).where(*mine).values(taken=False))


def retrain(
    connection: Connection, year: int, city: str, numbers: Collection[str], mentor: tuple[str, str, int]
) -> None:
    """Put a mentor, by name, institution and party, in the place of whoever trained these students."""
    table = draft_table(STUDENTS)
    mine = (table.c.year == year, table.c.city == city, table.c.number.in_(list(numbers)))
    now = dict(zip(("mentor", "institution", "mentor_party"), mentor, strict=True))
    connection.execute(update(table).where(*mine).values(now))


def move(connection: Connection, year: int, cities: tuple[str, str], number: str) -> None:
    """Give a student's rows of every sheet of one city to another, behind what that one has; two statements a sheet."""
    of, to = cities
    for sheet in book_of(connection).sheets.values():
        if "number" not in sheet.fields or sheet.each:
            continue
        table = draft_table(sheet)
        last = select(func.max(table.c.line)).where(table.c.year == year, table.c.city == to)
        behind = 1 + (connection.execute(last).scalar() or 1)
        mine = (table.c.year == year, table.c.city == of, table.c.number == number)
        connection.execute(update(table).where(*mine).values(city=to, line=table.c.line + behind))


def settle_in(
    connection: Connection, year: int, city: str, number: str, school: tuple[str, int], mentor: tuple[str, str, int]
) -> None:
    """Put a student's school, and who trains him, in the place of those that he had; each with its party."""
    table = draft_table(STUDENTS)
    mine = (table.c.year == year, table.c.city == city, table.c.number == number)
    connection.execute(update(table).where(*mine).values(school=school[0], school_party=school[1]))
    retrain(connection, year, city, [number], mentor)


def put(connection: Connection, year: int, city: str, changes: Collection[NewChange], stamp: Stamp) -> None:
    """Put changes on record."""
    rows = [{"year": year, "city": city, **asdict(change), **stamp.columns()} for change in changes]
    connection.execute(insert(table_of(PersonalChange)), rows)


def changes(
    connection: Connection, year: int, cities: Collection[str], as_of: datetime | None = None
) -> tuple[KeptChange, ...]:
    """Give what was changed of these cities' persons up to an instant (None: till now), the oldest first."""
    query = _changes(tuple(sorted(cities)), until_now=as_of is None)
    return tuple(KeptChange(*row) for row in connection.execute(query, {"of_year": year, "known_at": as_of}))


@lru_cache(maxsize=64)
def _changes(cities: tuple[str, ...], *, until_now: bool) -> Select[Any]:
    table = table_of(PersonalChange)
    then = [] if until_now else [table.c.as_of <= bindparam("known_at", type_=table.c.as_of.type)]
    mine = (table.c.year == bindparam("of_year"), table.c.city.in_(cities), *then)
    return select(*columns_of(KeptChange, table)).where(*mine).order_by(table.c.id)


def of_student(connection: Connection, year: int, number: str) -> tuple[KeptChange, ...]:
    """Give what was changed of a student in whatever city he was then, the oldest first; a move stands in both."""
    table = table_of(PersonalChange)
    query = select(*columns_of(KeptChange, table)).where(table.c.year == year, table.c.number == number)
    return tuple(KeptChange(*row) for row in connection.execute(query.order_by(table.c.id)))


def mentors_gone(connection: Connection, year: int, city: str) -> frozenset[str]:
    """Give the mentors of a city who left in mid-year, as 姓名（单位）."""
    return frozenset(one.was for one in changes(connection, year, [city]) if one.what == "mentor")


def moved_in(connection: Connection, year: int, city: City) -> dict[str, datetime]:
    """Give whoever moved to a city and away no more, by number, with the instant since when he is there."""
    newest = {one.number: one for one in changes(connection, year, [city.slug]) if one.what == "city"}
    return {number: one.as_of for number, one in newest.items() if one.now == city.name}
