"""`talent year`: opening a year, archiving it, carrying pool and priorities over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from commands.options import COMMON, Common, UsageError, calendar_of
from commands.outcomes import report

if TYPE_CHECKING:
    from calendars.year import Year
    from models.database import Database

app = App(name="year")

Number = Annotated[int, Parameter(name="年度", help="年度，如 2022")]


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
    database = common.database()
    if database.absent:
        database.upgrade()
    outcome = open_year(database, calendar, common.stamp(), rehearsal=rehearsal)
    return report(common, calendar, outcome)


@app.command(help="把年度归档：此后只能查看，不能再办理")
def close(year: Number, /, *, common: Common = COMMON) -> int:
    """Put a year away; 1 where something in it is not finished."""
    from acts.year import close_year

    database, calendar = _opened(common, year)
    return report(common, calendar, close_year(database, year, common.stamp()))


@app.command(help="结转到下一年度：导师库、往届学员的优先标记")
def roll(year: Number, /, *, common: Common = COMMON) -> int:
    """Hand a year's people to the next year's pool."""
    from acts.year import roll_year

    database, calendar = _opened(common, year)
    return report(common, calendar, roll_year(database, year))


def _opened(common: Common, year: int) -> tuple[Database, Year]:
    from models.standing import opened

    database = common.database()
    with database.read() as connection:
        return database, opened(connection, year).year
