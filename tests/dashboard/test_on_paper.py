"""The window on a year opened in mid-season: the question on opening it, what is shown, and the workbooks filled in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from acts.advance import advance
from acts.load import load
from acts.on_paper import Paper
from acts.open_year import open_year
from calendars import files
from dashboard.serving.site import Site
from models import open_years
from models.columns import table_of
from models.database import Database
from models.tables.accounts import Account
from phases.book import BOOK
from settings import DashboardSettings, Settings
from tests.dashboard.test_acting import hidden
from tests.dashboard.test_rows import fields
from tests.support import ledger
from tests.support.filing import CITY, once, upload, workbook
from tests.support.reading import Read
from tests.support.scenes import stamp
from tests.support.window import ADMIN, BASE, PACK, SECRET, UNTIL, YEAR, Window

DONE = ("mentor-recommendation", "application", "shortlist")
CALENDAR = files.load(YEAR).source_text
LATE = stamp("2022-02-07T09:00")


@pytest.fixture
def empty(database_url: str) -> Iterator[Window]:
    """No year, an account of the province and one of a city."""
    database = Database(database_url, BOOK)
    window = Window(Site(database, Settings(base_url=BASE, dashboard=DashboardSettings(totp=False)), SECRET))
    with database.write() as connection:
        for name, role, city in ((ADMIN, "admin", None), (CITY, "city", CITY)):
            row = {"name": name, "shown": f"{name} 某", "role": role, "city": city}
            connection.execute(
                insert(table_of(Account)).values(row | {"made_by": "测试", "made_at": window.site.wall()})
            )
    yield window
    database.dispose()


@pytest.fixture
def late(empty: Window) -> Window:
    """The year opened on the morning of 7 February, everything up to the shortlist done on paper."""
    year = files.load(YEAR)
    assert open_year(empty.database, year, LATE, rehearsal=True, paper=Paper("shortlist", "会议纪要")).done
    advance(empty.database, YEAR, LATE)
    with empty.database.write(YEAR) as connection:
        open_years.set_clock(connection, YEAR, UNTIL)
    return empty


def fill_in(window: Window, *phases: str) -> None:
    for phase in phases:
        assert load(window.database, YEAR, phase, CITY, PACK / CITY / f"{phase}.xlsx", LATE).done


def here(phase: str) -> str:
    return f"/{YEAR}/{phase}/{CITY}"


def test_the_preview_asks_only_where_deadlines_lie_behind(empty: Window) -> None:
    admin = empty.as_(ADMIN)
    behind = admin.submit("/years/preview", shipped=str(YEAR)).text
    assert "已过截止日的（8 个阶段）" in behind
    assert '<option value="shortlist">面试名单（连同导师推荐、学生申报）</option>' in behind
    assert '<option value="none">线下没有办结的阶段</option>' in behind
    assert 'name="through"' not in admin.submit("/years/preview", shipped="2027").text


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "2022 年度已有 8 个阶段过了截止日"),
        ({"through": "shortlist", "reason": " "}, "请写明线下办结的依据"),
        ({"through": "shortlist", "reason": "长" * 501}, "依据请写在 500 字以内"),
    ],
)
def test_what_is_left_unsaid_is_asked_again_with_what_was_said(empty: Window, said: dict[str, str], why: str) -> None:
    answer = empty.as_(ADMIN).submit("/years", calendar=CALENDAR, once="a form", **said)
    assert (answer.status_code, why in answer.text) == (422, True)
    assert ('<option value="shortlist" selected>' in answer.text) is bool(said)
    assert ledger.everything(empty.database)["programme_year"] == []


SAID = {"through": "shortlist", "reason": "会议纪要", "start": "real"}


def test_the_answer_is_looked_at_with_phases_and_days_before_it_is_confirmed(empty: Window) -> None:
    admin = empty.as_(ADMIN)
    asked = admin.submit("/years/preview", shipped=str(YEAR))
    assert ("下一步：看各阶段和新的截止日" in asked.text, "确认：开设" in asked.text) == (True, False)
    before = ledger.fingerprint(empty.database)
    shown = admin.submit("/years/preview", calendar=CALENDAR, **SAID)
    assert ledger.fingerprint(empty.database) == before
    assert (shown.status_code, 'id="through"' in shown.text) == (200, False)
    lines = Read.page(shown.text).texts("li")
    assert "导师推荐 线下办结，记为已通过" in lines
    assert any(line.startswith("导师面试 截止 ") and "（日历为 2022-02-20，按规定顺延）" in line for line in lines)
    assert any(line.startswith("师生见面会 日历的截止日 2022-02-28 已过，前面的阶段通过后开放") for line in lines)
    answer = admin.submit("/years", **hidden(shown))
    said = admin.get(answer.headers["location"]).text
    foreseen = hidden(shown)["foreseen"].replace("将开设", "已开设", 1)
    assert foreseen in said
    again = admin.submit("/years/preview", calendar=CALENDAR, **SAID)
    assert ("已经开设，未作改动" in again.text, "开设之后各阶段" in again.text) == (True, False)


@pytest.mark.parametrize(
    "said", [{"through": "shortlist"}, {"reason": "依据"}, {"through": "nonsense", "reason": "依据"}]
)
def test_half_an_answer_is_not_looked_at(empty: Window, said: dict[str, str]) -> None:
    answer = empty.as_(ADMIN).submit("/years/preview", calendar=CALENDAR, **said)
    assert (answer.status_code, "开设之后各阶段" in answer.text) == (422, False)


def test_what_is_confirmed_after_the_days_have_moved_is_looked_at_again(empty: Window) -> None:
    admin = empty.as_(ADMIN)
    shown = hidden(admin.submit("/years/preview", calendar=CALENDAR, **SAID))
    stale = admin.submit("/years", **shown | {"foreseen": f"{shown['foreseen']}（昨天）"})
    assert (stale.status_code, "预览之后情况有了变化，没有办理。" in stale.text) == (422, True)
    assert ledger.everything(empty.database)["programme_year"] == []
    for _ in range(2):
        assert admin.submit("/years", **hidden(stale)).is_redirect
    assert len(ledger.everything(empty.database)["programme_year"]) == 1


def test_a_phase_that_there_is_not_is_refused_on_the_page(empty: Window) -> None:
    answer = empty.as_(ADMIN).submit("/years", calendar=CALENDAR, once="a form", through="nonsense", reason="依据")
    assert (answer.status_code, "没有名为“nonsense”的阶段" in answer.text) == (422, True)


def test_it_is_opened_once_with_what_was_done_and_that_is_on_record(empty: Window) -> None:
    admin = empty.as_(ADMIN)
    token = once(admin.submit("/years/preview", shipped=str(YEAR)).text)
    for _ in range(2):
        answer = admin.submit("/years", calendar=CALENDAR, once=token, **SAID)
        assert "线下办结的阶段：导师推荐、学生申报、面试名单" in admin.get(answer.headers["location"]).text
    assert ledger.log(empty.database) == [("on-paper", "waiting", "passed", False)] * 39
    assert ledger.letters(empty.database) == []
    assert "会议纪要" in admin.get("/audit").text
    again = admin.submit("/years", calendar=CALENDAR, once="another form", start="real")
    assert "已经开设，未作改动" in admin.get(again.headers["location"]).text


def test_every_page_says_that_it_was_done_on_paper(late: Window) -> None:
    admin = late.as_(ADMIN)
    matrix = Read.page(admin.get(f"/{YEAR}").text).tables[0]
    assert {row[1] for row in matrix[1:]} == {"✓已通过◇线下办理"}
    assert {row[4].partition("剩")[0] for row in matrix[1:]} == {"○进行中"}
    (table, *_) = Read.page(admin.get(f"/{YEAR}/shortlist").text).tables
    assert {(row[1], row[4], row[6]) for row in table[1:]} == {("✓已通过", "—", "线下办理")}
    page = Read.page(admin.get(here("shortlist")).text)
    assert "“面试名单”已在线下办结，报送表可以补录。" in page.texts("p")
    assert "不经系统报送" in page.texts("dd")
    assert any(said.startswith("2022-02-07") and said.endswith("（线下办理）") for said in page.texts("dd"))
    assert "本阶段在线下办理，还没有补录内容。" in page.texts("p")
    assert any("线下办理 未开放 → 已通过" in line and "会议纪要" in line for line in page.texts("li"))
    assert "按时" not in admin.get(here("shortlist")).text
    assert "“面试名单”已在线下办结" in late.as_(CITY).get(f"/{YEAR}/cities/{CITY}").text
    entries = admin.get(f"/api/v1/years/{YEAR}/status?city={CITY}").json()["cities"][0]["phases"]
    assert [each["on_paper"] for each in entries] == [*[True] * 3, *[False] * 5]
    assert "线下办理" in admin.get(f"/{YEAR}/log").text


def test_exports_and_the_report_say_it_too(late: Window) -> None:
    admin = late.as_(ADMIN)
    for name in ("matrix", "log"):
        assert "线下办理" in admin.get(f"/{YEAR}/exports/{name}.csv").content.decode("utf-8-sig")


def test_the_city_and_the_province_may_fill_it_in_by_the_page(late: Window) -> None:
    for name, phase in ((ADMIN, DONE[0]), (CITY, DONE[1])):
        browser = late.as_(name)
        page = browser.get(here(phase)).text
        assert "补录线下办理的内容" in page
        assert "本阶段已在线下办结：请补录当时的内容" in page
        answer = upload(browser, workbook(f"{CITY}/{phase}.xlsx"), here(phase))
        assert answer.status_code == 200
        assert "本阶段在线下办理，状态不变，不为它发函件；各项规定均符合。" in answer.text
        assert "下一步：自查" not in answer.text
        after = browser.get(here(phase)).text
        assert "以下按补录的内容列出，只供查阅，不影响通过。" in after
        assert "第 1 次补录" in after
        assert "补录的内容。" in browser.get(f"{here(phase)}/filed").text


def test_what_must_be_filled_in_first_is_said_in_place_of_the_upload(late: Window) -> None:
    city = late.as_(CITY)
    wanted = "“学生申报”、“面试名单”在线下办理，内容尚未导入，无从核对"
    page = city.get(here("interview")).text
    assert wanted in page
    assert f'<a href="{here("application")}">去补录“学生申报”</a>' in page
    assert 'name="workbook"' not in page
    assert wanted in late.as_(ADMIN).get(here("interview")).text
    assert wanted in upload(city, workbook(f"{CITY}/interview.xlsx"), here("interview")).text
    fill_in(late, *DONE)
    page = city.get(here("interview")).text
    assert "去补录" not in page
    assert 'name="workbook"' in page


def test_rows_are_typed_on_the_page_too(late: Window) -> None:
    fill_in(late, *DONE)
    city, where = late.as_(CITY), f"{here('shortlist')}/rows"
    answer = city.submit(where, do="save", **(fields(city.get(where).text) | {"2.score": "84.5"}))
    assert answer.headers["location"].endswith("said=saved")
    assert ledger.log(late.database, phase="shortlist", city=CITY)[-1] == ("backfill", "passed", "passed", False)


def test_the_report_card_of_the_api_says_that_it_is_for_information(late: Window) -> None:
    fill_in(late, *DONE)
    card = late.as_(CITY).get(f"/api/v1/years/{YEAR}/phases/shortlist/cities/{CITY}/why").json()
    assert (card["passed"], card["on_paper"], len(card["rules"])) == (True, True, 2)
