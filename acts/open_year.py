"""Opening a year: its rows, 13 cities by 8 phases, and nothing the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts import on_paper
from models import audit, standing, writing
from season.outcome import Changes, Outcome
from season.unit_of_work import NotARehearsal, Season

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from acts.on_paper import Paper
    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp


def open_year(
    database: Database,
    year: Year,
    stamp: Stamp,
    *,
    rehearsal: bool = False,
    paper: Paper | None = None,
    account: int | None = None,
) -> Outcome:
    """Open the year on this calendar, which it keeps; a year that is open already is left as it is.

    `refused` where deadlines lie behind and `paper` does not say what was done until now. Raises `UnknownPhase`.
    """
    if not rehearsal and stamp.as_of != stamp.at:
        raise NotARehearsal(year=year.year)
    with database.write(year.year) as connection:
        there = _there(connection, year, paper, rehearsal=rehearsal)
        if there is not None:
            return there
        why = on_paper.unanswered(year, paper, stamp.as_of)
        if why is not None:
            return Outcome("refused", why)
        if not writing.open_rows(connection, year, rehearsal=rehearsal, stamp=stamp):
            there = _there(connection, year, paper, rehearsal=rehearsal)  # another opened it since that was asked
            assert there is not None
            return there
        said, changes = _begin(connection, year, stamp, paper)
        if account is not None or paper is not None:
            reason = paper.reason if paper else None
            audit.record(connection, stamp, "开设年度", f"year/{year.year}", account=account, reason=reason)
    kind, cities, phases = _kind(rehearsal=rehearsal), len(year.cities), len(year.phases)
    opened = f"已开设 {year.year} 年度（{kind}）：{cities} 个设区市，{phases} 个阶段。"
    return Outcome("done", f"{opened}{said}", changes=changes)


def _kind(*, rehearsal: bool) -> str:
    return "演练" if rehearsal else "正式"


def _there(connection: Connection, year: Year, paper: Paper | None, *, rehearsal: bool) -> Outcome | None:
    """Say that it is open, or that the database is one for years of the other kind; None where neither is so."""
    kind, other = _kind(rehearsal=rehearsal), standing.any_year(connection, rehearsal=not rehearsal)
    if other is not None:
        there = _kind(rehearsal=not rehearsal)
        return Outcome("refused", f"这个数据库里有{there}年度 {other}；{kind}年度请另用一个数据库。")
    return _open_already(connection, year, paper, kind) if year.year in standing.years_open(connection) else None


def _open_already(connection: Connection, year: Year, paper: Paper | None, kind: str) -> Outcome:
    """Leave it as it is; what was done on paper is said when it is opened, and then no more."""
    if paper is not None and paper.through != on_paper.NOTHING:
        slug = year.phase(paper.through).slug
        cells = standing.cells(connection, year.year, None).values()
        if not any(cell.on_paper for cell in cells if cell.phase == slug):
            return Outcome("refused", f"{year.year} 年度已经开设，未作改动；线下办结到哪里，只能在开设时写明。")
    return Outcome("done", f"{year.year} 年度（{kind}）已经开设，未作改动。")


def _begin(connection: Connection, year: Year, stamp: Stamp, paper: Paper | None) -> tuple[str, Changes]:
    """Record what was done on paper, in a handful of statements however many cities there are."""
    if paper is None:
        return "", Changes()
    season = Season.read(connection, year.year, stamp, None)
    done = on_paper.done_on_paper(season, paper)
    season.flush()
    return on_paper.said(done), season.changes
