"""`talent phase`: what may be done to a city phase, each command one act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from commands.options import SEASON, Cities, Day, DryRun, OneCity, Reason, SeasonOptions, UsageError
from commands.outcomes import run, show_changes
from commands.output import answer, line, table

if TYPE_CHECKING:
    from rich.console import Console

    from acts.advance import Advance
    from calendars.year import Year

app = App(name="phase")

Slug = Annotated[str, Parameter(name="阶段", help="阶段，如 mentor-recommendation、application、shortlist")]
Untold = Annotated[
    str | None, Parameter(metavar="理由", help="不另行通知已获知原截止日的各方，理由记录在案；不写时照常通知")
]
Confirm = Annotated[Day | None, Parameter(help="新的截止日比年度日历的晚超过 60 天时，再写一遍")]
Until = Annotated[Day, Parameter(help="新的截止日，当天有效")]


@app.command(help="按日程办理：开放、提醒、逾期等到期事项，已办的不重办；不写阶段时为全年")
def advance(
    phase: Annotated[str | None, Parameter(name="阶段", help="只办这一阶段")] = None,
    /,
    *,
    city: Cities | None = None,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Do what is owed at that instant and not yet done; the second time nothing."""
    from acts.advance import advance as act
    from acts.json_shapes import changes_json

    database, year, stamp = season.acting()
    phases = None if phase is None else [year.phase(phase).slug]
    cities = [year.city(key).slug for key in city] if city else None
    done = act(database, year.year, stamp, phases=phases, cities=cities, dry_run=dry_run)
    data = changes_json(done.changes) | {"dry_run": dry_run, "failures": dict(done.failures)}
    answer(season.json, data, lambda console: _advanced(console, year, done, dry_run))
    return 1 if done.failures else 0


def _advanced(console: Console, year: Year, done: Advance, preview: bool) -> None:
    show_changes(console, year, done.changes, preview)
    for city, reason in done.failures.items():
        name = "省级管理办公室的摘要" if city == "*" else year.city(city).name
        line(console, f"{name}没有按日程办理：{reason}", "bold red")
    line(console, f"状态变动 {len(done.changes.transitions)} 处，函件 {len(done.changes.letters)} 封。")


@app.command(help="市级管理办公室报送本阶段")
def submit(phase: Slug, /, *, city: OneCity, dry_run: DryRun = False, season: SeasonOptions = SEASON) -> int:
    """File one phase of one city; the gate judges at once."""
    return run(season, "submit", {"phase": phase, "city": city}, dry_run=dry_run)


@app.command(help="两次报送逐行比较；不写哪两次时，比较最近一次和它的前一次")
def compare(
    phase: Slug,
    /,
    *,
    city: OneCity,
    first: Annotated[int | None, Parameter(metavar="第几次", help="原先的一次")] = None,
    second: Annotated[int | None, Parameter(metavar="第几次", help="后来的一次")] = None,
    season: SeasonOptions = SEASON,
) -> int:
    """Show what differs between two filings, row by row; 1 where one of them is not kept."""
    from acts.compare_filings import WHAT, compare_filings
    from models import filed_rows

    database, year, _ = season.viewing()
    key = year.phase(phase).slug, year.city(city).slug
    with database.read() as connection:
        kept = filed_rows.kept(connection, year.year, *key)
        newest = second or (kept[-1] if kept else 0)
        before = first or max((one for one in kept if one < newest), default=newest)
        if not {before, newest} <= {*kept}:
            raise UsageError(f"没有留存所要比较的报送；留存的有：{'、'.join(map(str, kept)) or '无'}。")
        found = compare_filings(connection, year, *key, before, newest)
    rows = [
        (one.sheet.name, "　".join(text for _, text in row.key), WHAT[row.what], cell.column.label, cell.was, cell.now)
        for one in found
        for row in one.rows
        for cell in row.cells
    ]
    names = ("sheet", "row", "what", "column", "was", "now")
    data = {"first": before, "second": newest, "differences": [dict(zip(names, row, strict=True)) for row in rows]}
    shown = table("工作表", "行", "变动", "列", f"第 {before} 次", f"第 {newest} 次", rows=rows)
    answer(season.json, data, lambda console: console.print(shown) if rows else line(console, "没有不同。"))
    return 0


@app.command(help="省级管理办公室：某市退出本年度")
def withdraw(*, city: OneCity, reason: Reason, dry_run: DryRun = False, season: SeasonOptions = SEASON) -> int:
    """Take one city out of the year."""
    return run(season, "withdraw", {"city": city, "reason": reason}, dry_run=dry_run)


@app.command(help="截止前延期：一市、几市或全部（--all）")
def extend(
    phase: Slug,
    /,
    *,
    until: Until,
    reason: Reason,
    city: Cities | None = None,
    all_: Annotated[bool, Parameter(name="--all", negative="", help="全部设区市")] = False,
    untold: Untold = None,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Give a later due day before the due instant, within the same attempt."""
    if bool(city) == all_:
        raise UsageError("请写明 --city（可以写多次）或 --all，二者写其一。")
    given = {"phase": phase, "city": city, "until": until, "reason": reason, "untold": untold, "confirm": confirm}
    return run(season, "extend", given, dry_run=dry_run)


@app.command(help="市级管理办公室：撤回已报送、省级管理办公室尚未办理的内容；截止之前可以")
def recall(
    phase: Slug,
    /,
    *,
    city: Annotated[str, Parameter(metavar="城市", help="拼音、中文名或行政区划代码")],
    reason: Reason,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Take a filing back that nobody has decided."""
    return run(season, "recall", {"phase": phase, "city": city, "reason": reason}, dry_run=dry_run)


@app.command(help="省级管理办公室：更正误办的延期或重新开放的截止日；先用 --dry-run 预览")
def correct(
    phase: Slug,
    /,
    *,
    city: Cities,
    reason: Reason,
    untold: Untold = None,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Take back a later day that was given by mistake."""
    given = {"phase": phase, "city": city, "reason": reason, "untold": untold}
    return run(season, "correct", given, dry_run=dry_run)


@app.command(help="省级管理办公室：向逾期未报送的市发催办提示，同一市一天一次；先用 --dry-run 预览")
def nudge(
    phase: Slug,
    /,
    *,
    city: Cities,
    reason: Annotated[str | None, Parameter(metavar="话", help="写入函件的话；不写时用现成的")] = None,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Write to late cities, in words of one's own."""
    return run(season, "nudge", {"phase": phase, "city": city, "reason": reason}, dry_run=dry_run)


@app.command(help="省级管理办公室：审定或备案；加 --reject 为退回")
def approve(
    phase: Slug,
    /,
    *,
    city: Cities,
    reject: Annotated[bool, Parameter(negative="", help="退回，须写明 --reason")] = False,
    reason: Reason | None = None,
    until: Until | None = None,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Give the province's last word for one city or several."""
    if reject != (reason is not None):
        raise UsageError("--reject 与 --reason 要一起写。")
    if until is not None and not reject:
        raise UsageError("--until 只与 --reject 一起写：退回之后重新报送的截止日。")
    given = {"phase": phase, "city": city, "until": until, "reason": reason, "confirm": confirm}
    return run(season, "reject" if reject else "approve", given, dry_run=dry_run)


@app.command(help="省级管理办公室：对某市本次办理豁免一条“原则上”的规则")
def waive(
    rule: Annotated[str, Parameter(name="规则", help="规则，如 interviews.ratio")],
    /,
    *,
    phase: Annotated[str, Parameter(metavar="阶段", help="阶段")],
    city: OneCity,
    reason: Reason,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Set one in-principle rule aside for one city, phase and attempt."""
    return run(season, "waive", {"rule": rule, "phase": phase, "city": city, "reason": reason}, dry_run=dry_run)


@app.command(help="省级管理办公室：为某市重新开放本阶段；先用 --dry-run 预览")
def rerun(
    phase: Slug,
    /,
    *,
    city: OneCity,
    until: Until,
    reason: Reason,
    untold: Untold = None,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Start a new attempt of one phase for one city."""
    given = {"phase": phase, "city": city, "until": until, "reason": reason, "untold": untold, "confirm": confirm}
    return run(season, "rerun", given, dry_run=dry_run)


app.command("commands.season:why", name="why", help="核验结果：每项规定的实有、应有与修改意见")
