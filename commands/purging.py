"""`talent purge`: what is beyond its term, first listed, then taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.options import COMMON, FOLDER, Common, Folder, Reason, environment
from commands.output import answer, line, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from models.purging import BeyondTerm


WHY = "事由，一直留着：只写依据，不写任何人的姓名"


def purge(
    *,
    reason: Annotated[Reason | None, Parameter(help=WHY)] = None,
    folder: Folder = FOLDER,
    common: Common = COMMON,
) -> None:
    """List what is beyond its term; take it out where a reason is given."""
    from deployments.purging import purge as act
    from models import purging

    database, stamp = common.database(folder), common.stamp()
    if reason is None:
        with database.read() as connection:
            found = purging.due(connection, purging.ended(connection, stamp.as_of))
    else:
        found = act(database, environment(), common.home(folder), stamp, reason)
    data = {"purged": reason is not None, "due": [one._asdict() for one in found]}
    answer(common.json, data, lambda console: _show(console, found, done=reason is not None))


def _show(console: Console, found: Sequence[BeyondTerm], *, done: bool) -> None:
    if not found:
        line(console, "没有到期的个人信息。")
        return
    made = table("年度", "表", "行数", "怎样清除")
    for one in found:
        made.add_row(
            str(one.year or "不分年度"), one.table, str(one.rows), "整行删去" if one.whole else "清除所写的内容"
        )
    console.print(made)
    if done:
        line(console, "已清除；各市、中学、学科的人数留着，记录链仍可核对。", "green")
        line(console, "清除之前的备份和恢复、升级时移到旁边的旧库里还有这些内容：请删去，或等备份过期。")
    else:
        line(console, "这只是预览，什么也没有改动。清除不能恢复：先签署存档（talent year sign），停下 talent up，")
        line(console, "再运行 talent purge --reason 事由（一直留着，不写姓名）。")
