"""What a city is to do now: every state, with and without a draft."""

from __future__ import annotations

from datetime import datetime

import pytest

from calendars import files
from calendars.deadlines import TZ, Extension, resolve
from dashboard.views.next_step import STEPS, Draft, next_step
from gates.states import State
from models.states_as_of import Seen

YEAR = files.load(2022)
NOW = datetime(2022, 1, 26, 9, 0, tzinfo=TZ)
NONE, FAULTY, GOOD = Draft(loaded=False), Draft(loaded=True, refused=2), Draft(loaded=True, refused=0)
BY = "2022-01-30（周日，剩 4 个工作日）24:00 前"
LATE = "已于 2022-01-30 24:00 截止，现在不能报送：请向省级管理办公室申请延期，重启之后即可报送；"


def said(state: State, draft: Draft = NONE, phase: str = "shortlist", now: datetime = NOW) -> tuple[str, str | None]:
    seen = Seen(phase, state, 1, resolve(YEAR.phase(phase).due))
    step = next_step(YEAR, seen, draft, now)
    return step.sentence, None if step.at is None else STEPS[step.at]


@pytest.mark.parametrize(
    ("state", "draft", "sentence", "at"),
    [
        (State.OPEN, NONE, f"请下载模板，填好后上传，试算通过即可报送；须在 {BY}报送。", "下载模板"),
        (State.OPEN, FAULTY, f"草稿还有 2 项不符合规定：请改正后重新上传，并在 {BY}报送。", "填写"),
        (State.OPEN, GOOD, f"草稿试算已通过：请核对后在 {BY}报送。", "报送"),
        (
            State.RETURNED,
            FAULTY,
            f"上次报送被退回：草稿还有 2 项不符合规定：请改正后重新上传，并在 {BY}报送。",
            "填写",
        ),
        (State.RETURNED, GOOD, f"上次报送被退回：草稿试算已通过：请核对后在 {BY}报送。", "报送"),
        (State.OVERDUE, NONE, f"{LATE}可以先把内容准备好。", "下载模板"),
        (State.OVERDUE, FAULTY, f"{LATE}可以先把内容准备好。", "填写"),
        (State.OVERDUE, GOOD, f"{LATE}草稿试算已通过。", None),
        (State.WAITING, NONE, "本阶段“学生申报”通过后开放，不早于 2022-01-21（周五）；现在不用办理。", None),
        (State.SUBMITTED, GOOD, "已报送，等省级管理办公室办理；现在不用办理。", None),
        (State.PASSED, GOOD, "本阶段已通过，不用办理。", None),
        (State.WITHDRAWN, NONE, "本市本年度已退出，不用办理。", None),
    ],
)
def test_every_state_has_its_sentence(state: State, draft: Draft, sentence: str, at: str | None) -> None:
    assert said(state, draft) == (sentence, at)


def test_no_state_is_without_a_sentence() -> None:
    assert all(said(state, draft)[0].endswith("。") for state in State for draft in (NONE, FAULTY, GOOD))


def test_the_province_ends_some_phases() -> None:
    found = [said(State.SUBMITTED, GOOD, slug)[0] for slug in ("mentor-recommendation", "interview", "year-end")]
    assert [one.removeprefix("已报送，等省级管理办公室").removesuffix("；现在不用办理。") for one in found] == [
        "审定",
        "备案",
        "评价并公布结果",
    ]


def test_what_may_not_be_filed_yet_and_what_is_due_today() -> None:
    early = said(State.OPEN, GOOD, "cultivation", datetime(2022, 6, 1, 9, tzinfo=TZ))
    assert early == ("草稿试算已通过；自 2022-12-01 起方可报送，在此之前可以继续修改。", "报送")
    today = said(State.OPEN, GOOD, now=datetime(2022, 1, 30, 23, tzinfo=TZ))
    assert today == ("草稿试算已通过：请核对后在 2022-01-30（周日，今天截止）24:00 前报送。", "报送")


def test_an_extension_is_what_counts() -> None:
    due = resolve(YEAR.phase("shortlist").due, [Extension(datetime(2022, 2, 10, tzinfo=TZ).date(), "rerun")])
    assert "须在 2022-02-10（周四" in next_step(YEAR, Seen("shortlist", State.OPEN, 2, due), NONE, NOW).sentence
