"""得知的截止日: what one recipient was told, to whoever may read its letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from acts.beliefs import beliefs
from acts.extend import extend
from dashboard.pages import days_told
from models.columns import table_of
from models.tables.season import Letter
from tests.support.mailboxes import Mailboxes
from tests.support.reading import Read
from tests.support.scenes import instant, stamp
from tests.support.window import ADMIN, VIEWER, Window

if TYPE_CHECKING:
    from acts.beliefs import Belief

PAGE = "/2022/told"


@pytest.fixture(autouse=True)
def posted(window: Window) -> None:
    Mailboxes().post(window.database, instant("2022-02-07T09:00"))


def rows(window: Window, name: str, query: str = "") -> list[list[str]]:
    (table,) = Read.page(window.as_(name).get(PAGE + query).text).tables
    return [row[:3] for row in table[1:]]


YANCHENG = [
    ["盐城 导师推荐", "2022-01-15", "已办结"],
    ["盐城 学生申报", "2022-01-20", "已办结"],
    ["盐城 面试名单", "2022-01-30", "相同"],
]


def test_a_city_reads_what_it_was_told_and_the_province_of_everybody(window: Window) -> None:
    assert rows(window, "yancheng") == YANCHENG
    assert rows(window, ADMIN, "?party=city:yancheng") == rows(window, VIEWER, "?party=city:yancheng") == YANCHENG
    letter = table_of(Letter)
    with window.database.read() as connection:
        mentor = connection.execute(
            select(letter.c.recipient).where(letter.c.recipient.startswith("mentor:"), letter.c.kind == "opened")
        ).scalar()
    assert rows(window, ADMIN, f"?party={mentor}")


def test_the_province_sees_in_one_place_who_goes_by_a_day_that_does_not_hold(window: Window) -> None:
    """Left out on record, or not told yet; each until he is told."""
    assert "各方所知的截止日都是现行的。" in window.as_(ADMIN).get(PAGE).text
    given = (window.database, 2022, "interview", ["nanjing"], stamp("2022-02-07T09:00"))
    assert extend(*given, until=date(2022, 3, 1), reason="暴雪", untold="各方均已在场得知").done
    (table,) = Read.page(window.as_(ADMIN).get(PAGE).text).tables
    whom, about, told, holds = zip(*(row[:4] for row in table[1:]), strict=True)
    assert {one.partition(" #")[0] for one in whom} == {"南京市管理办公室", "导师"}
    assert ({*about}, {*told}) == ({"南京 导师面试"}, {"2022-02-20", "2022-02-16"})
    assert all("不另行通知" in one for one in holds)
    assert "南京" not in window.as_("yancheng").get(PAGE).text


def test_at_a_past_instant_it_is_what_was_known_then(window: Window) -> None:
    assert rows(window, "yancheng", "?as_of=2022-01-10T10:00") == [["盐城 导师推荐", "2022-01-15", "相同"]]


@pytest.mark.parametrize("party", ["city:wuxi", "mentor:1", "lead", "province", "city:nowhere", "dean:1"])
def test_another_s_letters_are_not_there(window: Window, party: str) -> None:
    assert window.as_("yancheng").get(f"{PAGE}?party={party}").status_code == 404


def test_the_day_of_a_second_part_has_a_row_of_its_own(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """The played season ends before there is one."""

    def with_second(*asked: Any) -> list[Belief]:  # noqa: ANN401
        return [each for one in beliefs(*asked) for each in (one, replace(one, second=True, holds=date(2022, 3, 1)))]

    monkeypatch.setattr(days_told, "beliefs", with_second)
    assert rows(window, "yancheng")[-1] == ["盐城 面试名单（后交部分）", "2022-01-30", "2022-03-01"]


def test_a_letter_leads_to_what_its_recipient_knows(window: Window) -> None:
    letter = table_of(Letter)
    with window.database.read() as connection:
        number = connection.execute(select(letter.c.id).where(letter.c.recipient == "city:yancheng")).scalar()
    links = Read.page(window.as_(ADMIN).get(f"/2022/letters/{number}").text).links
    assert f"{PAGE}?party=city:yancheng" in links
