"""The end of a year: putting it away, and handing its people to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import KEPT, Act
from models import prepared_acts, rolling, standing
from models.taking_back import take_back_waiting
from season.outcome import Outcome
from season.unit_of_work import NotARehearsal

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp

SIGN = "请维护人员签署存档：talent year sign {year}。"
"""What is to be done with a year that was put away, while nothing of it is purged."""

KINDS = {"mentor": "导师", "institution": "培养单位", "school": "中学", "student": "往届学生"}

TRIED = "{year} 年度还在试运行，不能{what}；请先正式启用。"


def close_year(database: Database, year: int, stamp: Stamp) -> Outcome:
    """Archive a year all of whose phases have passed or ended. Again: nothing."""
    with database.write(year) as connection:
        opened = standing.opened(connection, year)
        if not opened.rehearsal and stamp.as_of != stamp.at:
            raise NotARehearsal(year=year)
        if opened.closed_as_of is not None:
            return Outcome("done", f"{year} 年度已经归档，未作改动。")
        if opened.trial is not None:
            return Outcome("refused", TRIED.format(year=year, what="归档"))
        left = rolling.unfinished(connection, year)
        if left:
            named = "、".join(
                f"{opened.year.city(city).name} {opened.year.phase(phase).name}" for phase, city in left[:8]
            )
            more = f" 等 {len(left)} 项" if len(left) > len(left[:8]) else ""
            return Outcome("refused", f"{year} 年度还不能归档，尚未办结：{named}{more}。")
        prepared_acts.lapse_all(connection, year, stamp, but=CLOSE.slug)  # which may be what is signed just now
        waited = take_back_waiting(connection, year)
        rolling.close(connection, year, stamp.as_of)
    said = f"待补邮箱、留待放行的函件 {waited} 封不再发出。" if waited else ""
    return Outcome("done", f"{year} 年度已归档，今后只能查阅。{said}{SIGN.format(year=year)}")


def roll_year(database: Database, year: int) -> Outcome:
    """Bring last year's mentors into the next year's pool, and mark its students for the mentors' priority."""
    with database.write(year) as connection:
        opened = standing.opened(connection, year)
        if opened.trial is not None:
            return Outcome("refused", TRIED.format(year=year, what="结转"))
        counts = rolling.roll(connection, opened.year)
    said = "、".join(f"{KINDS[kind]} {count}" for kind, count in sorted(counts.items())) or "无"
    return Outcome("done", f"{year + 1} 年度后备人才库现有：{said}。")


CLOSE = Act(
    "close",
    lambda _: "归档本年度",
    (KEPT,),
    lambda bench, _: close_year(bench.database, bench.year.year, bench.stamp),
    lambda _book, year, _filled: f"归档 {year.year} 年度，今后只能查阅",
    subject=lambda year, _: f"year/{year.year}",
    forever="归档之后不能恢复：本年度今后只能查阅，不能再办理。",
)
