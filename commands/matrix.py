"""The season at a glance: cities down, phases across, and under it who is late and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.text import Text

from commands.output import line, table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

STYLES = {
    "waiting": "dim",
    "open": "cyan",
    "submitted": "blue",
    "passed": "green",
    "returned": "yellow",
    "overdue": "bold red",
    "withdrawn": "dim strike",
}
LEGEND = "· 未开放　+ 延期内办成　* 有豁免　2 第 2 次办理（经重启）"


def matrix(status: Mapping[str, Any], names: Mapping[str, str]) -> Table:
    """The table of `status --json`; `names` are the phases' Chinese names by slug, in order."""
    cities = status["cities"]
    shown = [each["phase"] for each in cities[0]["phases"]] if cities else list(names)
    made = table("", *(names[slug] for slug in shown))
    for city in cities:
        made.add_row(city["name"], *(cell(each) for each in city["phases"]))
    return made


def cell(phase: Mapping[str, Any]) -> Text:
    """One city in one phase: the state's word and what is told apart beside it."""
    from gates.states import State

    state = State(phase["state"])
    if state is State.WAITING:
        return Text("·", style=STYLES[state])
    return Text(state.chinese + marks(phase), style=STYLES[state])


def marks(phase: Mapping[str, Any]) -> str:
    """One column each, so that the table keeps within 100: extended, waived, and the attempt after a rerun."""
    told = (("+", phase["timeliness"] == "extended"), ("*", phase["waived"]), (str(phase["attempt"]), phase["reruns"]))
    return "".join(mark for mark, so in told if so)


def show(console: Console, status: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Print the matrix, the totals, and the list of what is late or returned."""
    totals = status["totals"]
    line(console, f"{status['year']} 年度　截至 {clock(status['as_of'])}", "bold")
    console.print(matrix(status, names))
    line(console, LEGEND, "dim")
    line(
        console,
        f"入选 {totals['admitted']} 人　省级资助 {totals['funded']}/{totals['funded_cap']} 人　"
        f"中期退出 {totals['exited']} 人　优秀 {totals['excellent']} 人　证书 {totals['certificates']} 份",
    )
    late = list(lateness(status, names))
    if late:
        line(console, "\n逾期与退回", "bold")
        console.print(table("城市", "阶段", "状态", "截止（含）", "缘由", rows=late))


def lateness(status: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, str, str, str, str]]:
    """City, phase, state, due day and reason of every phase that is overdue or returned."""
    from gates.states import State

    for city in status["cities"]:
        for phase in city["phases"]:
            if phase["state"] in {"overdue", "returned"}:
                word = State(phase["state"]).chinese
                yield city["name"], names[phase["phase"]], word, due_day(phase), reason(phase)


def reason(phase: Mapping[str, Any]) -> str:
    """Why it is late: what the gate refused, else that nothing was filed."""
    mends = [refusal["mend"] for refusal in phase["refusals"]]
    return "；".join(mends) if mends else "截止前没有报送"


def due_day(phase: Mapping[str, Any]) -> str:
    """The due day, that day included, and what moved it where something did."""
    from calendars.deadlines import BECAUSE

    last = (datetime.fromisoformat(phase["due"]) - timedelta(microseconds=1)).date().isoformat()
    moved = "、".join(BECAUSE[cause] for cause in phase["due_because"] if cause != "calendar")
    return f"{last}（{moved}）" if moved else last


def clock(instant: str) -> str:
    """`2022-02-07 09:30` from an instant in ISO."""
    return instant[:16].replace("T", " ")
