"""What a city is to do now in a phase, and by when, in one sentence; and which of the steps it is at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acts.last_word import last_work
from calendars.deadlines import day_of
from dashboard.views.dates import weekday
from dashboard.views.opening_conditions import answerless, missed
from gates.states import State

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendars.year import Phase, Year
    from dashboard.views.opening_conditions import OpenRequest
    from models.states_as_of import Seen

STEPS = ("下载模板", "填写", "上传", "试算", "报送")
DOWNLOAD, FILL, FILE = 0, 1, 4

MAY_LOAD = frozenset({State.OPEN, State.RETURNED, State.OVERDUE})
MAY_FILE = frozenset({State.OPEN, State.RETURNED})
MAY_ASK = frozenset({State.WAITING, State.OPEN, State.RETURNED, State.OVERDUE})


@dataclass(frozen=True, slots=True)
class Draft:
    """What is loaded: whether anything is, and how many rules refuse it; None where it was not judged."""

    loaded: bool
    refused: int | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """`at` is the step one stands at, None where there is none to take."""

    sentence: str
    at: int | None = None


def next_step(year: Year, now: Seen, draft: Draft, as_of: datetime, asked: OpenRequest | None = None) -> NextStep:
    """Say what is to be done about this phase; `asked` is the request for a later day that waits for its answer."""
    found = _next_step(year, now, draft, as_of, asked)
    if asked is None or now.state not in MAY_ASK - {State.OVERDUE}:
        return found
    return replace(found, sentence=f"{found.sentence}{answerless(asked)}。")


def on_paper(now: Seen, draft: Draft, barred: str) -> NextStep:
    """Say what is to be done where a phase was done on paper, or is `barred` by what was not loaded of one."""
    if not now.passed_on_paper:
        return NextStep(barred)
    if barred:
        return NextStep(f"本阶段已在线下办结。{barred}")
    if draft.loaded:
        return NextStep("本阶段已在线下办结，内容已补录，后面的阶段按它核对；在后面的阶段报送之前可以重新上传。")
    return NextStep("本阶段已在线下办结：请补录当时的内容，后面的阶段按它核对。规定只供查阅，不影响通过，不发函。")


def _next_step(year: Year, now: Seen, draft: Draft, as_of: datetime, asked: OpenRequest | None) -> NextStep:
    phase = year.phase(now.phase)
    match now.state:
        case State.WAITING:
            return NextStep(_waiting(year, phase))
        case State.SUBMITTED:
            return NextStep(f"已报送，等省级管理办公室{last_work(phase)}；现在不用办理。")
        case State.PASSED:
            return NextStep("本阶段已通过，不用办理。")
        case State.WITHDRAWN:
            return NextStep("本市本年度已退出，不用办理。")
        case State.OVERDUE:
            return _overdue(now, draft, asked)
        case _:
            return _owed(year, phase, now, draft, day_of(as_of))


def _waiting(year: Year, phase: Phase) -> str:
    first = "、".join(f"“{year.phase(slug).name}”" for slug in phase.requires)
    after = f"{first}通过后开放，" if first else ""
    return f"本阶段{after}不早于 {phase.opens}（{weekday(phase.opens)}）；现在不用办理。"


def _overdue(now: Seen, draft: Draft, asked: OpenRequest | None) -> NextStep:
    ready = "草稿试算已通过" if draft.refused == 0 else "可以先把内容准备好"
    said = f"已于 {now.due.day} 24:00 截止，现在不能报送：{missed(asked)}；{ready}。"
    return NextStep(said, _stage(draft) if draft.refused != 0 else None)


def _stage(draft: Draft) -> int:
    if not draft.loaded:
        return DOWNLOAD
    return FILL if draft.refused else FILE


def _owed(year: Year, phase: Phase, now: Seen, draft: Draft, today: date) -> NextStep:
    by = f"{now.due.day}（{weekday(now.due.day)}，{left(year, now, today)}）24:00 前"
    back = "上次报送被退回：" if now.state is State.RETURNED else ""
    stage = _stage(draft)
    if stage == DOWNLOAD:
        return NextStep(f"{back}请下载模板，填好后上传，试算通过即可报送；须在 {by}报送。", stage)
    if stage == FILL:
        return NextStep(f"{back}草稿还有 {draft.refused} 项不符合规定：请改正后重新上传，并在 {by}报送。", stage)
    if phase.files_from and today < phase.files_from:
        return NextStep(f"{back}草稿试算已通过；自 {phase.files_from} 起方可报送，在此之前可以继续修改。", stage)
    return NextStep(f"{back}草稿试算已通过：请核对后在 {by}报送。", stage)


def left(year: Year, now: Seen, today: date) -> str:
    """Say how long there is."""
    if now.due.day == today:
        return "今天截止"
    return f"剩 {year.working_days.left(today, now.due.day)} 个工作日"
