"""A new year's calendar drafted from another's, and kept until the year is opened with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.signatures import signed
from calendars import files
from calendars.drafts import draft
from calendars.errors import TalentError
from models import audit, calendar_drafts, standing
from season.occasions import moment
from season.outcome import Outcome

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp

WHAT = "保存日历草案"


class NoOrigin(TalentError):
    """没有可以作底稿的年度；请从“开设年度”选一个年度起草。"""


def origins(connection: Connection) -> list[int]:
    """Give the years whose next is not open and may be drafted from them, the newest first."""
    there = standing.years_open(connection)
    return sorted((year for year in {*files.shipped(), *there} if year + 1 not in there), reverse=True)


def drafted(connection: Connection, origin: int) -> Year:
    """Give the next year's calendar with this one's carried over; raise `NoOrigin`."""
    if origin not in origins(connection):
        raise NoOrigin
    there = origin in standing.years_open(connection)
    found = standing.opened(connection, origin).year if there else files.load(origin)
    return files.parse(draft(found, origin + 1)[0], "", None)


def keep_draft(database: Database, year: Year, stamp: Stamp, seen: int, *, account: int | None) -> Outcome:
    """Save a checked calendar as the draft of its year; `refused` where it is open, or saved by another meanwhile."""
    with database.write() as connection:
        if year.year in standing.years_open(connection):
            return Outcome("refused", f"{year.year} 年度已经开设，没有保存；要改日期，用“修订年度日历”。")
        if not calendar_drafts.keep(connection, year.year, year.source_text, stamp, seen):
            there = calendar_drafts.draft_of(connection, year.year)
            what = f"{year.year} 年度的草案"
            whose = f"{what}，{signed(there.by)} 于 {moment(there.at)} 保存过" if there else f"{what}已经不在"
            return Outcome("refused", f"没有保存：{whose}。您填的还在下面；再按一次“保存草案”，就以您填的为准。")
        audit.record(connection, stamp, WHAT, f"calendar/{year.year}", account=account)
    return Outcome("done", f"已保存 {year.year} 年度日历草案，还没有开设。")
