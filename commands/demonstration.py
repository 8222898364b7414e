"""`talent demo`: the season of 2022 as it stood on a morning when one city was late, with all that runs it."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from calendars.deadlines import TZ
from commands.options import PLAIN, Plain
from commands.output import answer, line, say
from commands.rehearsal import PACKS, fresh, pack_in, play_of, run_through
from commands.running import PrefectPort, WebPort

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from deployments.house import House
    from models.database import Database
    from post.links import Links
    from rehearsal.demo_people import Person
    from rehearsal.play import Rehearsed

DEMO_YEAR = 2022
DEMO_UNTIL = datetime(2022, 2, 7, 9, 0, tzinfo=TZ)
"""The first working morning after the Spring Festival: Yancheng's shortlist is late and was just written to."""

DEMO = Path("var/demo")
URL = f"sqlite:///{DEMO}/talent.db"
WORKBOOK = PACKS / str(DEMO_YEAR) / "yancheng" / "shortlist.xlsx"
"""What Yancheng would have filed."""
LAST_LETTERS = 8
PASSWORD = "yanlian-2022"  # nosec B105 # noqa: S105 -- of invented people, on a database of invented people, printed for everybody
"""What every account of the demonstration signs in with: 演练."""


def demo(
    *,
    serve: Annotated[
        bool, Parameter(name="--serve", negative="--no-serve", help="只演练，不启动页面和 Prefect")
    ] = True,
    port: PrefectPort = 4200,
    web_port: WebPort = 8000,
    plain: Plain = PLAIN,
) -> int:
    """Rehearse 2022 to the morning of 7 February; then run it all until Ctrl-C, or say what may be typed next."""
    serve = serve and not plain.json
    house = _house(port, web_port)
    if serve:
        house.free()  # one that runs already would have its folder taken away
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir(parents=True)
    database = fresh(URL, DEMO_YEAR)
    links = _links(house) if serve else None
    play = play_of(database, pack_in(DEMO_YEAR, PACKS / str(DEMO_YEAR)), DEMO_UNTIL, DEMO / "mail", plain, links)
    if serve:
        play.base_url = house.window
    run_through(play)
    ended = play.ended()
    if serve:
        return _served(house, database, ended)
    answer(plain.json, ended.as_json(), lambda to: _demonstrated(to, database, ended))
    return 0


def _house(port: int, web: int) -> House:
    """A house that knows nothing of this machine's own: no real server, database, relay or channel is ever met."""
    import os

    from deployments.environment import LOOPBACK
    from deployments.house import House

    given = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "TALENT_"))}
    told = {
        "TALENT_DATABASE__URL": f"sqlite:///{DEMO.resolve()}/talent.db",
        "TALENT_COURIER": "maildir",
        "TALENT_MAILDIR": str(DEMO.resolve() / "mail"),
        "TALENT_BASE_URL": f"http://{LOOPBACK}:{web}",
        "TALENT_DASHBOARD__HOST": LOOPBACK,
        "TALENT_DASHBOARD__PORT": str(web),
        "TALENT_DASHBOARD__TOTP": "false",
    }
    return House(DEMO.resolve(), port, LOOPBACK, web, told, PACKS / str(DEMO_YEAR), given)


def _links(house: House) -> Links:
    from dashboard.serving.secret_key import secret_of
    from post.links import Links
    from settings import Settings

    return Links(secret_of(Settings(secret_key=None), house.folder), house.window)


def _served(house: House, database: Database, ended: Rehearsed) -> int:
    from commands.matrix import show
    from commands.output import console
    from dashboard.signing_in.passwords import kept
    from deployments.instance import announced
    from deployments.up import run
    from rehearsal.demo_people import invite

    show(console(), ended.matrix)
    people = invite(database, ended.matrix.year, kept(PASSWORD), datetime.now(TZ))
    say("", "演示用的都是虚构的人和数据。页面和 Prefect 正在启动……")
    with announced(house):
        return run(house, database, say, lambda: say(*sign_ins(house.window, people)))


def sign_ins(address: str, people: Iterable[Person]) -> tuple[str, ...]:
    """What a visitor is told: where, as whom, and what to try first."""
    province = [person for person in people if person.city is None]
    cities = [person for person in people if person.city is not None]
    return (
        "",
        f"  打开 {address}",
        *(f"    {person.shown}：用户名 {person.name}" for person in province),
        f"    各市：用户名 {'、'.join(person.name for person in cities)}",
        f"    密码都是 {PASSWORD}（演示不要动态口令）",
        "  先用 province 登录，看盐城为何逾期，为它重新开放面试名单；再用 yancheng 登录报送。",
        f"  盐城要报送的报送表：在该阶段页上下载“演练用的已填报送表”，即 {_shown(WORKBOOK)}",
        f"  命令行：先 export TALENT_DATABASE__URL={URL}，再 talent status；时刻取演示时钟。",
        f"  省级管理办公室页面上方的“演示时钟”可以快进；发出的函件在 {DEMO}/mail。按 Ctrl-C 结束。",
        "",
    )


def _demonstrated(to: Console, database: Database, ended: Rehearsed) -> None:
    from commands.letters import show_list
    from commands.matrix import show
    from models.letterbox import listed

    show(to, ended.matrix)
    with database.read() as connection:
        rows = listed(connection, DEMO_YEAR, {})
    line(to, f"\n最近的函件（共 {len(rows)} 封，投递在 {DEMO}/mail，可用任何邮件程序打开）", "bold")
    show_list(to, ended.matrix.year, rows[-LAST_LETTERS:])
    line(to, "\n接下来可以输入", "bold")
    for words in _next(rows[-1].id):
        line(to, words)


def _next(letter: int) -> tuple[str, ...]:
    at = "--as-of 2022-02-07T09:30"
    talent = ".venv/bin/talent" if Path(".venv/bin/talent").exists() else "talent"
    return (
        f"  export TALENT_DATABASE__URL={URL}",
        f"  {talent} letters show {letter}",
        f"  {talent} log --city 盐城 {at}",
        "  # 省办为盐城重新开放面试名单：先预览，确认后去掉 --dry-run",
        f"  {talent} phase rerun shortlist --city 盐城 --until 2022-02-10 --reason 疫情封控 {at} --dry-run",
        "  # 盐城导入名单并报送",
        f"  {talent} form load shortlist {_shown(WORKBOOK)} --city 盐城 {at}",
        f"  {talent} phase submit shortlist --city 盐城 {at}",
        f"  {talent} status {at}",
        "  # 把一整年演完",
        f"  {talent} rehearse 2022",
    )


def _shown(path: Path) -> Path:
    """The path as it is typed from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
