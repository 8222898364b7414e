"""A late city from first to last, as its two offices live it, each in its own browser, by scripts or without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from models.columns import table_of
from models.tables.season import CityPhase
from tests.support.filing import CITY, HERE, spoilt
from tests.support.window import PACK, PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Town

pytestmark = pytest.mark.slow


def others(town: Town) -> list[tuple[object, ...]]:
    """Where the other twelve stand, to the last column."""
    table = table_of(CityPhase)
    with town.site.database.read() as connection:
        rows = connection.execute(table.select().where(table.c.city != CITY).order_by(table.c.id))
        return [tuple(row) for row in rows]


def rerun_the_late_city(page: Page) -> None:
    """The province finds it in the matrix, asks for its rerun, reads what would happen, and confirms."""
    page.get_by_role("table").get_by_role("link", name=re.compile("已逾期")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("面试名单")
    page.get_by_role("link", name="重新开放").or_(page.get_by_role("button", name="重新开放")).first.click()
    page.get_by_label("新的截止日").fill("2022-02-10")
    page.get_by_label("事由").fill("测试场地疫情封控")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("12 个市的状态、截止日、函件和记录逐行比对，没有一行变化")).to_be_visible()
    page.get_by_role("button", name="确认：为盐城重新开放面试名单，截止 2022-02-10 24:00").click()
    expect(page.get_by_role("status")).to_contain_text("已重新开放（第 2 轮）")


def send(page: Page, workbook: Path) -> None:
    page.goto(f"{HERE}/workbook")
    page.get_by_label("填好的《面试名单》").set_input_files(workbook)
    page.get_by_role("button", name="上传", exact=True).click()


def file_it(page: Page, folder: Path) -> None:
    """The city sends a faulty workbook, reads its faults, sends the mended one, tries it, and files."""
    faulty = folder / "faulty.xlsx"
    faulty.write_bytes(spoilt(D2="九十"))
    send(page, faulty)
    expect(page.get_by_role("row", name="2 测试成绩 九十 不是数字 应为 0–100 的数")).to_be_visible()
    send(page, PACK / CITY / "shortlist.xlsx")
    expect(page.get_by_role("status").first).to_contain_text("盐城《面试名单》已导入 38 行")
    page.get_by_role("button", name="下一步：自查").click()
    page.get_by_role("button", name="下一步：报送").click()
    page.get_by_role("button", name="确认报送").click()
    expect(page.get_by_role("status")).to_contain_text("通过")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_late_city_from_first_to_last(town: Town, tmp_path: Path, *, scripts: bool) -> None:
    before = others(town)
    with town.context(scripts=scripts) as context:
        province = town.sign_in(context, "admin")
        rerun_the_late_city(province)
        assert others(town) == before
    with town.context(scripts=scripts) as context:
        city = town.sign_in(context, CITY)
        file_it(city, tmp_path)
        city.goto("/2022/interview/yancheng")
        expect(city.get_by_text("进行中").first).to_be_visible()
        city.goto("/2022/letters")
        city.get_by_role("link", name=re.compile("补报")).first.click()
        expect(city.get_by_text("测试场地疫情封控").first).to_be_visible()
    assert others(town) == before


FOCUSED = """() => {
  const at = document.activeElement;
  return at?.matches("a, button, input, select, textarea") ? at.labels?.[0]?.innerText || at.innerText : "";
}"""
MOST_TABS = 120


def reach(page: Page, words: str) -> None:
    """Go on with the tab key until the focus is on what says so, and can be seen to be there."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if words in page.evaluate(FOCUSED):
            assert page.evaluate("() => document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"the tab key never comes to “{words}” on {page.url}")


def test_the_late_city_is_rerun_by_keyboard_alone(town: Town) -> None:
    with town.context() as context:
        page = context.new_page()
        page.goto("/sign-in")
        page.wait_for_function("document.activeElement?.matches('input')")  # a busy browser focuses after it has loaded
        page.keyboard.type("admin")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/2022")
        reach(page, "已逾期")
        page.keyboard.press("Enter")
        page.wait_for_url("**/shortlist/yancheng")
        reach(page, "重新开放")
        page.keyboard.press("Enter")
        page.wait_for_url("**/acts/rerun*")
        page.get_by_label("新的截止日").fill("2022-02-10")  # how a date is typed is the browser's own affair
        reach(page, "事由")
        page.keyboard.type("测试场地疫情封控")
        reach(page, "预览")
        page.keyboard.press("Enter")
        page.wait_for_url("**/acts/rerun/preview")
        reach(page, "确认：为盐城重新开放面试名单")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("已重新开放（第 2 轮）")
