"""How a city goes on with a phase's workbook, after the sentence of what it has to do; and at which step it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gates.states import State

if TYPE_CHECKING:
    from dashboard.views.todo import CityTask
    from models.states_as_of import Seen

STEPS = ("下载模板", "填写", "上传", "自查", "报送")
DOWNLOAD, FILL, FILE = 0, 1, 4

MAY_LOAD = frozenset({State.OPEN, State.RETURNED, State.OVERDUE})
MAY_FILE = frozenset({State.OPEN, State.RETURNED})
MAY_ASK = frozenset({State.WAITING, State.OPEN, State.RETURNED, State.OVERDUE})


@dataclass(frozen=True, slots=True)
class Draft:
    """What is loaded: whether anything is, and how many rules refuse it; None where it was not judged.

    `faults` are those of a later upload that was refused, so that what is loaded is not what the city has last.
    """

    loaded: bool
    refused: int | None = None
    faults: int = 0


@dataclass(frozen=True, slots=True)
class NextStep:
    """`at` is the step one stands at, None where there is none to take."""

    sentence: str
    at: int | None = None


def next_step(task: CityTask, state: State, draft: Draft) -> NextStep:
    """Say what the phase asks (`todo`), and what is to be done with the workbook."""
    if state not in MAY_LOAD:
        return NextStep(task.said)
    at = FILL if draft.faults else DOWNLOAD if not draft.loaded else FILL if draft.refused else FILE
    if state is State.OVERDUE:
        ready = draft.refused == 0 and not draft.faults
        return NextStep(f"{task.said}{'草稿自查已通过。' if ready else '可以先把内容准备好。'}", None if ready else at)
    hows = {
        DOWNLOAD: "请下载模板，填好后上传，自查通过即可报送。",
        FILL: f"最近一次导入的内容有 {draft.faults} 处错误，没有存入草稿：请改正后重新上传。"
        if draft.faults
        else f"草稿还有 {draft.refused} 项不符合规定：请逐项核对后重新上传。",
        FILE: "草稿自查已通过：请核对后报送。" if task.pressing else "草稿自查已通过，可以继续修改。",
    }
    return NextStep(f"{task.said}{hows[at]}", at)


def on_paper(now: Seen, draft: Draft, barred: str) -> NextStep:
    """Say what is to be done where a phase was done on paper, or is `barred` by what was not loaded of one."""
    if not now.passed_on_paper:
        return NextStep(barred)
    if barred:
        return NextStep(f"本阶段已在线下办结。{barred}")
    if draft.loaded:
        return NextStep("本阶段已在线下办结，内容已补录，后面的阶段按它核对；在后面的阶段报送之前可以重新上传。")
    return NextStep("本阶段已在线下办结：请补录当时的内容，后面的阶段按它核对。规定只供查阅，不影响通过，不发函。")
