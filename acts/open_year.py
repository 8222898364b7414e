"""Opening a year: its rows, 13 cities by 8 phases, and nothing the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.outcome import Outcome
from acts.season import NotARehearsal
from models import audit, standing, writing

if TYPE_CHECKING:
    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp


def open_year(
    database: Database, year: Year, stamp: Stamp, *, rehearsal: bool = False, account: int | None = None
) -> Outcome:
    """Open the year on this calendar, which it keeps; a year that is open already is left as it is."""
    if not rehearsal and stamp.as_of != stamp.at:
        raise NotARehearsal(year=year.year)
    kind, other_kind = ("演练", "正式") if rehearsal else ("正式", "演练")
    with database.write() as connection:
        other = standing.any_year(connection, rehearsal=not rehearsal)
        if other is not None:
            return Outcome("refused", f"这个数据库里有{other_kind}年度 {other}；{kind}年度请另用一个数据库。")
        opened = writing.open_rows(connection, year, rehearsal=rehearsal, stamp=stamp)
        if opened and account is not None:
            audit.record(connection, stamp, "开设年度", f"year/{year.year}", account=account)
    if not opened:
        return Outcome("done", f"{year.year} 年度（{kind}）已经开设，未作改动。")
    return Outcome(
        "done", f"已开设 {year.year} 年度（{kind}）：{len(year.cities)} 个设区市，{len(year.phases)} 个阶段。"
    )
