"""The late city, found and rerun in a browser, with and without scripts; no act's page bars anybody."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page
from sqlalchemy import insert

from acts.book import ACTS
from models.columns import table_of
from models.tables.city_requests import Request
from tests.browser.conftest import Town
from tests.support.barriers import LOOKS, barriers
from tests.support.differing_address import differ

pytestmark = pytest.mark.slow
LARGEST = 100_000


def faults(page: Page) -> list[str]:
    """What is wrong with the page that is shown, in all four looks."""
    weight = len(page.content().encode())
    heavy = [f"{page.url}: {weight} bytes"] if weight > LARGEST else []
    return heavy + barriers(page, LOOKS)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_late_city_is_rerun(town: Town, *, scripts: bool) -> None:
    with town.context(scripts=scripts) as context:
        page = town.sign_in(context, "admin")
        page.get_by_role("link", name="待办").click()
        page.get_by_role("checkbox", name="盐城").check()
        page.get_by_role("button", name="重新开放").click()
        page.get_by_label("新的截止日").fill("2022-02-10")
        page.get_by_role("button", name="预览").click()
        assert "事由：请填写。" in page.get_by_role("alert").inner_text()
        page.get_by_label("事由").fill("疫情封控，测试推迟")
        page.get_by_role("button", name="预览").click()
        row = page.get_by_role("row").filter(has_text="面试名单")
        assert row.inner_text().split("\t") == [
            "盐城",
            "面试名单",
            "已逾期，截止 2022-01-30",
            "→ 进行中，第 2 轮，截止 2022-02-10",
        ]
        page.get_by_role("button", name="确认：为盐城重新开放面试名单，截止 2022-02-10 24:00").click()
        assert "已重新开放（第 2 轮）" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize("width", [1440, 390])
def test_an_extension_is_taken_back_without_scripts(town: Town, width: int) -> None:
    with town.context(width=width, scripts=False) as context:
        page = town.sign_in(context, "admin")
        page.goto("/2022/acts/extend?phase=interview&city=nanjing")
        page.get_by_label("新的截止日").fill("2022-03-01")
        page.get_by_label("事由").fill("暴雪")
        page.get_by_role("button", name="预览").click()
        page.get_by_role("button", name="确认：").click()
        page.get_by_role("button", name="继续").click()
        assert "刚才办理：把南京的导师面试延期至 2022-03-01 24:00" in page.inner_text("main")
        page.get_by_role("button", name="撤销").click()
        page.get_by_role("button", name="确认：更正南京导师面试误办的延期").click()
        assert "截止日由 2022-03-01 更正为" in page.get_by_role("status").inner_text()
        assert not page.get_by_role("button", name="撤销").count()


def test_no_page_of_an_act_bars_anybody(town: Town) -> None:
    now = town.site.now(town.site.year(2022))
    row = {"token": "t", "year": 2022, "phase": "shortlist", "city": "yancheng", "attempt": 1, "reason": "封控"}
    with town.site.database.write() as connection:
        signed = {"until": date(2022, 2, 12), "by": "盐城", "at": now, "as_of": now}
        connection.execute(insert(table_of(Request)).values(row | signed))
    _, number = differ(town.site)
    with town.context() as context:
        page = town.sign_in(context, "admin")
        wrong = []
        for address in (
            "/2022/tasks",
            "/years",
            *(f"/2022/acts/{act}" for act, one in ACTS.items() if one.by == "province"),
        ):
            page.goto(address)
            wrong += faults(page)
        queries = ("rerun?phase=shortlist&city=yancheng", "answer?request=1", "waive?phase=interview", "extend")
        for query in (*queries, f"address?difference={number}"):
            page.goto(f"/2022/acts/{query}")
            wrong += faults(page)
        page.goto("/2022/acts/amend")
        page.get_by_label("导师面试截止").fill("2022-02-25")
        page.get_by_label("事由").fill("省厅通知")
        page.get_by_role("button", name="预览").click()
        wrong += faults(page)
        page.goto("/years")
        page.get_by_role("button", name="预览").click()
        wrong += faults(page)
        page.get_by_label("线下已经办结到").select_option("none")
        page.get_by_label("依据或缘由").fill("试验")
        page.get_by_label("正式开设").check()
        page.get_by_role("button", name="下一步").click()
        assert "这个数据库里有演练年度" in page.get_by_role("status").inner_text()
        assert wrong + faults(page) == []
