"""`talent rehearse`: a whole year through the real functions, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from commands.options import PLAIN, Instant, Plain, UsageError, YearNumber, database_at, environment, local
from commands.output import answer, console, line, say

if TYPE_CHECKING:
    from rich.console import Console

    from calendars.year import Year
    from models.database import Database
    from post.links import Links
    from rehearsal.packs import Pack
    from rehearsal.play import Play, Refusal, Rehearsed

PACKS = Path(__file__).parents[1] / "deployments" / "demo"
"""The packs that come with the programme, by year."""

WEEKDAYS = "一二三四五六日"


def rehearse(
    year: YearNumber,
    /,
    *,
    inputs: Annotated[Path | None, Parameter(metavar="目录", help="演练材料；不写时用随程序附带的")] = None,
    until: Annotated[Instant | None, Parameter(help="演到这一时刻为止；只写日期时为当日 00:00")] = None,
    keep: Annotated[
        str | None, Parameter(metavar="URL", help="把演练的数据库留在这里（须是新库）；不写时用完即弃")
    ] = None,
    hold_letters: Annotated[bool, Parameter(negative="", help="函件全部留在待发状态，不投递")] = False,
    letters: Annotated[
        Path | None, Parameter(metavar="文件", help="把一个市办和一名导师全年收到的函件写进这个文件（Markdown）")
    ] = None,
    plain: Plain = PLAIN,
) -> int:
    """Play a year and print its timeline and its end; 1 where an event marked `expect` was not refused as marked."""
    pack = pack_in(year, inputs or PACKS / str(year))
    delivers = keep is not None and not hold_letters  # else nobody could ever look at what was delivered
    with _folder() as folder:
        database = fresh(keep or f"sqlite:///{folder / 'rehearsal.db'}", year)
        play = play_of(database, pack, until, folder / "mail" if delivers else None, plain)
        run_through(play)
        ended = play.ended()
        if letters is not None:
            _write(letters, play)
    answer(plain.json, ended.as_json(), lambda to: _told(to, play, ended))
    marked = [unmet for unmet in ended.unmet if unmet.event.expect]
    for unmet in marked:
        say(_otherwise(play.year, unmet))
    return 1 if marked else 0


def _write(file: Path, play: Play) -> None:
    from rehearsal.year_of_letters import year_of_letters

    with play.database.read() as connection:
        city = play.pack.visitor or play.year.cities[0].slug
        file.write_text(year_of_letters(connection, play.year, city), "utf-8")


DOINGS = {
    "load": "导入",
    "submit": "报送",
    "approve": "审定",
    "reject": "退回",
    "waive": "豁免",
    "extend": "延期",
    "rerun": "重新开放",
    "withdraw": "退出",
}
BURDENED = {
    "city": "市办",
    "head": "市办负责同志",
    "institution": "高校、科研院所",
    "lead": "省办负责同志",
    "mentor": "有学生的导师",
    "mentor-without": "没有学生的导师",
    "province": "省办",
    "school": "中学",
}
"""Whom a burden is of."""

ENDS = {"done": "办成", "refused": "不予办理", "returned": "退回", "form-errors": "表格有误"}


def _otherwise(year: Year, unmet: Refusal) -> str:
    """One line on an event that did not end as the pack marks it: what, the end marked, the end it came to."""
    event, outcome = unmet.event, unmet.outcome
    city = year.city(event.city).name if event.city else ""
    phase = next((one.name for one in year.phases if one.slug == event.phase), event.phase or "")
    rule = event.options.get("rule", "") if event.do != "waive" else ""
    marked, came = ENDS.get(str(event.expect), event.expect), ENDS[outcome.outcome]
    expected, found = (
        f"{end}（{why}）" if why else end for end, why in ((marked, rule), (came, "、".join(unmet.rules)))
    )
    what = " ".join(filter(None, (f"{event.at:%m-%d %H:%M}", city, phase, DOINGS[event.do])))
    return f"与演练材料所注不符：{what}应为{expected}，实为{found}。"


def pack_in(year: int, folder: Path) -> Pack:
    """The pack of a folder; raises UsageError where there is none, or one of another year."""
    from rehearsal.packs import read_pack

    if not (folder / "pack.toml").is_file():
        raise UsageError(f"{folder} 里没有演练材料（pack.toml）；请用 --inputs 指明。")
    pack = read_pack(folder)
    if pack.year != year:
        raise UsageError(f"{folder} 是 {pack.year} 年度的演练材料，不是 {year} 年度。")
    return pack


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="talent-") as name:
        yield Path(name)


def fresh(url: str, year: int) -> Database:
    """A migrated database without that year; raises UsageError where it has it."""
    from models import standing

    database = database_at(url)
    from models import migrate

    migrate.upgrade(database)
    with database.read() as connection:
        try:
            standing.opened(connection, year)
        except standing.YearNotOpen:
            return database
    raise UsageError(f"这个数据库里已有 {year} 年度；演练要用一个新的数据库。")


def play_of(
    database: Database,
    pack: Pack,
    until: datetime | None,
    mail: Path | None,
    plain: Plain,
    links: Links | None = None,
) -> Play:
    """A play of a pack on a database, up to an instant (None: the end); its letters go to the folder `mail`.

    `links` make the links by which offices acknowledge them, None where no window is to answer.
    """
    from calendars.files import load
    from rehearsal.play import Play, ends
    from rehearsal.playing_on import postman

    calendar = load(pack.year)
    post = None if mail is None else postman(database, mail, environment().mail_from, links)
    end, told = until or ends(calendar), environment()
    return Play(database, calendar, pack, end, plain.operator(), told.links_lead, post, mail_domain=told.mail_domain)


def run_through(play: Play) -> None:
    """Play to the end, with a bar on standard error where that is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn

    to = console(stderr=True)
    first = min(phase.opens for phase in play.year.phases)
    days = max((local(play.until).date() - first).days, 1)
    columns = (TextColumn("演练"), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=to, transient=True, disable=not to.is_terminal) as progress:
        task = progress.add_task("", total=days)
        for at in play.steps():
            progress.update(task, completed=(local(at).date() - first).days, description=f"{local(at):%Y-%m-%d}")


def _told(to: Console, play: Play, ended: Rehearsed) -> None:
    from commands.matrix import show

    _timeline(to, play, ended)
    show(to, ended.matrix)
    line(to, f"\n没有办成的事项 {len(ended.refusals)} 件：", "bold")
    for refusal in ended.refusals:
        line(to, f"  {refusal.event.at:%m-%d %H:%M} {refusal.outcome.message}")
    line(to, "\n一年的负担（最多的一个）：", "bold")
    for one in ended.burdens:
        done = f"，导入、报送 {one.acts} 次，填 {one.cells} 格" if one.acts else ""
        line(
            to,
            f"  {BURDENED[one.audience]} {one.parties} 个：函件 {one.letters} 封（共 {one.letters_in_all} 封）{done}",
        )


def _timeline(to: Console, play: Play, ended: Rehearsed) -> None:
    """What happened, day by day: each event in its words, then the letters of the day by kind."""
    happened: dict[str, list[str]] = {}
    for at, message in play.timeline:
        happened.setdefault(f"{local(at):%Y-%m-%d}", []).append(f"{local(at):%H:%M} {message}")
    for day in sorted({*happened, *ended.letters}):
        line(to, f"{day} 周{WEEKDAYS[datetime.fromisoformat(day).weekday()]}", "bold")
        for words in happened.get(day, ()):
            line(to, f"  {words}")
        if day in ended.letters:
            line(to, f"  函件 {_counted(ended.letters[day])}", "dim")


def _counted(kinds: Any) -> str:  # noqa: ANN401 - counts by kind
    from letters.words import TAGS

    return "、".join(f"{TAGS[kind]} {n}" for kind, n in kinds.items())
