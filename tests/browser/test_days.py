"""Four people's days, each counted in clicks: the officer, a clerk with a phone, a leader, the first week's setting up.

What they cost is written down in decision 92; whoever makes a day longer changes it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from calendars import files
from tests.browser.conftest import Town
from tests.support.window import ADMIN, PACK, VIEWER, YEAR

pytestmark = pytest.mark.slow
COUNT = "addEventListener('pointerdown', () => { localStorage.clicks = 1 + Number(localStorage.clicks || 0); }, true);"
"""What presses are counted by, from page to page; a key is none."""


@contextmanager
def a_day(town: Town, name: str, width: int = 1440) -> Iterator[tuple[Page, list[int]]]:
    """A day that begins signed in; what it took stands in the list when it is over."""
    with town.context(width=width) as context:
        context.add_init_script(COUNT)
        page, took = town.sign_in(context, name), list[int]()
        page.evaluate("localStorage.clicks = 0")
        yield page, took
        took.append(int(page.evaluate("localStorage.clicks")))


def test_the_officer_reopens_what_is_late_and_the_clerk_files_it_by_phone(town: Town) -> None:
    with a_day(town, ADMIN) as (page, took):
        page.get_by_role("link", name="催办或重新开放").click()
        page.get_by_role("button", name="重新开放").click()
        page.get_by_label("新的截止日").fill("2022-02-10")
        page.get_by_label("事由").fill("测试场地疫情封控")
        page.get_by_role("button", name="预览").click()
        page.get_by_role("button", name="确认：为盐城重新开放面试名单").click()
        page.get_by_role("button", name="继续").click()
        expect(page.get_by_role("heading", name="待办", exact=True)).to_be_visible()
    assert took == [5]
    with a_day(town, "yancheng", 390) as (page, took):
        page.get_by_role("link", name="去办理").first.click()
        page.get_by_label("填好的《面试名单》").set_input_files(PACK / "yancheng" / "shortlist.xlsx")
        page.get_by_role("button", name="上传", exact=True).click()
        page.get_by_role("button", name="下一步：自查").click()
        page.get_by_role("button", name="下一步：报送").click()
        page.get_by_role("button", name="确认报送").click()
        expect(page.get_by_role("status").first).to_contain_text("通过")
    assert took == [5]


def test_a_leader_reads_who_is_late_and_why_and_takes_the_report_along(town: Town) -> None:
    with a_day(town, VIEWER) as (page, took):
        page.get_by_role("link", name="已逾期").first.click()
        expect(page.get_by_role("heading", name="盐城　面试名单")).to_be_visible()
        page.get_by_role("link", name="导出").click()
        assert page.get_by_role("link", name="一页情况报告").get_attribute("href") == f"/{YEAR}/report.pdf"
    assert took == [2]


def test_thirteen_mailboxes_are_registered_in_the_first_week(town: Town) -> None:
    rows = [f"{city.name}\t{city.slug}@city.example" for city in files.load(YEAR).cities]
    with a_day(town, ADMIN) as (page, took):
        page.get_by_role("link", name="待办").click()
        page.get_by_role("button", name="准备工作").click()
        page.locator(f"a[href='/{YEAR}/setup/offices']").first.click()
        page.get_by_label("从 Excel 复制后粘贴在这里").fill("\n".join(["城市\t邮箱", *rows]))
        page.get_by_role("button", name="预览粘贴或上传的").click()
        page.get_by_role("button", name="确认：登记 13 个市").click()
        expect(page.get_by_role("status").first).to_contain_text("13")
    assert took == [5]
