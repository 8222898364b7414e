"""How a run ends: a state whose name speaks, and a table city by city where there is something to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect.artifacts import acreate_table_artifact
from prefect.states import Completed, Failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefect.client.schemas.objects import State

    from post.sending import Posted
    from tasks.passes import Pass

NOTHING_OWED = "无事可做"
WAITING = "等待上一阶段"
ADVANCED = "已按日程办理"
SOME_FAILED = "部分城市未完成"
NO_POST = "无信可投"
POSTED = "已投递"
UNDELIVERED = "有函件未送达"
ON_HOLD = "投递已暂停"
ANOTHER = "另一次投递尚未结束"


async def end(flow: str, passes: Sequence[Pass]) -> State[None]:
    """Give the state that this run of a flow ends in, after showing what each pass did.

    A pass that did nothing leaves no table: `watch` runs again and again.
    """
    for one in passes:
        if one.moves or one.letters or one.failed:
            await show(flow, one)
    failed = [f"{one.year} {'、'.join(one.failed)}" for one in passes if one.failed]
    if failed:
        return Failed(name=SOME_FAILED, message=f"{'；'.join(failed)}；其余城市已按日程办理，下一次 watch 会重试")
    if any(one.moves or one.letters for one in passes):
        moves, letters = sum(one.moves for one in passes), sum(one.letters for one in passes)
        return Completed(name=ADVANCED, message=f"{moves} 处状态变动，{letters} 封函件待发")
    if passes and all(one.waiting for one in passes):
        return Completed(name=WAITING, message="前一阶段尚未通过，没有应做而未做的事")
    return Completed(name=NOTHING_OWED, message="没有应做而未做的事")


async def show(flow: str, one: Pass) -> None:
    """Put up the table of a pass."""
    table = [row.as_table() for row in one.rows]
    await acreate_table_artifact(table, key=f"{flow}-{one.year}", description=f"{flow} {one.year} 年度，逐城市")


def posted(post: Posted | None) -> State[None]:
    """Give the state of a run that only sends: a letter that a person must look at makes it Failed.

    None is a run that found another one at it.
    """
    if post is None:
        return Completed(name=ANOTHER, message="函件由那一次运行发出，其余的等下一次")
    if post.alarm is not None:
        return Failed(name=ON_HOLD, message=post.alarm)
    counts = (post.sent, post.failed, post.retry, post.unknown)
    said = "已投递 {} 封，被拒 {} 封，稍后重试 {} 封，结果不明 {} 封".format(*counts)
    if post.failed or post.unknown:
        return Failed(name=UNDELIVERED, message=f"{said}；请看 talent letters list")
    if any(counts):
        return Completed(name=POSTED, message=said)
    return Completed(name=NO_POST, message="没有到时的函件")
