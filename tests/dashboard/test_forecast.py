"""将要写的函件: the province reads what is to go out before it is written."""

from __future__ import annotations

from tests.support import ledger
from tests.support.reading import Read
from tests.support.window import ADMIN, VIEWER, Window

PAGE = "/2022/forecast"


def test_the_province_reads_each_letter_before_it_is_written(window: Window) -> None:
    before = ledger.everything(window.database)["letter"]
    page = Read.page(window.as_(VIEWER).get(PAGE).text)
    (table,) = page.tables
    assert [row[0] for row in table[1:]] == ["2022-02-08 09:00"]
    assert table[1][1].startswith("省级管理办公室 待办日报2月8日待办：逾期 1")
    assert "应于2022年1月30日 24:00 前报送，已逾期 9 天" in table[1][1]
    assert ledger.everything(window.database)["letter"] == before


def test_a_city_is_shown_none_and_the_letters_lead_to_it(window: Window) -> None:
    assert window.as_("yancheng").get(PAGE).status_code == 404
    assert PAGE in Read.page(window.as_(ADMIN).get("/2022/letters").text).links
    assert PAGE not in Read.page(window.as_("yancheng").get("/2022/letters").text).links
