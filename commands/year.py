"""`talent year`: opening a year, archiving it, carrying pool and priorities over."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from commands.named_files import Output, write
from commands.options import (
    AT_END,
    COMMON,
    FOLDER,
    Common,
    DryRun,
    Folder,
    Reason,
    UsageError,
    YearNumber,
    calendar_of,
    database_at,
    environment,
)
from commands.outcomes import hinted, report
from commands.output import answer, line

if TYPE_CHECKING:
    from acts.on_paper import Paper
    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp

app = App(name="year")


@app.command(name="open", help="开设年度：各市各阶段各一行；再次开设什么也不做")
def open_(
    year: YearNumber,
    /,
    *,
    from_file: Annotated[Path | None, Parameter(metavar="文件", help="用这份年度文件，不用随程序附带的")] = None,
    rehearsal: Annotated[bool, Parameter(negative="", help="演练库：写入可以带 --as-of")] = False,
    done_through: Annotated[
        str | None, Parameter(metavar="阶段", help="截止日已过时：线下已经办结到哪个阶段；没有办过写 none")
    ] = None,
    dry_run: DryRun = False,
    reason: Annotated[Reason | None, Parameter(help="与 --done-through 一起写：线下办结的依据，记录在案")] = None,
    trial: Annotated[
        str | None, Parameter(metavar="邮箱", help="先试运行：函件全部只发到这个邮箱，正式启用时清除")
    ] = None,
    common: Common = COMMON,
) -> int:
    """Make the year's rows; 1 where deadlines lie behind and nothing is said of what was done on paper."""
    from acts.on_paper import unanswered
    from acts.open_year import open_year

    calendar = calendar_of(str(from_file or year))
    if calendar.year != year:
        raise UsageError(f"{from_file} 是 {calendar.year} 年度的文件，不是 {year} 年度。")
    paper, mailbox = _paper(done_through, reason), _mailbox(trial) if trial else None
    database = _prepared(common, dry_run)
    stamp = _from_its_first_day(common, calendar) if rehearsal else common.stamp()
    outcome = open_year(database, calendar, stamp, rehearsal=rehearsal, paper=paper, trial=mailbox, dry_run=dry_run)
    if paper is None and outcome.message == unanswered(calendar, None, stamp.as_of):
        outcome = hinted(outcome, "用 --done-through 阶段（没有办过写 none）和 --reason 事由")
    return report(common, calendar, outcome, preview=dry_run)


def _prepared(common: Common, dry_run: bool) -> Database:
    """The database, made where there is none yet; a preview is then made on one that is thrown away."""
    database = common.database()
    if not database.absent:
        return database
    if dry_run:
        database = database_at(f"sqlite:///{AT_END.enter_context(TemporaryDirectory())}/talent.db")
    from models import migrate

    migrate.upgrade(database)
    return database


def _paper(through: str | None, reason: str | None) -> Paper | None:
    from acts.on_paper import Paper

    if (through is None) != (reason is None):
        raise UsageError("--done-through 与 --reason 要一起写。")
    return None if through is None or reason is None else Paper(through, reason)


def _mailbox(typed: str) -> str:
    from forms import cells

    try:
        return cells.email(typed)
    except cells.BadCellError as error:
        raise UsageError(f"试运行邮箱：{error.wrong}。") from None


@app.command(help="试运行的情形：函件发到哪里、办理了多少；写 --to 和 --reason 时更改试运行邮箱")
def trial(
    year: YearNumber,
    /,
    *,
    to: Annotated[str | None, Parameter(metavar="邮箱", help="试运行的函件自此发到这个邮箱")] = None,
    reason: Reason | None = None,
    common: Common = COMMON,
) -> int:
    """Print where a trial's letters go and what was entered in it, or let them go elsewhere."""
    from acts.act import Bench
    from acts.doing import recorded
    from acts.go_live import TRIAL_MAILBOX, NotTried
    from models import trial_years

    database, calendar = _opened(common, year)
    if to is not None:
        if reason is None:
            raise UsageError("--to 与 --reason 要一起写。")
        filled = TRIAL_MAILBOX.fill(calendar, {"email": _mailbox(to), "reason": reason})
        return report(common, calendar, recorded(TRIAL_MAILBOX, Bench(database, calendar, common.stamp()), filled))
    with database.read() as connection:
        mailbox = trial_years.mailboxes(connection).get(year)
        if mailbox is None:
            raise NotTried(year=year)
        found = trial_years.progress(connection, year, mailbox)
    words = f"{year} 年度正在试运行，函件只发到 {mailbox}；{found.loaded} 个市导入过，{found.filed} 个市报送过。"
    answer(common.json, {"year": year, **found._asdict()}, lambda console: line(console, words))
    return 0


@app.command(help="正式启用试运行的年度：清除试运行的内容，函件发往各方；不能退回试运行")
def live(
    year: YearNumber,
    /,
    *,
    reason: Reason,
    done_through: Annotated[
        str | None, Parameter(metavar="阶段", help="截止日已过时：线下已经办结到哪个阶段；没有办过写 none")
    ] = None,
    dry_run: DryRun = False,
    common: Common = COMMON,
) -> int:
    """Let a year that was tried go live; as the tables' owner, who alone takes out what is only added to."""
    from acts.act import Bench
    from acts.doing import previewed, recorded
    from acts.go_live import GO_LIVE, NONE
    from acts.on_paper import NOTHING
    from deployments.upgrading import owned

    database, calendar = _opened(common, year)
    through = NONE if done_through == NOTHING else done_through
    filled = GO_LIVE.fill(calendar, {"through": through, "reason": reason})
    with owned(database, environment()) as own:
        bench = Bench(own, calendar, common.stamp(), dry_run=dry_run)
        outcome = (previewed if dry_run else recorded)(GO_LIVE, bench, filled)
    return report(common, calendar, outcome, preview=dry_run)


def _from_its_first_day(common: Common, calendar: Year) -> Stamp:
    """The stamp of a rehearsal, which without --as-of begins with its calendar, whenever it is opened."""
    from calendars.deadlines import start_of

    stamp = common.stamp()
    first = min(start_of(phase.opens) for phase in calendar.phases)
    return replace(stamp, as_of=min(first, stamp.as_of)) if common.as_of is None else stamp


@app.command(help="把年度归档：此后只能查看，不能再办理")
def close(year: YearNumber, /, *, common: Common = COMMON) -> int:
    """Put a year away; 1 where something in it is not finished."""
    from acts.act import Bench, Filled
    from acts.doing import recorded
    from acts.year import CLOSE

    stamp = common.stamp()
    database, calendar = _opened(common, year)
    return report(common, calendar, recorded(CLOSE, Bench(database, calendar, stamp), Filled()))


@app.command(help="把归档的年度签署为一个文件：只有编号、合计与校验值；用 deployments/verify 可以离线核对")
def sign(year: YearNumber, /, *, output: Output = None, folder: Folder = FOLDER, common: Common = COMMON) -> None:
    """Write a closed year's signed file."""
    from acts.signed_season import signed_season
    from dashboard.serving.secret_key import kept_secret

    made = signed_season(common.database(folder), year, common.stamp(), kept_secret(environment(), folder))
    to, key = output or Path(f"season-{year}.json"), json.loads(made)["key"]
    write(to, made)
    words = f"已签署：{to}。公钥 {key}，请另行公布。核对：python3 deployments/verify/verify_season.py {to} {key}"
    answer(common.json, {"file": str(to), "key": key}, lambda console: line(console, words))


@app.command(help="结转到下一年度：导师库、往届学生的优先标记")
def roll(year: YearNumber, /, *, common: Common = COMMON) -> int:
    """Hand a year's people to the next year's pool."""
    from acts.year import roll_year

    database, calendar = _opened(common, year)
    return report(common, calendar, roll_year(database, year))


def _opened(common: Common, year: int) -> tuple[Database, Year]:
    from models.standing import opened

    database = common.database()
    with database.read() as connection:
        return database, opened(connection, year).year
