"""交接单 on the page: the province's whole, a city's own, at any instant."""

from __future__ import annotations

from tests.support.reading import Read
from tests.support.window import ADMIN, VIEWER, Window

PAGE = "/2022/handover"


def test_the_province_reads_what_waits_and_whom_to_call(window: Window) -> None:
    page = Read.page(window.as_(ADMIN).get(PAGE).text)
    waiting, people = page.tables[-2:]
    assert [row[:3] for row in waiting[1:]] == [["盐城市办", "盐城 面试名单", "逾期未报送"]]
    assert waiting[1][3] == "2022-01-30 周日 24:00"
    assert people[1:] == [["省办", "示例", "000-00000000", "province@office.example"]]
    assert page.texts("p")[-1].startswith("没有登记联系人的：南京市办、无锡市办、")
    assert PAGE in Read.page(window.as_(ADMIN).get("/2022/tasks").text).links


def test_as_of_a_past_instant_it_says_what_waited_then(window: Window) -> None:
    text = window.as_(VIEWER).get(f"{PAGE}?as_of=2022-01-16T10:00").text
    waiting = Read.page(text).tables[-2]
    assert ["扬州市办", "扬州 导师推荐", "逾期未报送"] in [row[:3] for row in waiting[1:]]
    assert "过去的时刻不列" in text


def test_a_city_reads_its_own_alone(window: Window) -> None:
    own, other = (window.as_(city).get(PAGE).text for city in ("yancheng", "nanjing"))
    assert ("逾期未报送" in own, "逾期未报送" in other, "盐城" in other) == (True, False, False)
    assert PAGE in Read.page(window.as_("yancheng").get("/2022/cities/yancheng").text).links
