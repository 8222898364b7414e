"""Opening a year: its rows, 13 cities by 8 phases, and nothing the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.outcome import Outcome
from models import writing

if TYPE_CHECKING:
    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp


def open_year(database: Database, year: Year, stamp: Stamp, *, rehearsal: bool = False) -> Outcome:
    """Open the year on this calendar, which it keeps; a year that is open already is left as it is."""
    with database.write() as connection:
        opened = writing.open_rows(connection, year, rehearsal=rehearsal, stamp=stamp)
    if not opened:
        return Outcome("done", f"{year.year} 年度已经开设，未作改动。")
    kind = "演练" if rehearsal else "正式"
    return Outcome(
        "done", f"已开设 {year.year} 年度（{kind}）：{len(year.cities)} 个设区市，{len(year.phases)} 个阶段。"
    )
