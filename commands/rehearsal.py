"""`talent rehearse` and `talent demo`: a whole year through the real functions, on a database of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from commands.options import PLAIN, TZ, Instant, Plain, UsageError, database_at, environment, local
from commands.output import answer, console, line, say

if TYPE_CHECKING:
    from rich.console import Console

    from acts.packs import Pack
    from acts.rehearse import Play, Refusal, Rehearsed
    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp

PACKS = Path(__file__).parents[1] / "deployments" / "demo"
"""The packs that come with the programme, by year."""

DEMO_YEAR = 2022
DEMO_UNTIL = datetime(2022, 2, 7, 9, 0, tzinfo=TZ)
"""The first working morning after the Spring Festival: Yancheng's shortlist is late and was just written to."""

DEMO = Path("var/demo")
LAST_LETTERS = 8
WEEKDAYS = "一二三四五六日"


def rehearse(
    year: Annotated[int, Parameter(name="年度", help="年度")],
    /,
    *,
    inputs: Annotated[Path | None, Parameter(metavar="目录", help="演练材料；不写时用随程序附带的")] = None,
    until: Annotated[Instant | None, Parameter(help="演到这一时刻为止；只写日期时为当日 00:00")] = None,
    keep: Annotated[
        str | None, Parameter(metavar="URL", help="把演练的数据库留在这里（须是新库）；不写时用完即弃")
    ] = None,
    hold_letters: Annotated[bool, Parameter(negative="", help="函件全部留在待发状态，不投递")] = False,
    plain: Plain = PLAIN,
) -> int:
    """Play a year and print its timeline and its end; 1 where an event marked `expect` was not refused as marked."""
    pack = _pack(year, inputs or PACKS / str(year))
    delivers = keep is not None and not hold_letters  # else nobody could ever look at what was delivered
    with _folder() as folder:
        database = _fresh(keep or f"sqlite:///{folder / 'rehearsal.db'}", year)
        play = _play(database, pack, until, folder / "mail" if delivers else None, plain)
        _run(play)
        ended = play.ended()
    answer(plain.json, ended.as_json(), lambda to: _told(to, play, ended))
    marked = [unmet for unmet in ended.unmet if unmet.event.expect]
    for unmet in marked:
        say(_otherwise(play.year, unmet))
    return 1 if marked else 0


DOINGS = {
    "load": "导入",
    "submit": "报送",
    "approve": "审定",
    "reject": "退回",
    "waive": "豁免",
    "extend": "延期",
    "rerun": "重启",
    "withdraw": "退出",
}
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


def _pack(year: int, folder: Path) -> Pack:
    from acts.packs import read_pack

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


def _fresh(url: str, year: int) -> Database:
    """A migrated database without that year; raises UsageError where it has it."""
    from models import standing

    database = database_at(url)
    database.upgrade()
    with database.read() as connection:
        try:
            standing.opened(connection, year)
        except standing.YearNotOpen:
            return database
    raise UsageError(f"这个数据库里已有 {year} 年度；演练要用一个新的数据库。")


def _play(database: Database, pack: Pack, until: datetime | None, mail: Path | None, plain: Plain) -> Play:
    from acts.rehearse import Play, ends
    from calendars.files import load

    calendar = load(pack.year)
    post = None if mail is None else _postman(database, mail)
    return Play(database, calendar, pack, until or ends(calendar), plain.operator(), environment().base_url, post)


def _postman(database: Database, mail: Path) -> Callable[[Stamp], None]:
    """Deliver what is queued to a maildir: a rehearsal never writes to anybody."""
    import asyncio

    from acts.post import send
    from letters.maildir import MaildirCourier

    courier, sender = MaildirCourier(mail), environment().mail_from

    def post(stamp: Stamp) -> None:
        asyncio.run(send(database, courier, sender, stamp))

    return post


def _run(play: Play) -> None:
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

    return "、".join(f"{next(tag for one, tag in TAGS.items() if one == kind)} {n}" for kind, n in kinds.items())


def demo(*, plain: Plain = PLAIN) -> int:
    """Rehearse 2022 to the morning of 7 February, and say what is to be seen and what may be typed next."""
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir(parents=True)
    pack = _pack(DEMO_YEAR, PACKS / str(DEMO_YEAR))
    url = f"sqlite:///{DEMO}/talent.db"
    database = _fresh(url, DEMO_YEAR)
    play = _play(database, pack, DEMO_UNTIL, DEMO / "mail", plain)
    _run(play)
    ended = play.ended()
    answer(plain.json, ended.as_json(), lambda to: _demonstrated(to, database, ended, url))
    return 0


def _demonstrated(to: Console, database: Database, ended: Rehearsed, url: str) -> None:
    from commands.letters import show_list
    from commands.matrix import show
    from models.post import listed

    show(to, ended.matrix)
    with database.read() as connection:
        rows = listed(connection, DEMO_YEAR, {})
    line(to, f"\n最近的函件（共 {len(rows)} 封，投递在 {DEMO}/mail，可用任何邮件程序打开）", "bold")
    show_list(to, ended.matrix.year, rows[-LAST_LETTERS:])
    line(to, "\n接下来可以输入", "bold")
    for words in _next(url, rows[-1].id):
        line(to, words)


def _next(url: str, letter: int) -> tuple[str, ...]:
    at = "--as-of 2022-02-07T09:30"
    talent = ".venv/bin/talent" if Path(".venv/bin/talent").exists() else "talent"
    return (
        f"  export TALENT_DATABASE__URL={url}",
        f"  {talent} letters show {letter}",
        f"  {talent} log --city 盐城 {at}",
        "  # 省办为盐城重启面试名单：先预览，确认后去掉 --dry-run",
        f"  {talent} phase rerun shortlist --city 盐城 --until 2022-02-10 --reason 疫情封控 {at} --dry-run",
        "  # 盐城导入名单并报送",
        f"  {talent} form load shortlist {_shown(PACKS)}/2022/yancheng/shortlist.xlsx --city 盐城 {at}",
        f"  {talent} phase submit shortlist --city 盐城 {at}",
        f"  {talent} status {at}",
        "  # 把一整年演完",
        f"  {talent} rehearse 2022",
    )


def _shown(path: Path) -> Path:
    """The path as it is typed from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
