from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from dashboard import todo
from dashboard.standings import rows_of_city
from gates.states import State
from models.reports import Matrix
from tests.dashboard.made import YANCHENG, matrix

FIRST, SECOND, THIRD = "mentor-recommendation", "application", "shortlist"
PASSED = dict.fromkeys((FIRST, SECOND), State.PASSED)
SEVEN = dict.fromkeys((FIRST, SECOND, THIRD, "interview", "meeting", "midterm", "year-end"), State.PASSED)


def summary(found: Matrix) -> str:
    rows = rows_of_city(found, YANCHENG)
    return todo.summary(found.year, todo.tasks(found, rows), rows)


@pytest.mark.parametrize(
    ("as_of", "states", "said"),
    [
        (
            "2022-02-07T09:00",
            {**PASSED, THIRD: State.OVERDUE},
            "“面试名单”已于 2022-01-30（周日）截止，逾期 8 天：请备齐材料，并向省级管理办公室说明原因、申请重启。",
        ),
        (
            "2022-01-28T09:00",
            {**PASSED, THIRD: State.RETURNED},
            "“面试名单”被退回：请按报告单逐条修改，在 2022-01-30（周日）24:00 前重新报送（剩 2 个工作日）。",
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
            "现在没有要办的事。“面试名单”还没有开放，在等：2022-01-21（周五）到来。",
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


def test_what_is_late_comes_before_what_is_due_and_the_rest_is_named_beside() -> None:
    midterm_late = {**SEVEN, "cultivation": State.OPEN, "midterm": State.OVERDUE, "year-end": State.OPEN}
    found = matrix("2022-12-05T09:00", midterm_late, until={"year-end": date(2022, 12, 9)})
    tasks = todo.tasks(found, rows_of_city(found, YANCHENG))
    assert [todo.first(tasks).phase, *(task.phase for task in todo.others(tasks))] == [
        "midterm",
        "cultivation",
        "year-end",
    ]


def test_a_passed_phase_is_never_what_a_waiting_city_reads_first() -> None:
    found = matrix("2022-01-20T09:00", PASSED)
    assert todo.first(todo.tasks(found, rows_of_city(found, YANCHENG))).phase == THIRD
