"""为什么没有收到: what became of a letter that somebody expected, to whoever may know it."""

from __future__ import annotations

import re

import pytest

from tests.support.reading import Read
from tests.support.window import ADMIN, VIEWER, Window

PAGE = "/2022/shortlist/yancheng/expected"


def rows(window: Window, name: str, query: str = "") -> list[str]:
    (table,) = Read.page(window.as_(name).get(PAGE + query).text).tables
    return [row[1] for row in table[1:]]


def test_it_says_what_was_written_what_is_to_come_and_why_there_is_none(window: Window) -> None:
    late = rows(window, ADMIN, "?kind=overdue")
    assert late == [
        "逾期催办已经写好，等待投递。",
        "每周再次催办尚未到时间：2022年2月14日09:00，届时仍需告知的即发。",
    ]
    assert rows(window, ADMIN, "?party=lead&kind=escalation") == [
        "督办尚未到时间：2022年2月9日09:00，届时仍需告知的即发。"
    ]


def test_a_city_asks_for_its_own_office_and_parties_alone(window: Window) -> None:
    found = re.search(r'value="(mentor:\d+)"', window.as_("yancheng").get(PAGE).text)
    assert found
    assert rows(window, "yancheng", f"?party={found[1]}&kind=passed")
    for party in ("province", "lead", "city:wuxi", "mentor:1", "dean:1"):
        assert window.as_("yancheng").get(f"{PAGE}?party={party}").status_code == 404


def test_who_only_looks_chooses_parties_by_their_number(window: Window) -> None:
    named = {
        name: re.findall(r'value="mentor:\d+"[^>]*>([^<]*)', window.as_(name).get(PAGE).text)
        for name in (ADMIN, VIEWER)
    }
    assert named[ADMIN]
    assert not any("#" in one for one in named[ADMIN])
    assert {one.rstrip("0123456789") for one in named[VIEWER]} == {"导师 #"}


@pytest.mark.parametrize("query", ["?kind=digest", "?party=dean:1", "?party=mentor"])
def test_what_nobody_can_ask_is_not_there(window: Window, query: str) -> None:
    assert window.as_(ADMIN).get(PAGE + query).status_code == 404


def test_the_page_of_a_letter_and_of_a_city_phase_lead_to_it(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert PAGE in Read.page(admin.get("/2022/shortlist/yancheng").text).links
    (letter,) = (link for link in Read.page(admin.get(f"{PAGE}?kind=overdue").text).links if "/letters/" in link)
    assert f"{PAGE}?party=city:yancheng&kind=overdue" in Read.page(admin.get(letter).text).links
