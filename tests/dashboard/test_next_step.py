"""What a city is to do now with its workbook: every state, with and without a draft, after what its home says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from calendars import files
from calendars.deadlines import TZ, Extension, resolve
from dashboard.signing_in.reader import Reader, Role
from dashboard.views.next_step import STEPS, Draft, next_step
from dashboard.views.todo import tasks
from gates.states import State
from models.states_as_of import Seen
from tests.support.made import YANCHENG, matrix

YEAR = files.load(2022)
NOW = datetime(2022, 1, 26, 9, 0, tzinfo=TZ)
NONE, FAULTY, GOOD = Draft(loaded=False), Draft(loaded=True, refused=2), Draft(loaded=True, refused=0)
REFUSED = Draft(loaded=True, refused=0, faults=3)
CITY = Reader(1, YANCHENG, "某", Role.CITY, YANCHENG, "", "")
OPEN = "请在 2022-01-30（周日）24:00 前报送“面试名单”（剩 4 个工作日）。"
BACK = "“面试名单”被退回：请按核验结果逐条修改，在 2022-01-30（周日）24:00 前重新报送（剩 4 个工作日）。"
LATE = (
    "“面试名单”已于 2022-01-30（周日）截止，逾期 8 天，现在不能报送：请向省级管理办公室申请延期，重新开放之后即可报送。"
)


def said(state: State, draft: Draft = NONE, phase: str = "shortlist", now: datetime = NOW) -> tuple[str, str | None]:
    now = now.replace(month=2, day=7) if state is State.OVERDUE else now
    seen = Seen(phase, state, 1, resolve(YEAR.phase(phase).due), NOW if state is State.SUBMITTED else None)
    waiting = [Seen(one.slug, State.WAITING, 1, resolve(one.due)) for one in YEAR.phases]
    city = [seen if one.phase == phase else one for one in waiting]
    task = next(one for one in tasks(YEAR, city, now, CITY, {}) if one.phase == phase)
    step = next_step(task, state, draft)
    return step.sentence, None if step.at is None else STEPS[step.at]


@pytest.mark.parametrize(
    ("state", "draft", "sentence", "at"),
    [
        (State.OPEN, NONE, f"{OPEN}请下载模板，填好后上传，自查通过即可报送。", "下载模板"),
        (State.OPEN, FAULTY, f"{OPEN}草稿还有 2 项不符合规定：请逐项核对后重新上传。", "填写"),
        (State.OPEN, GOOD, f"{OPEN}草稿自查已通过：请核对后报送。", "报送"),
        (State.OPEN, REFUSED, f"{OPEN}最近一次导入的内容有 3 处错误，没有存入草稿：请改正后重新上传。", "填写"),
        (State.OVERDUE, REFUSED, f"{LATE}可以先把内容准备好。", "填写"),
        (State.RETURNED, FAULTY, f"{BACK}草稿还有 2 项不符合规定：请逐项核对后重新上传。", "填写"),
        (State.RETURNED, GOOD, f"{BACK}草稿自查已通过：请核对后报送。", "报送"),
        (State.OVERDUE, NONE, f"{LATE}可以先把内容准备好。", "下载模板"),
        (State.OVERDUE, FAULTY, f"{LATE}可以先把内容准备好。", "填写"),
        (State.OVERDUE, GOOD, f"{LATE}草稿自查已通过。", None),
        (State.WAITING, NONE, "“面试名单”尚未开放：须“学生申报”通过（现为未开放），方可开放。", None),
        (State.SUBMITTED, GOOD, "“面试名单”已经报送，正等待系统核验，目前无需办理。", None),
        (State.PASSED, GOOD, "“面试名单”已经通过。", None),
        (State.WITHDRAWN, NONE, "“面试名单”不再办理：本市本年度已退出。", None),
    ],
)
def test_every_state_has_its_sentence(state: State, draft: Draft, sentence: str, at: str | None) -> None:
    assert said(state, draft) == (sentence, at)


def test_no_state_is_without_a_sentence() -> None:
    assert all(said(state, draft)[0].endswith("。") for state in State for draft in (NONE, FAULTY, GOOD))


@pytest.mark.parametrize("state", State)
def test_it_begins_with_what_the_citys_home_says_of_the_phase(state: State) -> None:
    found = matrix("2022-02-07T09:00", {"shortlist": state}, filed="2022-02-05T09:00")
    (shown,) = (one for one in tasks(YEAR, found.cities[YANCHENG], found.as_of, CITY, {}) if one.phase == "shortlist")
    assert next_step(shown, state, NONE).sentence.startswith(shown.said)


def test_the_province_ends_some_phases() -> None:
    found = [said(State.SUBMITTED, GOOD, slug)[0] for slug in ("mentor-recommendation", "interview", "year-end")]
    assert ["审定" in found[0], "备案" in found[1], "公布结果" in found[2]] == [True] * 3


def test_what_may_not_be_filed_yet_and_what_is_due_today() -> None:
    sentence, at = said(State.OPEN, GOOD, "cultivation", datetime(2022, 6, 1, 9, tzinfo=TZ))
    assert sentence.startswith("“学生培养”正在进行：")
    assert sentence.endswith(
        "2022-12-01（周四）起可以报送，2022-12-31（周六）24:00 截止。草稿自查已通过，可以继续修改。"
    )
    assert at == "报送"
    today, _ = said(State.OPEN, GOOD, now=datetime(2022, 1, 30, 23, tzinfo=TZ))
    assert today == "请在 2022-01-30（周日）24:00 前报送“面试名单”（今天截止）。草稿自查已通过：请核对后报送。"


def test_an_extension_is_what_counts() -> None:
    due = resolve(YEAR.phase("shortlist").due, [Extension(date(2022, 2, 10), "rerun")])
    found = matrix("2022-01-26T09:00", {"shortlist": State.OPEN}).cities[YANCHENG]
    city = [replace(one, due=due) if one.phase == "shortlist" else one for one in found]
    (shown,) = (one for one in tasks(YEAR, city, NOW, CITY, {}) if one.phase == "shortlist")
    assert "请在 2022-02-10（周四）24:00 前报送" in next_step(shown, State.OPEN, NONE).sentence
