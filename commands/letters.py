"""`talent letters`: the post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from commands.options import COMMON, SEASON, City, Common, OneCity, Season, UsageError, environment, local
from commands.output import answer, line, say, table

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Row

app = App(name="letters")

app.command("commands.suppression:suppress", name="suppress", help="停用一个邮箱：发往该地址的函件暂存")
app.command("commands.suppression:unsuppress", name="unsuppress", help="恢复一个停用的邮箱，放行暂存的函件")
app.command("commands.suppression:bounces", name="bounces", help="读退信（文件，或 - 读标准输入），停用收不到信的邮箱")

Kind = Annotated[str, Parameter(help="种类，如 reminder、overdue、returned、digest")]


@app.command(help="预览某类函件的样稿（内容为虚构），不发送")
def preview(
    kind: Kind,
    /,
    *,
    city: OneCity,
    phase: Annotated[str | None, Parameter(metavar="阶段", help="阶段；整个年度的函件不写")] = None,
    html: Annotated[bool, Parameter(negative="", help="打印 HTML 正文，不打印文字正文")] = False,
    year: Annotated[int | None, Parameter(metavar="年度", help="按哪一年度的日历；不写时为附带的最早年度")] = None,
    common: Common = COMMON,
) -> None:
    """Print a specimen of one kind for every audience that it is written to."""
    found = specimens(kind, phase, city, year)
    answer(common.json, found, lambda console: _letters(console, found, html=html))


def specimens(kind: str, phase: str | None, city: str, number: int | None) -> list[dict[str, str]]:
    """The rendered specimens, one an audience; raises UsageError where there is no such letter."""
    from calendars.files import load, shipped
    from letters.occurrences import KINDS, OCCURS
    from letters.render import render
    from letters.specimens import specimen

    year = load(number or shipped()[0])
    slug = year.phase(phase).slug if phase else None
    kinds = [each for each in KINDS if each == kind]
    audiences = [(each, audience) for each in kinds for audience in OCCURS.get((each, slug), ())]
    if not audiences:
        raise UsageError(_no_such(kind, slug))
    rendered = [
        (audience, render(specimen(year, each, slug, audience, year.city(city)))) for each, audience in audiences
    ]
    return [{"audience": audience, "subject": r.subject, "text": r.text, "html": r.html} for audience, r in rendered]


def _no_such(kind: str, phase: str | None) -> str:
    from letters.occurrences import KINDS, OCCURS

    if kind not in KINDS:
        return f"没有“{kind}”这类函件；可用的有 {'、'.join(KINDS)}。"
    phases = [slug or "（不写 --phase）" for each, slug in OCCURS if each == kind]
    return f"“{kind}”类函件不出现在 {phase or '整个年度'}；可用的阶段有 {'、'.join(phases)}。"


def _letters(console: Console, found: list[dict[str, str]], *, html: bool) -> None:
    for each in found:
        line(console, f"—— 收件人类别：{each['audience']}", "dim")
        line(console, f"主题：{each['subject']}", "bold")
        line(console, each["html"] if html else each["text"])


@app.command(name="list", help="函件清单")
def list_(
    *,
    state: Annotated[
        str | None, Parameter(metavar="状态", help="queued、sending、sent、failed、unknown、held、cancelled")
    ] = None,
    city: City = None,
    kind: Annotated[str | None, Parameter(metavar="种类", help="如 reminder、overdue、returned")] = None,
    season: Season = SEASON,
) -> None:
    """Print the letters of a year, oldest first."""
    from models.post import listed

    database, year = season.opened()
    place = year.city(city).slug if city else None
    with database.read() as connection:
        rows = listed(connection, year.year, {"state": state, "concerns": place, "kind": kind}, season.as_of)
    answer(season.json, [entry(row) for row in rows], lambda console: _list(console, rows))


def entry(row: Row[Any]) -> dict[str, Any]:
    """One letter of `talent letters list --json`; what does not apply is null."""
    key = "/".join(map(str, (row.year, row.phase, row.city, row.attempt, row.recipient, row.kind, row.slot)))
    return {
        "id": row.id,
        "key": key,
        "kind": row.kind,
        "phase": _applies(row.phase),
        "city": _applies(row.concerns),
        "to": row.recipient,
        "slot": _applies(row.slot),
        "state": row.state,
        "queued_as_of": local(row.queued_as_of).isoformat(),
        "sent_at": local(row.sent_at).isoformat() if row.sent_at else None,
        "subject": row.subject,
    }


def _applies(part: str) -> str | None:
    return None if part == "*" else part


STATES = {
    "queued": "待发",
    "sending": "发送中",
    "sent": "已发",
    "failed": "未送达",
    "unknown": "待核实",
    "held": "暂存",
    "cancelled": "已取消",
}
"""The states of a letter, in Chinese."""


def _list(console: Console, rows: Sequence[Row[Any]]) -> None:
    show_list(console, rows)
    line(console, f"共 {len(rows)} 封。")


def show_list(console: Console, rows: Sequence[Row[Any]]) -> None:
    """Print letters as a table."""
    shown = [
        (str(row.id), f"{local(row.queued_as_of):%m-%d %H:%M}", STATES[row.state], row.recipient, row.subject)
        for row in rows
    ]
    console.print(table("编号", "时刻", "状态", "收件人", "主题", rows=shown))


@app.command(help="一封函件的全文与来历")
def show(number: Annotated[int, Parameter(help="编号，见 talent letters list")], /, *, season: Season = SEASON) -> int:
    """Print one letter; 1 where there is none of that number."""
    from models.post import letter_by_id

    with season.database().read() as connection:
        row = letter_by_id(connection, number)
    if row is None:
        say(f"没有编号为 {number} 的函件。")
        return 1
    more = {"address": row.address, "detail": row.detail, "text": row.text, "html": row.html}
    answer(season.json, entry(row) | more, lambda console: _letter(console, row))
    return 0


def _letter(console: Console, row: Row[Any]) -> None:
    sent = f"，{local(row.sent_at):%Y-%m-%d %H:%M} 发出" if row.sent_at else ""
    line(console, f"收件人：{row.recipient} <{row.address}>")
    line(console, f"状态：{STATES[row.state]}{sent}{f'（{row.detail}）' if row.detail else ''}")
    line(console, f"主题：{row.subject}\n", "bold")
    line(console, row.text)


@app.command(help="发出待发的函件，发完为止；有的要稍后再试时退出码 75")
def send(*, season: Season = SEASON) -> int:
    """Drain what is queued and due."""
    import asyncio

    from acts.post import send as act
    from models.post import waiting
    from tasks.couriers import courier

    settings, database = environment(), season.database()
    posted = asyncio.run(act(database, courier(settings), settings.mail_from, season.stamp()))
    with database.read() as connection:
        left = waiting(connection)
    words = f"已发 {posted.sent} 封，未送达 {posted.failed} 封，稍后再试 {left} 封，待核实 {posted.unknown} 封。"
    counts = {name: count for name, count in asdict(posted).items() if count is not None}
    answer(season.json, counts | {"waiting": left}, lambda console: line(console, words))
    return 75 if left else 0
