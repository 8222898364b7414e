from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.columns import table_of
from models.tables.season import Transition
from tests.support.reading import Read
from tests.support.window import ADMIN, Window

LOG = "/2022/log"


def rows(window: Window, query: str = "", name: str = ADMIN) -> list[list[str]]:
    answer = window.as_(name).get(LOG + query)
    assert answer.status_code == 200, answer.text
    tables = Read.page(answer.text).tables
    return tables[0][1:] if tables else []


def test_the_log_comes_newest_first_a_page_at_a_time_and_loses_nothing(window: Window) -> None:
    with window.database.read() as connection:
        every = connection.execute(select(func.count()).select_from(table_of(Transition))).scalar_one()
    pages = [rows(window, f"?page={number}") for number in range(1, -(-every // 50) + 1)]
    listed = [row for page in pages for row in page]
    assert len(listed) == every
    assert [row[0] for row in listed] == sorted((row[0] for row in listed), reverse=True)


def test_the_log_is_filtered_by_city_phase_event_and_by_what_was_refused(window: Window) -> None:
    assert [row[1:6] for row in rows(window, "?refused=1")] == [
        ["扬州", "导师推荐", "报送（未获准）", "—", "扬州市管理办公室"],
        ["徐州", "导师推荐", "导入（未获准）", "—", "徐州市管理办公室"],
    ]
    assert [row[1:] for row in rows(window, "?event=rerun&city=yangzhou&phase=mentor-recommendation")] == [
        ["扬州", "导师推荐第 2 轮", "重新开放", "已逾期 → 进行中", "省级管理办公室", "系统迁移，延期两日"]
    ]
    assert rows(window, "?event=withdraw") == []
    assert {row[5] for event in ("open", "lapse") for row in rows(window, f"?event={event}")} == {"系统"}


@pytest.mark.parametrize("query", ["", "?city=nanjing", "?phase=application&city=wuxi", "?refused=1"])
def test_a_city_reads_its_own_log_alone(window: Window, query: str) -> None:
    assert {row[1] for row in rows(window, query, "yancheng")} <= {"盐城"}


def test_the_past_knows_nothing_of_what_came_later(window: Window) -> None:
    assert [row[0] for row in rows(window, "?as_of=2022-01-11T10:00&city=yancheng")] == [
        "2022-01-11 周二 10:00",
        "2021-12-31 周五 00:00",
    ]


def test_nobody_reads_the_log_unasked(window: Window) -> None:
    assert window.as_(None).get(LOG).headers["location"] == "/sign-in?next=/2022/log"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/99999999999999999999/log", 404),
        ("/2022/log?as_of=0001-01-01T00:00", 200),
        ("/2022/log?as_of=9999-12-31T23:59-12:00", 200),
        ("/2022/log?page=1000000", 200),
    ],
)
def test_an_address_that_no_calendar_knows_breaks_nothing(window: Window, address: str, status: int) -> None:
    assert window.as_(ADMIN).get(address).status_code == status
