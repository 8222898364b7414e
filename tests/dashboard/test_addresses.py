"""Addresses that a city filed against the one in force: shown in 待办, decided with a preview, on record."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from models import audit
from models.columns import table_of
from models.tables.contact_receipts import Contact
from models.tables.pool import Party
from models.tables.season import Suppressed
from tests.dashboard.test_acting import hidden
from tests.support.differing_address import NEW, OLD, differ
from tests.support.window import ADMIN, VIEWER, Window


@pytest.fixture
def differing(window: Window) -> tuple[Window, int, int]:
    return (window, *differ(window.site))


def test_the_province_sees_both_and_decides(differing: tuple[Window, int, int]) -> None:
    window, mentor, number = differing
    admin = window.as_(ADMIN)
    tasks = admin.get("/2022/tasks").text
    assert f"现用 {OLD}，无锡报送；盐城另报送 {NEW}" in " ".join(tasks.split())
    form = admin.get(f"/2022/acts/address?difference={number}").text
    assert [said in form for said in (OLD, NEW, "无锡报送", "改用新报送的邮箱", "保留现用的邮箱")] == [True] * 5
    shown = admin.submit("/2022/acts/address/preview", difference=str(number), choice="new", reason="已核实")
    assert "确认：改用盐城报送的邮箱" in shown.text
    assert admin.submit("/2022/acts/address", **hidden(shown)).is_redirect
    with window.database.read() as connection:
        (entry,) = audit.entries(connection, most=1)
        in_force = connection.execute(select(table_of(Party).c.email).where(table_of(Party).c.id == mentor)).scalar()
    assert (entry.what, entry.subject, entry.city, in_force) == ("决定邮箱", f"mentor:{mentor}", "yancheng", NEW)
    assert f"导师 {mentor} 号" in admin.get("/audit").text
    assert NEW not in admin.get("/2022/tasks").text
    for city in ("yancheng", "wuxi"):
        assert f"导师 #{mentor}：改用盐城报送的邮箱；已核实" in admin.get(f"/2022/mentor-recommendation/{city}").text


def test_both_cities_see_it_on_their_page_until_it_is_decided_and_no_other_does(
    differing: tuple[Window, int, int],
) -> None:
    window, mentor, _ = differing

    def shown(city: str, phase: str = "mentor-recommendation") -> str:
        whole = " ".join(window.as_(city).get(f"/2022/{phase}/{city}").text.split())
        after = whole.partition("与其他市报送不一致的邮箱</h2>")[2]
        return after.partition("</section>")[0]

    held, other = shown("wuxi"), shown("yancheng")
    assert (f"导师 #{mentor}" in held, "现用的是本市报送的，盐城另报送了一个" in held) == (True, True)
    assert (f"导师 #{mentor}" in other, "本市报送的与现用的不同" in other) == (True, True)
    assert (OLD in other, NEW in held) == (False, False)
    assert (shown("nanjing"), shown("wuxi", "application")) == ("", "")


def test_what_was_decided_meanwhile_is_decided_once(differing: tuple[Window, int, int]) -> None:
    window, _, number = differing
    admin = window.as_(ADMIN)
    first, second = (
        admin.submit("/2022/acts/address/preview", difference=str(number), choice=choice, reason="已核实")
        for choice in ("held", "new")
    )
    assert admin.submit("/2022/acts/address", **hidden(first)).is_redirect
    late = admin.submit("/2022/acts/address", **hidden(second))
    said = admin.get(late.headers["location"]).text
    assert ("admin 某 于 2022-02-07 09:00:00 已决定保留现用的邮箱，不用盐城报送的，未作改动。") in said
    with window.database.read() as connection:
        tried, entry = audit.entries(connection, most=2)
    assert (entry.what, tried.what, tried.by, tried.subject) == (
        "决定邮箱",
        "决定邮箱（未作改动）",
        "admin 某",
        f"address/{number}",
    )
    assert f"待定邮箱 {number} 号" in admin.get("/audit").text


def test_who_only_looks_sees_the_addresses_covered_and_no_button(differing: tuple[Window, int, int]) -> None:
    window, _, number = differing
    page = window.as_(VIEWER).get("/2022/tasks").text
    assert [said in page for said in (OLD, NEW, "o＊＊@unit.example", f"difference={number}")] == [
        False,
        False,
        True,
        False,
    ]


def test_one_given_up_is_marked(differing: tuple[Window, int, int]) -> None:
    window, _, number = differing
    now = window.site.now(window.site.year(2022))
    with window.database.write() as connection:
        row = {"address": OLD, "since": now, "why": "退信", "by": "甲"}
        connection.execute(insert(table_of(Suppressed)).values(row))
    admin = window.as_(ADMIN)
    for page in ("/2022/tasks", f"/2022/acts/address?difference={number}"):
        assert '<strong class="alarm">已停止发函</strong>' in admin.get(page).text


def test_a_contact_is_put_on_file_and_its_part_ended_from_the_page(window: Window) -> None:
    admin, people = window.as_(ADMIN), table_of(Contact)
    person = {"office": "nanjing", "part": "main", "name": "新任", "email": "n@unit.example", "once": "c" * 24}
    assert admin.submit("/2022/offices/contacts", **person).status_code == 303
    with window.database.read() as connection:
        (kept,) = connection.execute(select(people).where(people.c.name == "新任"))
    ended = admin.submit(f"/2022/offices/contacts/{kept.id}/end", office="nanjing", once="d" * 24)
    assert ended.status_code == 303
    with window.database.read() as connection:
        assert connection.execute(select(people.c.until).where(people.c.id == kept.id)).scalar() is not None
