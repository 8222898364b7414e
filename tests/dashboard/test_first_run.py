"""The first day: people have accounts, and no year is open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from calendars import files
from dashboard.serving.site import Site
from models import accounts, deeds, standing
from models.columns import table_of
from models.database import Database
from models.tables.accounts import Account
from phases.book import BOOK
from settings import DashboardSettings, Settings
from tests.dashboard.test_acting import hidden
from tests.support.reading import Read
from tests.support.window import ADMIN, BASE, SECRET, VIEWER, Window

CITY = "yancheng"
LATE = {"through": "none", "reason": "试验", "start": "real"}
"""What is said where a year is opened whose deadlines lie behind."""

MENU = {
    ADMIN: ["/", "/years", "/account", "/users", "/audit"],
    VIEWER: ["/", "/account", "/audit"],
    CITY: ["/", "/account"],
}


@pytest.fixture
def empty(database_url: str) -> Iterator[Window]:
    database = Database(database_url, BOOK)
    window = Window(Site(database, Settings(base_url=BASE, dashboard=DashboardSettings(totp=False)), SECRET))
    people = [(ADMIN, "admin", None), (VIEWER, "viewer", None), (CITY, "city", CITY)]
    with database.write() as connection:
        for name, role, city in people:
            row = {"name": name, "shown": name, "role": role, "city": city}
            connection.execute(
                insert(table_of(Account)).values(row | {"made_by": "talent up", "made_at": window.site.wall()})
            )
    yield window
    database.dispose()


def menu(page: str) -> list[str]:
    return Read.page(page.partition('<nav aria-label="主要页面">')[2].partition("</nav>")[0]).links


def test_who_may_open_a_year_is_sent_there_and_everybody_else_told_whom_to_ask(empty: Window) -> None:
    sent = empty.as_(ADMIN).get("/")
    assert (sent.status_code, sent.headers["location"]) == (303, "/years")
    for name in (VIEWER, CITY):
        told = empty.as_(name).get("/")
        assert (told.status_code, "请联系省级管理办公室有办理权限的同志" in told.text) == (200, True)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (ADMIN, "/years"), (ADMIN, "/users"), (ADMIN, "/audit"), (ADMIN, "/account"), (ADMIN, "/2022"),
        (VIEWER, "/"), (VIEWER, "/audit"), (VIEWER, "/2022"), (CITY, "/"), (CITY, "/account"), (CITY, "/2022/log"),
    ],
)  # fmt: skip
def test_every_page_of_no_year_has_the_menu_of_who_looks(empty: Window, name: str, address: str) -> None:
    assert menu(empty.as_(name).get(address).text) == MENU[name]


def test_the_answer_of_a_confirmation_and_a_preview_of_a_year_have_it_too(empty: Window) -> None:
    admin = empty.as_(ADMIN)
    assert menu(admin.submit("/years/preview", shipped="2022").text) == MENU[ADMIN]
    with empty.database.write() as connection:
        own = accounts.named(connection, ADMIN)
        assert own is not None
        deeds.take(connection, "refused", own.id, "开设 2022 年度", empty.site.wall(), "/2022")
        deeds.answer(connection, "refused", done=False, said="没有开设。")
    told = admin.get("/deeds/refused")
    assert (told.status_code, "没有开设。" in told.text, menu(told.text)) == (409, True, MENU[ADMIN])
    answer = admin.submit("/years", calendar=files.load(2022).source_text, once="a form", **LATE)
    pages = ("", "/calendar", "/tasks", "/letters", "/log", "/offices", "/exports")
    assert menu(admin.get(answer.headers["location"]).text) == [f"/2022{page}" for page in pages]


@pytest.mark.parametrize("shipped", ["", "0", "1999"])
def test_with_no_calendar_left_the_page_names_no_command(empty: Window, shipped: str) -> None:
    shown = empty.as_(ADMIN).submit("/years/preview", shipped=shipped)
    assert (shown.status_code, "请选择一份随程序附带的日历" in shown.text, "talent calendar" in shown.text) == (
        422,
        True,
        False,
    )


def test_several_years_are_a_step_apart_for_everybody(empty: Window) -> None:
    admin = empty.as_(ADMIN)
    for year in (2022, 2026):
        assert "其他年度" not in (admin.get("/2022").text if year > 2022 else "")
        admin.submit("/years", calendar=files.load(year).source_text, once=f"form {year}", **LATE)
    homes = {VIEWER: "/2022", CITY: f"/2022/cities/{CITY}"}
    for name, home in homes.items():
        shown = empty.as_(name).get(home).text.partition('aria-label="其他年度">')[2].partition("</nav>")[0]
        assert Read.page(shown).links == [home.replace("2022", "2026")]


UNDECIDED: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "请选择先试运行，还是正式开设。"),
    ({"trial": "trial@kepu.example"}, "请选择先试运行，还是正式开设。"),
    ({"start": "trial"}, "先试运行的，请填写试运行邮箱。"),
    ({"start": "trial", "trial": "nobody"}, "试运行邮箱："),
    ({"start": "real", "trial": "trial@kepu.example"}, "选了正式开设，又填了试运行邮箱"),
)


def test_a_year_begins_as_somebody_chose_and_nothing_typed_is_lost(empty: Window) -> None:
    admin, text = empty.as_(ADMIN), files.load(2022).source_text
    paper = {name: LATE[name] for name in ("through", "reason")}
    for start, why in UNDECIDED:
        answer = admin.submit("/years", calendar=text, once="a form", **paper, **start)
        assert (answer.status_code, why in answer.text, "试验</textarea>" in answer.text) == (422, True, True), start
        assert f'value="{start.get("trial", "")}"' in answer.text
        assert hidden(answer)["calendar"].strip() == text.strip()
    answer = admin.submit("/years", shipped="2027", once="a form")
    assert (answer.status_code, UNDECIDED[0][1] in answer.text) == (422, True)
    with empty.database.read() as connection:
        assert not standing.years_open(connection)


def test_a_year_is_tried_under_a_banner_and_goes_live_by_one_act(empty: Window) -> None:
    admin, mailbox, banner = empty.as_(ADMIN), "trial@kepu.example", "2022 年度正在试运行"
    said = LATE | {"start": "trial", "trial": mailbox}
    shown = admin.submit("/years/preview", shipped="2022", **said)
    assert f"函件全部只发到 {mailbox}" in shown.text
    assert "确认：试运行 2022 年度" in shown.text
    admin.submit("/years", **hidden(shown))
    pages = {
        ADMIN: ("/2022", "/2022/tasks", "/2022/letters", "/account", "/audit"),
        CITY: (f"/2022/cities/{CITY}", "/account"),
    }
    for name, those in pages.items():
        for page in those:
            told = empty.as_(name).get(page)
            told = empty.as_(name).get(told.headers["location"]) if told.is_redirect else told
            assert (page, banner in told.text, mailbox in told.text) == (page, True, name == ADMIN)
    setup = admin.get("/2022/setup").text
    assert "试运行：各方的函件" in setup
    assert "/2022/acts/go-live" in setup
    assert f"试运行中发到 {mailbox}；正式启用之后请再发一封" in setup
    assert admin.get("/api/v1/years").json()[0]["trial"] is True
    act = "/2022/acts/go-live"
    preview = admin.submit(f"{act}/preview", through="无", reason="试运行通过")
    assert "试运行中的全部清除，不作数" in preview.text
    assert "不能退回试运行" in preview.text
    done = admin.submit(act, **hidden(preview))
    assert "自此正式启用" in admin.get(done.headers["location"]).text
    assert banner not in admin.get("/2022").text
    assert "go-live" not in admin.get("/2022/tasks").text
