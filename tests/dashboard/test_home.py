from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import html5lib  # type: ignore[import-untyped]
import pytest
from sqlalchemy import event, insert, update

from acts.contacts import add_contact
from cli import main
from dashboard.serving.site import Site
from gates.states import State
from models.columns import table_of
from models.database import Database
from models.open_years import set_clock
from models.tables.accounts import Account
from models.tables.city_requests import Request
from models.tables.season import Letter, Office, Suppressed, UnclearBounce
from phases.book import BOOK
from settings import Settings
from tests.support.reading import Read
from tests.support.scenes import Scene, calendar, instant, stamp
from tests.support.window import ADMIN, BASE, SECRET, VIEWER, Window

AT = "?as_of=2022-01-22T10:00"

H = "{http://www.w3.org/1999/xhtml}"


def states(page: str) -> dict[str, list[str]]:
    """The words of the matrix's states, by city."""
    tree = html5lib.parse(page)
    found = {}
    for row in tree.iterfind(f".//{H}table/{H}tbody/{H}tr"):
        city = row.find(f"{H}th/{H}a")
        if city is not None:
            words = row.iterfind(f".//{H}span[@class='word']")
            found[city.text or ""] = [word.text or "" for word in words]
    return found


def test_the_province_lands_on_the_matrix_and_a_city_on_its_own_year(window: Window) -> None:
    assert [window.as_(name).get("/").headers["location"] for name in (ADMIN, "yancheng", None)] == [
        "/2022",
        "/2022/cities/yancheng",
        "/sign-in",
    ]


def test_a_late_city_is_told_by_shape_and_word(window: Window) -> None:
    page = window.as_(ADMIN).get("/2022").text
    cell = page.split('<td class="cell overdue live">')[1].split("</td>")[0]
    assert cell == (
        '<a href="/2022/shortlist/yancheng"><span class="shape" aria-hidden="true">!</span>'
        '<span class="word">已逾期</span><small>逾期 8 天</small><span class="which">面试名单</span></a>'
    )


@pytest.mark.parametrize("at", ["2022-01-13T12:00", "2022-01-22T10:00", "2022-02-06T23:59"])
def test_the_past_is_what_talent_status_shows_of_it(
    window: Window, at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--as-of", at, "--json", "--db", window.database.url]) == 0
    told = json.loads(capsys.readouterr().out)
    theirs = {city["name"]: [State(each["state"]).chinese for each in city["phases"]] for city in told["cities"]}
    page = window.as_(VIEWER).get(f"/2022?as_of={at}").text
    assert states(page) == theirs
    assert f"<b>{told['totals']['admitted']}</b> 入选" in page
    done_since = at < "2022-02-06"
    assert ("在培（人）" in page, told["in_training"]) == (not done_since, None if done_since else 0)


def test_every_page_of_a_year_names_whom_to_ask_in_the_province(window: Window) -> None:
    """As the notice prints it, until the office keeps somebody else."""
    pages = (("yancheng", "/2022/cities/yancheng"), ("yancheng", "/2022/shortlist/yancheng"), (VIEWER, "/2022"))
    for who, page in pages:
        found = Read.page(window.as_(who).get(page).text).links
        assert {"tel:000-00000000", "mailto:province@office.example"} <= {*found}, page
    given = (window.database, "province", "省级管理办公室", stamp("2022-02-07T09:00"))
    assert add_contact(*given, name="李办", part="main", email="li@office.example", phone="025-83000000").done
    for who, page in pages:
        text = window.as_(who).get(page).text
        asked = ("省级管理办公室李办", "tel:025-83000000", "mailto:li@office.example", "000-00000000")
        assert [one in text for one in asked] == [True, True, True, False], page


def test_pages_of_no_year_name_whom_to_ask_too(window: Window) -> None:
    pages = ((None, "/sign-in"), ("yancheng", "/account"), (ADMIN, "/users"), ("yancheng", "/2022/shortlist/nanjing"))
    for who, page in pages:
        assert "tel:000-00000000" in Read.page(window.as_(who).get(page).text).links, page


def test_only_what_needs_the_provinces_hand(window: Window) -> None:
    browser = window.as_(ADMIN)
    assert set(states(browser.get("/2022?only=hand").text)) == {"盐城"}
    assert len(states(browser.get("/2022").text)) == 13
    assert "没有需省办处理的城市" in browser.get("/2022?only=hand&as_of=2022-01-22T10:00").text


def test_what_awaits_the_province_is_named_with_where_to_act(window: Window) -> None:
    letter, request = table_of(Letter), table_of(Request)
    asked = {"token": "t", "year": 2022, "phase": "interview", "city": "suzhou", "attempt": 1, "by": "苏州"}
    at = {"at": instant("2022-02-07T08:00"), "as_of": instant("2022-02-07T08:00")}
    with window.database.write() as connection:
        some = connection.execute(letter.select().where(letter.c.kind == "passed").limit(3)).all()
        connection.execute(update(letter).where(letter.c.id == some[0].id).values(state="failed"))
        connection.execute(update(letter).where(letter.c.id.in_([one.id for one in some[1:]])).values(state="unknown"))
        connection.execute(insert(table_of(Suppressed)).values(address="x@x", since=at["at"], why="退信", by="x"))
        connection.execute(insert(table_of(Office)).values(office="yancheng", email="x@x"))
        bounce = {"digest": "d", "addresses": "", "reason": "退信", "since": at["at"]}
        connection.execute(insert(table_of(UnclearBounce)).values(bounce))
        connection.execute(insert(request).values(asked | at | {"until": date(2022, 2, 25), "reason": "疫情"}))
    page = window.as_(ADMIN).get("/2022").text
    links = {link.get("href") for link in html5lib.parse(page).iterfind(f".//{H}ul[@class='todo']//{H}a")}
    assert links == {
        "/2022/shortlist/yancheng",
        "/2022/tasks",
        "/2022/interview/suzhou",
        "/2022/letters?state=failed",
        "/2022/letters?state=unknown",
    }
    row = html5lib.parse(page).find(f".//{H}ul[@class='hands']")
    said = {link.get("href"): "".join(link.itertext()) for link in row.iterfind(f".//{H}a")}
    assert said == {
        "/2022/tasks#late": "1 项 逾期 催办或重新开放",
        "/2022/tasks#asked": "1 件 申请和异议 去答复",
        "/2022/tasks#letters": "4 件 函件待处理 去处理",
        "/2022/tasks#returned": "1 件 退信待核对 去核对",
    }
    badge = re.compile(r'<span class="badge">(\d+)<')
    assert [badge.findall(window.as_(ADMIN).get(f"/2022{at}").text) for at in ("", "/calendar", "/tasks")] == [
        ["7"]
    ] * 3
    ids = set(re.findall(r'id="(\w+)"', window.as_(ADMIN).get("/2022/tasks").text))
    assert {address.partition("#")[2] for address in said} <= ids, "each leads to where it stands"
    assert "疫情" not in page
    assert set(states(window.as_(ADMIN).get("/2022?only=hand").text)) == {"盐城", "苏州"}
    before = window.as_(ADMIN).get("/2022?as_of=2022-02-07T07:59").text
    assert "申请和异议" not in before


def test_who_may_only_look_is_told_to_look_and_finds_the_report(window: Window) -> None:
    page = window.as_(VIEWER).get("/2022").text
    row = html5lib.parse(page).find(f".//{H}ul[@class='hands']")
    assert {"".join(one.itertext()) for one in row.iterfind(f".//{H}span[@class='then']")} == {"查看"}
    assert "/2022/report.pdf" in Read.page(page).links
    assert f"/2022/report.pdf{AT}" in Read.page(window.as_(VIEWER).get(f"/2022{AT}").text).links


def test_where_nothing_needs_a_hand_there_is_no_row(window: Window) -> None:
    calm = window.as_(ADMIN).get("/2022?as_of=2022-01-22T10:00").text
    assert ('class="hands"' in calm, 'class="badge"' in calm) == (False, False)


def test_what_is_due_within_three_working_days_is_counted(window: Window) -> None:
    found = window.as_(ADMIN).get("/2022?as_of=2022-01-27T10:00").text
    assert re.findall(r"<b>(\d+)<small> 项</small></b> 3 个工作日内到期", found) == ["13"]
    soon = [len(states(window.as_(ADMIN).get(f"/2022?only=soon{at}").text)) for at in ("&as_of=2022-01-27T10:00", "")]
    assert soon == [13, 0]


def statements(path: Path, cities: int) -> Counter[str]:
    """What the page sends to the database, by its first word."""
    database = Database(f"sqlite:///{path}", BOOK)
    scene = Scene.begin(database, calendar(cities), at="2022-01-04T00:00")
    scene.advance("2022-01-04T09:00")
    with database.write(2022) as connection:
        letters = [letter.id for letter in connection.execute(table_of(Letter).select().limit(cities))]
        table = table_of(Letter)
        connection.execute(update(table).where(table.c.id.in_(letters)).values(state="failed"))
    window = Window(Site(database, Settings(base_url=BASE), SECRET))
    sent: Counter[str] = Counter()
    with database.write() as connection:
        row = {"name": ADMIN, "shown": "省办", "role": "admin", "made_by": "测试", "made_at": window.site.wall()}
        connection.execute(insert(table_of(Account)).values(row))
    browser = window.as_(ADMIN)

    def count(*said: object) -> None:
        sent[str(said[2]).split(None, 1)[0]] += 1

    event.listen(database.engine, "before_cursor_execute", count)
    page = browser.get("/2022").text
    event.remove(database.engine, "before_cursor_execute", count)
    database.dispose()
    assert len(states(page)) == cities
    return sent


def test_the_database_is_asked_as_often_for_many_cities_as_for_few(migrated_sqlite: Path, tmp_path: Path) -> None:
    few, many = (
        statements(Path(shutil.copy(migrated_sqlite, tmp_path / f"{cities}.db")), cities) for cities in (3, 40)
    )
    assert few == many


def test_a_rehearsal_that_is_played_on_is_shown_at_once(window: Window) -> None:
    browser = window.as_(ADMIN)
    assert "2022-02-07 周一 09:00" in browser.get("/2022").text
    with window.database.write(2022) as connection:
        set_clock(connection, 2022, instant("2022-02-07T09:00") + timedelta(days=1))
    assert '<span id="now">2022-02-08 周二 09:00</span>' in browser.get("/2022").text
