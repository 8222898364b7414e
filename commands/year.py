"""`talent year`: opening a year, archiving it, carrying pool and priorities over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from commands.options import COMMON, Common, UsageError, calendar_of
from commands.outcomes import report

app = App(name="year")

Number = Annotated[int, Parameter(help="年度，如 2022")]


@app.command(name="open", help="打开年度：各市各阶段各一行；再次打开什么也不做")
def open_(
    year: Number,
    /,
    *,
    from_file: Annotated[Path | None, Parameter(metavar="文件", help="用这份年度文件，不用随程序附带的")] = None,
    rehearsal: Annotated[bool, Parameter(negative="", help="演练库：写入可以带 --as-of")] = False,
    common: Common = COMMON,
) -> int:
    """Make the year's rows."""
    from acts.open_year import open_year

    calendar = calendar_of(str(from_file or year))
    if calendar.year != year:
        raise UsageError(f"{from_file} 是 {calendar.year} 年度的文件，不是 {year} 年度。")
    outcome = open_year(common.database(), calendar, common.stamp(), rehearsal=rehearsal)
    return report(common, calendar, outcome)
