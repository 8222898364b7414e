"""The season at a glance: cities down, phases across, and under it who is late and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from commands.output import line, table
from letters.words import STATES
from models.waiting import pending_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from calendars.deadlines import Due
    from models.reports import Matrix, Standing

STYLES = {
    "waiting": "dim",
    "open": "cyan",
    "submitted": "blue",
    "passed": "green",
    "returned": "yellow",
    "overdue": "bold red",
    "withdrawn": "dim strike",
}
LEGEND = "· 未开放　~ 线下办理　+ 延期内办成　* 有豁免　2 第 2 轮"


def grid(status: Matrix) -> Table:
    """The table of `talent status`: only the cities and phases that the matrix holds."""
    names = [status.year.phase(each.phase).name for each in next(iter(status.cities.values()), ())]
    made = table("", *names)
    for slug, phases in status.cities.items():
        made.add_row(status.year.city(slug).name, *map(cell, phases))
    return made


def cell(standing: Standing) -> Text:
    """One city in one phase: the state's word and what is told apart beside it."""
    style = STYLES[standing.state]
    if standing.state == "waiting":
        return Text("·", style=style)
    return Text(standing.state.chinese + marks(standing), style=style)


def marks(standing: Standing) -> str:
    """One column each, so that the table keeps within 100: on paper, extended, waived, the attempt after a rerun."""
    told = (
        ("~", standing.on_paper),
        ("+", standing.timeliness == "extended"),
        ("*", bool(standing.waived)),
        (str(standing.attempt), standing.attempt > 1),
    )
    return "".join(mark for mark, so in told if so)


def show(console: Console, status: Matrix) -> None:
    """Print the matrix, the totals, and the list of what is late or returned."""
    provisional = "　日历为暂定" if status.year.provisional else ""
    line(console, f"{status.year.year} 年度　截至 {status.as_of:%Y-%m-%d %H:%M}{provisional}", "bold")
    console.print(grid(status))
    line(console, LEGEND, "dim")
    told = [f"{one.label} {status.counted(one)} {one.unit}" for one in status.book.totals]
    told += [f"在培 {status.in_training} 人"] if status.in_training is not None else []
    line(console, "　".join(told))
    late = list(lateness(status))
    if late:
        line(console, "\n逾期与退回", "bold")
        console.print(table("城市", "阶段", "状态", "截止（含）", "缘由", rows=late))
    if status.alarms:
        show_alarms(console, status)


def show_alarms(console: Console, status: Matrix) -> None:
    """Print what the post could not do: whoever is not reached may miss a deadline."""
    line(console, "\n送达告警", "bold red")
    if status.alarms.suppressed:
        rows = [
            ("、".join(one.to) or "—", one.address, f"{one.since:%Y-%m-%d}", one.why, str(one.letters))
            for one in status.alarms.suppressed
        ]
        console.print(table("收件人", "停止发函的邮箱", "自", "缘由", "待发", rows=rows))
    for sign in status.alarms.silent:
        line(console, f"{sign}：{sign.means}；请运行 talent doctor。")
    if status.alarms.clock:
        line(console, f"投递已暂停：{status.alarms.clock}（talent letters resume）")
    if status.alarms.restored:
        line(console, f"{status.alarms.restored}（talent act restored）")
    stuck = "，".join(f"{STATES[state]} {count} 封" for state, count in status.alarms.letters.items())
    if stuck:
        line(console, f"函件：{stuck}；清单见 talent letters list --state failed|unknown|held。")


def lateness(status: Matrix) -> Iterator[tuple[str, str, str, str, str]]:
    """City, phase, state, due day and reason of every phase that is overdue, returned, or late with its second part."""
    for slug, phases in status.cities.items():
        for each in phases:
            city, phase = status.year.city(slug).name, status.year.phase(each.phase).name
            if each.state in {"overdue", "returned"}:
                yield city, phase, each.state.chinese, due_day(each.due), why_late(status, each)
            elif each.second_late and each.second is not None:
                yield city, f"{phase}（后交部分）", "已逾期", due_day(each.second), why_late(status, each)


def why_late(status: Matrix, standing: Standing) -> str:
    """What the gate refused, else that nothing was filed; and for how many days it has been overdue."""
    unfiled = "后交部分没有交齐" if standing.second_late else "截止前没有报送"
    why = "；".join(standing.mends) or unfiled
    waits = pending_of(status, status.year.phase(standing.phase), standing)
    return f"{why}（逾期第 {waits.late} 天）" if waits else why


def due_day(due: Due) -> str:
    """The due day, that day included, and what moved it where something did."""
    return f"{due.day.isoformat()}（{due.moved}）" if due.moved else due.day.isoformat()
