"""A city's report card on paper: one page, with what mends the filing, for whoever may read it on the screen."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from dashboard.exports.printed_card import TEMPLATE, facts
from dashboard.exports.status_report import render
from dashboard.views.history import Filed, GateCard, Ruled
from tests.support.window import ADMIN, UNTIL, VIEWER, Window

CARD = "/2022/mentor-recommendation/xuzhou/card.pdf"


def read(pdf: bytes) -> tuple[int, str]:
    pages = PdfReader(BytesIO(pdf)).pages
    return len(pages), "".join(page.extract_text() for page in pages).replace(" ", "").replace("\n", "")


@pytest.mark.parametrize("name", [ADMIN, VIEWER, "xuzhou"])
def test_a_card_says_on_one_page_what_was_found_and_what_mends_it(window: Window, name: str) -> None:
    browser = window.as_(name)
    answer = browser.get(f"{CARD}?as_of=2022-01-13T12:00")
    pages, text = read(answer.content)
    assert (answer.headers["content-type"], pages) == ("application/pdf", 1)
    wanted = (
        "徐州市导师推荐核验结果",
        "第1次报送",
        "市办报送的系统核验：未通过",
        "修改意见",
        "市级管理办公室：1名导师",
        "4/5",
    )
    assert [part for part in wanted if part not in text] == []
    _, later = read(browser.get(CARD).content)
    assert [part for part in ("第2次报送", "通过", "豁免", "青年骨干，省办同意") if part not in later] == []
    assert CARD in browser.get("/2022/mentor-recommendation/xuzhou").text


def test_what_is_anothers_or_was_never_filed_is_not_there(window: Window) -> None:
    assert window.as_("nanjing").get(CARD).status_code == 404
    assert window.as_(ADMIN).get("/2022/interview/nanjing/card.pdf").status_code == 404
    assert "card.pdf" not in window.as_(ADMIN).get("/2022/interview/nanjing").text


def test_the_longest_card_still_fits_one_page(window: Window) -> None:
    year = window.site.year(2022).year
    rule = Ruled("学生材料", "五(一)", "必须", "!", "不符", "12 人", "65 人", "请补齐材料" * 20, "")
    when: datetime = UNTIL
    cards = tuple(
        GateCard(title, passed=False, by="南京", as_of=when, rules=(rule,) * 20) for title in ("一", "二", "三")
    )
    filed = Filed(3, 2, cards)
    said = facts(year, year.phase("year-end"), year.city("nanjing"), filed, when, on_paper=False, tried=True)
    pages, text = read(render(said, TEMPLATE))
    assert (pages, "第3次报送（第2轮）（试运行，不作数）" in text) == (1, True)
