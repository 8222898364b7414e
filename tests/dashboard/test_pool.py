"""后备人才库: whom the year before brought along, whom this one hands on; a city sees its own, the province all."""

from __future__ import annotations

import re

from sqlalchemy import insert, select

from calendars import files
from models.columns import table_of
from models.facts.scope import Scope
from models.pool import Named, PoolMember, members
from models.rolling import people
from models.tables.city_drafts import draft_table
from models.tables.pool import Party, PoolEntry
from phases.application import STUDENTS
from tests.support.window import ADMIN, Window

YEAR = files.load(2022)
CITIES = [city.slug for city in YEAR.cities]
CITY = "yancheng"


def brought_along(window: Window) -> tuple[str, str]:
    """Bring along into the year a mentor that nobody else names, and of a city one student who applies again.

    Give the student's number and name.
    """
    table, student = table_of(PoolEntry), draft_table(STUDENTS)
    query = select(student.c.likeness, student.c.number, student.c.name).where(student.c.city == CITY)
    with window.database.write() as connection:
        party = {"kind": "mentor", "name": "李往年", "place": "示例大学", "email": ""}
        key = connection.execute(insert(table_of(Party)).values(party).returning(table_of(Party).c.id)).scalar_one()
        likeness, number, name = connection.execute(query.order_by(student.c.number).limit(1)).one()
        rows = (("mentor", str(key)), ("student", likeness), ("student", "nobody any more"))
        of = {"year": YEAR.year, "city": CITY}
        connection.execute(insert(table), [of | {"kind": kind, "key": one} for kind, one in rows])
    return number, name


def rows(page: str) -> list[list[str]]:
    """The cells of the table, without what is marked up in them."""
    found = [re.findall(r"<td>(.*?)</td>", row) for row in page.split("<tr>")[2:]]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in found]


def test_the_pool_is_who_was_brought_along_and_who_is_handed_on(window: Window) -> None:
    number, name = brought_along(window)
    with window.database.read() as connection:
        found = members(connection, YEAR, CITIES)
        handed_on = people(Scope.undated(connection, YEAR))
    assert len(found) == len(handed_on) + 3  # in mid-season nobody is in training yet
    assert {one.kind for one in found if one.here} == {"mentor", "institution", "school"}
    named = [one.named for one in found if one.kind == "student"]
    assert (named[0], [one[:2] + one[3:] for one in named[1:]]) == (
        Named(), [(name, named[1].place, number, YEAR.year)],
    )  # fmt: skip
    mentor = [one for one in found if one.named.name == "李往年"]
    assert mentor == [PoolMember("mentor", CITY, Named("李往年", "示例大学", mentor[0].named.party), True, False)]


def test_a_city_sees_its_own_with_names_and_the_province_all_with_students_covered(window: Window) -> None:
    number, name = brought_along(window)
    own, all_of_them = window.as_(CITY).get("/2022/pool").text, window.as_(ADMIN).get("/2022/pool").text
    assert {row[0] for row in rows(own)} == {"盐城"}
    assert len({row[0] for row in rows(all_of_them)}) == len(CITIES)
    assert ["盐城", "李往年", "示例大学", "是", "—"] in rows(own)
    school = rows(window.as_(CITY).get("/2022/pool?kind=student").text)[1][3]
    assert rows(window.as_(CITY).get("/2022/pool?kind=student").text) == [
        ["盐城", "—", "—", "—", "是", "—"], ["盐城", number, name, school, "是", "—"],
    ]  # fmt: skip
    covered = rows(window.as_(ADMIN).get("/2022/pool?kind=student").text)
    assert (covered[1][1], covered[1][2] != name, name in str(covered)) == (number, True, False)
    assert rows(window.as_("nanjing").get("/2022/pool?kind=student").text) == []
    assert window.as_(CITY).get("/2022/pool?kind=other").status_code == 422
