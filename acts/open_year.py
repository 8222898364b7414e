"""Opening a year: its rows, 13 cities by 8 phases, and nothing the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts import on_paper
from models import audit, calendar_drafts, standing, writing
from season.outcome import Changes, Outcome
from season.transaction import written
from season.unit_of_work import NotARehearsal, Season

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from acts.on_paper import Paper
    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp

OPENED, OPENED_TO_BE_TRIED = "开设年度", "开设年度（试运行）"
STANDS_LIVE = "并且是正式的，函件发往各方登记的邮箱，不能改为试运行；"
STANDS_TRIED = "还在试运行，函件只发到试运行邮箱；要正式启用的，用“正式启用本年度”；"


def open_year(
    database: Database,
    year: Year,
    stamp: Stamp,
    *,
    rehearsal: bool = False,
    paper: Paper | None = None,
    trial: str | None = None,
    account: int | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Open the year on this calendar, which it keeps; a year that is open already is left as it is.

    Where it is to be tried first, its letters go to `trial` alone until it is live (`acts.go_live`).

    `refused` where deadlines lie behind and `paper` does not say what was done until now, and where the year is open
    and `paper` says otherwise than was said then, or it is tried and was not to be, or the other way.
    Raises `UnknownPhase`.
    """
    if not rehearsal and stamp.as_of != stamp.at and not dry_run:
        raise NotARehearsal(year=year.year)
    if rehearsal and trial:
        return Outcome("refused", "演练年度的函件本来就不外发，不用试运行。")
    with written(database, year.year, dry_run=dry_run) as connection:
        there = _there(connection, year.year, stamp, paper, rehearsal=rehearsal, trial=trial)
        if there is not None:
            return there
        why = on_paper.unanswered(year, paper, stamp.as_of)
        if why is not None:
            return Outcome("refused", why)
        if not writing.open_rows(connection, year, rehearsal=rehearsal, stamp=stamp, trial=trial):
            # Another opened it since that was asked.
            there = _there(connection, year.year, stamp, paper, rehearsal=rehearsal, trial=trial)
            assert there is not None
            return there
        calendar_drafts.drop(connection, year.year)
        said, changes = begin(connection, year, stamp, paper, looking=dry_run)
        if account is not None or paper is not None or trial is not None:
            reason, title = paper.reason if paper else None, OPENED_TO_BE_TRIED if trial else OPENED
            audit.record(connection, stamp, title, f"year/{year.year}", account=account, reason=reason)
    opened = f"{'将' if dry_run else '已'}开设 {year.year} 年度（{_kind(rehearsal=rehearsal, trial=trial)}）"
    phases = f"{len(year.cities)} 个设区市，{len(year.phases)} 个阶段"
    return Outcome("done", f"{opened}：{phases}。{said}", changes=changes)


def _kind(*, rehearsal: bool, trial: str | None = None) -> str:
    return f"试运行，函件只发到 {trial}" if trial else "演练" if rehearsal else "正式"


def _there(
    connection: Connection, year: int, stamp: Stamp, paper: Paper | None, *, rehearsal: bool, trial: str | None
) -> Outcome | None:
    """Say that it is open, or that the database is one for years of the other kind; None where neither is so."""
    kind, other = _kind(rehearsal=rehearsal), standing.any_year(connection, rehearsal=not rehearsal)
    if other is not None:
        there = _kind(rehearsal=not rehearsal)
        return Outcome("refused", f"这个数据库里有{there}年度 {other}；{kind}年度请另用一个数据库。")
    if year not in standing.years_open(connection):
        return None
    tried = standing.opened(connection, year).trial
    if (tried is None) != (trial is None):
        return Outcome("refused", f"{year} 年度已经开设，{STANDS_TRIED if tried else STANDS_LIVE}未作改动。")
    return _open_already(connection, year, stamp, paper, _kind(rehearsal=rehearsal, trial=tried))


def _open_already(connection: Connection, year: int, stamp: Stamp, paper: Paper | None, kind: str) -> Outcome:
    """Leave it as it is; what was done on paper is said when it is opened, and then no more."""
    if paper is not None:
        there, stands = standing.opened(connection, year), standing.done_on_paper(connection, year)
        asked = on_paper.included(there.year, paper.through, there.begun or stamp.as_of)
        if stands != {phase.slug for phase in asked}:
            done = "、".join(phase.name for phase in there.year.phases if phase.slug in stands) or "无"
            return Outcome(
                "refused",
                f"{year} 年度已经开设，未作改动；开设时写明线下办结的阶段：{done}，与这次写的不同。"
                "线下办结到哪里，只能在开设时写明。",
            )
    return Outcome("done", f"{year} 年度（{kind}）已经开设，未作改动。")


def begin(
    connection: Connection, year: Year, stamp: Stamp, paper: Paper | None, *, looking: bool
) -> tuple[str, Changes]:
    """Put a year that was just opened where it stands: record what was done on paper, in a handful of statements."""
    if paper is None:
        return "", Changes()
    season = Season.read(connection, year.year, stamp, None, reading=looking)
    done = on_paper.done_on_paper(season, paper)
    season.flush()
    outlook = on_paper.outlook(year, paper.through, season.changes, stamp.as_of)
    return on_paper.said(done, outlook), season.changes
