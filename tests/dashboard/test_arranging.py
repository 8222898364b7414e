"""A city says on a page when and where the meeting is, once; the province may in its stead, and signs so."""

from __future__ import annotations

import re

from models.arrangements import arrangements
from tests.support import ledger
from tests.support.filing import CITY, deed, once
from tests.support.window import ADMIN, VIEWER, YEAR, Window

HERE = f"/{YEAR}/meeting/{CITY}/arrangement"
GIVEN = {"until": "2022-02-25", "begins": "14:30", "place": "盐城中学报告厅"}


def standing(window: Window) -> list[tuple[int, str, str, str]]:
    with window.database.read() as connection:
        found = arrangements(connection, YEAR)
    return [(one.number, f"{one.day}", one.begins, one.place) for one in found.values()]


def test_a_city_arranges_it_once_and_the_province_changes_it_in_its_stead(window: Window) -> None:
    browser = window.as_(CITY)
    page = browser.get(HERE).text
    assert "到 2022-02-23 周三 09:00 仍未登记的" in page
    token = once(page)
    for _ in range(2):
        said = deed(browser, browser.submit(HERE, once=token, **GIVEN))
        assert "盐城 师生见面会 定于 2022-02-25 14:30，盐城中学报告厅。" in said
    assert "现在的安排：2022-02-25 周五 14:30，盐城中学报告厅。" in browser.get(HERE).text
    admin, home = window.as_(ADMIN), HERE.rpartition("/")[0]
    pages = [window.as_(who).get(home).text for who in (CITY, ADMIN, VIEWER)]
    assert [("2022-02-25（周五）14:30，盐城中学报告厅" in one, f'href="{HERE}"' in one) for one in pages] == [
        (True, True), (True, True), (True, False)
    ]  # fmt: skip
    deed(admin, admin.submit(HERE, once=once(admin.get(HERE).text), **(GIVEN | {"place": "盐城市科技馆"})))
    assert standing(window) == [(2, "2022-02-25", "14:30", "盐城市科技馆")]
    with window.database.read() as connection:
        by = connection.exec_driver_sql("SELECT by FROM arrangement ORDER BY number").scalars().all()
    assert [re.search("省办代", name) is not None for name in by] == [False, True]
    events = ("arrange", "waiting", "waiting", False)
    assert ledger.log(window.database, phase="meeting", city=CITY) == [events] * 2


WRONG = [({"until": ""}, "日期："), ({"begins": "下午"}, "时间应为几时几分"), ({"place": ""}, "请写明地点或链接")]


def test_what_cannot_be_is_said_with_what_was_typed_and_nobody_else_arranges_it(window: Window) -> None:
    browser = window.as_(CITY)
    for typed, why in WRONG:
        answer = browser.submit(HERE, once=once(browser.get(HERE).text), **(GIVEN | typed))
        assert (answer.status_code, why in answer.text) == (422, True)
        assert f'value="{(GIVEN | typed)["begins"]}"' in answer.text
    assert standing(window) == []
    assert window.as_("nanjing").get(HERE).status_code == 404
    assert window.as_(VIEWER).get(HERE).status_code == 403
    assert window.as_(CITY).get(HERE.replace("meeting", "midterm")).status_code == 404
    assert f"{HERE}" in window.as_(CITY).get(HERE.rpartition("/")[0]).text, "the page of the phase leads to it"
