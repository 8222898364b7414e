from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pytest

from calendars.deadlines import TZ
from dashboard.signing_in.reader import Reader, Role
from dashboard.views import todo
from gates.states import State
from models.city_requests import CityRequest
from models.reports import Matrix
from tests.support.made import YANCHENG, matrix

FIRST, SECOND, THIRD = "mentor-recommendation", "application", "shortlist"
PASSED = dict.fromkeys((FIRST, SECOND), State.PASSED)
LATE = "“面试名单”已于 2022-01-30（周日）截止，逾期 8 天："
SEVEN = dict.fromkeys((FIRST, SECOND, THIRD, "interview", "meeting", "midterm", "year-end"), State.PASSED)


CITY = Reader(1, YANCHENG, "某", Role.CITY, YANCHENG, "", "")
PROVINCE = Reader(2, "viewer", "某", Role.VIEWER, None, "", "")


def asked(attempt: int = 1) -> CityRequest:
    until, at = date(2022, 2, 15), datetime(2022, 2, 5, 10, tzinfo=TZ)
    return CityRequest(1, "later-day", 2022, THIRD, YANCHENG, attempt, until, None, "封控", "盐城", at, None)


def summary(found: Matrix, reader: Reader = CITY, made: CityRequest | None = None) -> str:
    city, given = found.cities[YANCHENG], {THIRD: made} if made else {}
    return todo.summary(found.year, todo.tasks(found.year, city, found.as_of, reader, given), city, reader)


@pytest.mark.parametrize(
    ("as_of", "states", "said"),
    [
        (
            "2022-02-07T09:00",
            {**PASSED, THIRD: State.OVERDUE},
            (
                "“面试名单”已于 2022-01-30（周日）截止，逾期 8 天，现在不能报送："
                "请向省级管理办公室申请延期，重新开放之后即可报送。"
            ),
        ),
        (
            "2022-01-28T09:00",
            {**PASSED, THIRD: State.RETURNED},
            "“面试名单”被退回：请按核验结果逐条修改，在 2022-01-30（周日）24:00 前重新报送（剩 2 个工作日）。",
        ),
        (
            "2022-01-30T09:00",
            {**PASSED, THIRD: State.OPEN},
            "请在 2022-01-30（周日）24:00 前报送“面试名单”（今天截止）。",
        ),
        (
            "2022-01-12T09:00",
            {FIRST: State.SUBMITTED},
            "“导师推荐”已经报送，正等待省级管理办公室审定（期限 2022-01-18（周二）），目前无需办理。",
        ),
        (
            "2022-01-20T09:00",
            PASSED,
            "现在没有要办的事。“面试名单”尚未开放：须到2022-01-21（周五），方可开放。",
        ),
        (
            "2022-11-28T09:00",
            {**SEVEN, "cultivation": State.OPEN},
            "“学生培养”正在进行：请随时记录培养情况；2022-12-01（周四）起可以报送，2022-12-31（周六）24:00 截止。",
        ),
        (
            "2022-12-01T09:00",
            {**SEVEN, "cultivation": State.OPEN},
            "请在 2022-12-31（周六）24:00 前报送“学生培养”（剩 21 个工作日）。",
        ),
        ("2022-12-31T09:00", {**SEVEN, "cultivation": State.PASSED}, "2022 年度各阶段均已通过，没有要办的事。"),
        ("2022-12-31T09:00", {**SEVEN, "cultivation": State.WITHDRAWN}, "本市已退出 2022 年度，没有要办的事。"),
    ],
)
def test_a_city_is_told_in_one_sentence_what_to_do_and_by_when(
    as_of: str, states: Mapping[str, State], said: str
) -> None:
    assert summary(matrix(as_of, states, filed="2022-01-11T10:00")) == said


@pytest.mark.parametrize(
    ("as_of", "state", "made", "said"),
    [
        (
            "2022-02-07T09:00",
            State.OVERDUE,
            None,
            f"{LATE}该市尚未申请延期；由省级管理办公室重新开放之后方可报送。",
        ),
        (
            "2022-02-07T09:00",
            State.OVERDUE,
            asked(),
            (
                "“面试名单”已于 2022-01-30（周日）截止，逾期 8 天："
                "该市已于 2022-02-05（周六）申请延期至 2022-02-15（周二），待省级管理办公室答复。"
            ),
        ),
        (
            "2022-02-07T09:00",
            State.OVERDUE,
            asked(attempt=2),
            f"{LATE}该市尚未申请延期；由省级管理办公室重新开放之后方可报送。",
        ),
        (
            "2022-01-28T09:00",
            State.RETURNED,
            None,
            "“面试名单”已退回该市修改，须在 2022-01-30（周日）24:00 前重新报送（剩 2 个工作日）。",
        ),
        ("2022-01-30T09:00", State.OPEN, None, "该市须在 2022-01-30（周日）24:00 前报送“面试名单”（今天截止）。"),
        (
            "2022-01-20T09:00",
            State.WAITING,
            None,
            "该市现在没有要办的事。“面试名单”尚未开放：须到2022-01-21（周五），方可开放。",
        ),
        ("2022-01-28T09:00", State.SUBMITTED, None, "“面试名单”已经报送，正等待系统核验。"),
    ],
)
def test_the_province_is_told_of_the_same_state_what_it_means_for_the_office(
    as_of: str, state: State, made: CityRequest | None, said: str
) -> None:
    assert summary(matrix(as_of, {**PASSED, THIRD: state}), PROVINCE, made) == said


def test_a_city_that_asked_is_told_when_and_that_it_waits() -> None:
    late = summary(matrix("2022-02-07T09:00", {**PASSED, THIRD: State.OVERDUE}), CITY, asked())
    assert late == (
        "“面试名单”已于 2022-01-30（周日）截止，逾期 8 天，现在不能报送："
        "已于 2022-02-05（周六）申请延期至 2022-02-15（周二），正等省级管理办公室答复，重新开放之后即可报送。"
    )
    due = summary(matrix("2022-01-30T09:00", {**PASSED, THIRD: State.OPEN}), CITY, asked())
    assert due == (
        "请在 2022-01-30（周日）24:00 前报送“面试名单”（今天截止）。"
        "已于 2022-02-05（周六）申请延期至 2022-02-15（周二），正等省级管理办公室答复。"
    )


def test_what_is_late_comes_before_what_is_due_and_the_rest_is_named_beside() -> None:
    midterm_late = {**SEVEN, "cultivation": State.OPEN, "midterm": State.OVERDUE, "year-end": State.OPEN}
    found = matrix("2022-12-05T09:00", midterm_late, until={"year-end": date(2022, 12, 9)})
    tasks = todo.tasks(found.year, found.cities[YANCHENG], found.as_of, CITY, {})
    assert [todo.first(tasks).phase, *(task.phase for task in todo.others(tasks))] == [
        "midterm",
        "cultivation",
        "year-end",
    ]


def test_a_passed_phase_is_never_what_a_waiting_city_reads_first() -> None:
    found = matrix("2022-01-20T09:00", PASSED)
    assert todo.first(todo.tasks(found.year, found.cities[YANCHENG], found.as_of, CITY, {})).phase == THIRD
