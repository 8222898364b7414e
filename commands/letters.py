"""`talent letters`: the post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from acts.json_shapes import letter_entry
from commands.options import SEASON, City, SeasonOptions, environment, local
from commands.output import answer, line, say, table
from letters.words import TAGS, state_word
from phases.letter_kinds import Kind
from season.recipients import named

if TYPE_CHECKING:
    from rich.console import Console

    from calendars.year import Year
    from models.letterbox import KeptLetter, WordedLetter
    from models.short_messages import ShortTold

app = App(name="letters")

app.command(
    "commands.letter_words:preview", name="preview", help="预览某类函件的样稿（内容为虚构），不发送；-o 写成邮件文件"
)
app.command(
    "commands.letter_words:check", name="check", help="检查本单位自定的函件文字：有不能用的，逐条说明（退出码 1）"
)
app.command("commands.letter_words:words", name="words", help="取出某类函件所附的文字，作为自定文字的底稿")
app.command("commands.own_letter:write", name="write", help="写函：用自己的话写给一类人或一个人；--dry-run 先看")
app.command("commands.own_letter:recall", name="recall-own", help="收回一号自拟函里还没有发出的")
app.command("commands.forecast:forecast", name="forecast", help="到下一工作日结束将写哪些函件：先看后发，不写入")
app.command("commands.letter_marks:hold", name="hold", help="留待放行：某封（写成的或将写的），或某阶段某种类的函件")
app.command("commands.letter_marks:release", name="release", help="放行留待的函件，或不再要求放行")
app.command("commands.letter_marks:remark", name="remark", help="给一封待放行、待补邮箱的函件加附言")
app.command("commands.suppression:suppress", name="suppress", help="停止向一个邮箱发函：发往该地址的函件待补邮箱")
app.command("commands.suppression:unsuppress", name="unsuppress", help="恢复向一个邮箱发函，发出待补邮箱的函件")
app.command("commands.settling:settle", name="settle", help="核实未送达或待核实的函件：已送达、重发，或不再发送")
app.command("commands.settling:resume", name="resume", help="确认系统时钟无误，恢复因时钟暂停的投递")
app.command(
    "commands.suppression:bounces", name="bounces", help="读退信（文件，或 - 读标准输入），停止向收不到信的邮箱发函"
)

app.command(
    "commands.expected_letters:why", name="why", help="某单位或个人的某类函件：写了哪些、结果如何，没写的是为什么"
)

State = Literal["queued", "sending", "sent", "failed", "unknown", "held", "awaiting", "cancelled"]


@app.command(name="list", help="函件清单")
def list_(
    *,
    state: Annotated[State | None, Parameter(metavar="状态", help="只看这一状态")] = None,
    city: City = None,
    kind: Annotated[Kind | None, Parameter(metavar="种类", help="只看这一种类")] = None,
    phase: Annotated[str | None, Parameter(metavar="阶段", help="只看这一阶段")] = None,
    season: SeasonOptions = SEASON,
) -> None:
    """Print the letters of a year, oldest first."""
    from models.letterbox import listed

    database, year = season.opened()
    place, slug = year.city(city).slug if city else None, year.phase(phase).slug if phase else None
    wanted = {"state": state, "concerns": place, "kind": kind, "phase": slug}
    with database.read() as connection:
        rows = listed(connection, year.year, wanted, season.as_of)
    answer(season.json, [letter_entry(row) for row in rows], lambda console: _list(console, year, rows))


def _list(console: Console, year: Year, rows: Sequence[KeptLetter]) -> None:
    show_list(console, year, rows)
    line(console, f"共 {len(rows)} 封。")


def show_list(console: Console, year: Year, rows: Sequence[KeptLetter]) -> None:
    """Print letters as a table, and under its subject why one did not go out."""
    shown = [
        (
            str(row.id),
            f"{local(row.queued_as_of):%m-%d %H:%M}",
            state_word(row.state, row.detail),
            named(year, row.recipient),
            TAGS[row.kind],
            f"{row.subject}\n（{row.detail}）" if row.detail and row.state != "sent" else row.subject,
        )
        for row in rows
    ]
    console.print(table("编号", "生成时间", "状态", "收件人", "种类", "主题", rows=shown))


@app.command(help="一封函件的全文与来历")
def show(
    number: Annotated[int, Parameter(name="编号", help="编号，见 talent letters list")],
    /,
    *,
    season: SeasonOptions = SEASON,
) -> int:
    """Print one letter; 1 where there is none of that number."""
    from letters.addressee import in_html, in_text
    from models.letterbox import letter_by_id
    from models.short_messages import beside
    from models.standing import opened

    with season.database().read() as connection:
        row, short = letter_by_id(connection, number), beside(connection, [number]).get(number)
        year = opened(connection, row.year).year if row else None
    if row is None or year is None:
        say(f"没有编号为 {number} 的函件。")
        return 1
    text, html = in_text(row.text, row.addressee), in_html(row.html, row.addressee)
    more = {"address": row.address, "detail": row.detail, "text": text, "html": html}
    more_json = more | {"short_message": short.as_json() if short else None}
    answer(season.json, letter_entry(row) | more_json, lambda console: _letter(console, year, row, text, short))
    return 0


def _letter(console: Console, year: Year, row: WordedLetter, text: str, short: ShortTold | None) -> None:
    from models.second_ways import WAYS

    sent = f"，{local(row.sent_at):%Y-%m-%d %H:%M} 发出" if row.sent_at else ""
    if row.state == "queued":
        sent = f"，{local(row.due_at):%Y-%m-%d %H:%M} 起发出"
    line(console, f"收件人：{named(year, row.recipient)} <{row.address}>")
    line(console, f"状态：{state_word(row.state, row.detail)}{sent}{f'（{row.detail}）' if row.detail else ''}")
    if short is not None:
        why = f"（{short.detail}）" if short.detail else ""
        line(console, f"急事另告：{WAYS[short.way]}，{state_word(short.state, None)}{why}")
    line(console, f"主题：{row.subject}\n", "bold")
    line(console, text)


@app.command(help="发出待发的函件，发完为止；有的要稍后再试时退出码 75")
def send(*, season: SeasonOptions = SEASON) -> int:
    """Drain what is queued and due."""
    import asyncio

    from commands.signals import leaving
    from models.letterbox import keeping_hours, waiting
    from models.post_clock import Ticks
    from post.sending import send as act
    from tasks.couriers import courier, gateways, links, outside, witness

    settings, database, stamp = environment(), season.database(), season.stamp()
    with leaving() as leave:
        sending = act(
            database,
            courier(settings),
            settings.mail_from,
            stamp,
            witness=witness(settings),
            ticks=Ticks.now(),
            outside=outside(settings),
            links=links(settings),
            gateways=gateways(settings),
            leave=leave,
        )
        posted = asyncio.run(sending)
    if leave.is_set():
        say("已停止投递；没有交出的函件仍在队列里，下次投递时发出。")
    if posted.alarm is not None:
        say(f"{posted.alarm}；怎样恢复投递，talent doctor 有说明。")
    with database.read() as connection:
        later = keeping_hours(connection, stamp.as_of)
        left = waiting(connection) - later
    words = f"已发 {posted.sent} 封，未送达 {posted.failed} 封，稍后再试 {left} 封，待核实 {posted.unknown} 封。"
    words += f"另有 {later} 封到工作时间发出。" if later else ""
    counts = {name: count for name, count in asdict(posted).items() if count is not None}
    answer(season.json, counts | {"waiting": left}, lambda console: line(console, words))
    return 75 if left else 0
