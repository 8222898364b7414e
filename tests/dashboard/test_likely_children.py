"""疑似同一人 on the pages: of the cities where they applied and of the province, and the way to settle it."""

from __future__ import annotations

from sqlalchemy import select, update

from models.tables.city_drafts import draft_table
from phases.application import STUDENTS
from tests.dashboard.test_acting import hidden
from tests.support.filing import CITY
from tests.support.window import ADMIN, VIEWER, YEAR, Window

OTHER, HERE = "nanjing", f"/{YEAR}/application"


def test_both_cities_and_the_province_see_who_may_be_one_child_and_the_province_settles_it(window: Window) -> None:
    student = draft_table(STUDENTS)
    with window.database.write() as connection:
        numbers = []
        for city in (OTHER, CITY):
            mine = (student.c.city == city, student.c.taken)
            numbers.append(connection.execute(select(student.c.number).where(*mine).limit(1)).scalar_one())
        alike = student.c.number.in_(numbers)
        connection.execute(update(student).where(alike).values(likeness="alike"))
    admin, tasks, form = window.as_(ADMIN), f"/{YEAR}/tasks", f"/{YEAR}/acts/child"
    link = f"{form}?student={numbers[0]}"

    def shown() -> dict[str, list[bool]]:
        pages = {
            OTHER: (f"{HERE}/{OTHER}",), CITY: (f"{HERE}/{CITY}", f"/{YEAR}/interview/{CITY}"),
            "wuxi": (f"{HERE}/wuxi",), ADMIN: (tasks, HERE, f"{HERE}/{CITY}"), VIEWER: (tasks,),
        }  # fmt: skip
        found = {who: [window.as_(who).get(page).text for page in those] for who, those in pages.items()}
        return {who: [all(one in page for one in numbers) for page in those] for who, those in found.items()}

    assert shown() == {OTHER: [True], CITY: [True, True], "wuxi": [False], ADMIN: [True] * 3, VIEWER: [True]}
    assert link in admin.get(tasks).text
    assert link not in window.as_(VIEWER).get(tasks).text
    asked = admin.submit(f"{form}/preview", student=numbers[0], same="no", reason="两校学籍已核对")
    assert f"核定 {numbers[0]} 与疑似者不是同一人" in asked.text
    admin.submit(form, **hidden(asked))
    assert "已核定不是同一人" in window.as_(CITY).get(f"{HERE}/{CITY}").text
    assert link not in admin.get(tasks).text
