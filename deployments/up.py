"""Everything in one process group: migrations, dashboard, Prefect server (or the one configured), schedules, worker.

This process imports no Prefect. It keeps its children alive, and brings the schedules up to date whenever a year is
opened, revised or archived. What a child says stands in a log file of its own.
"""

from __future__ import annotations

import math
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from sqlalchemy.exc import SQLAlchemyError

from acts.accounts import first_link
from calendars.deadlines import TZ
from calendars.errors import TalentError
from dashboard.serving.secret_key import secret_of
from deployments.children import Child
from deployments.house import House
from deployments.instance import announced
from deployments.nightly import Nightly
from deployments.plan import plan
from deployments.work_pool import POOL
from models.database import Database
from models.open_years import live
from models.stamp import Stamp
from phases.book import BOOK
from settings import FOLDER, FORMER, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from deployments.plan import Deployment

PORT = 4200
START_SECONDS = 120.0
WINDOW_SECONDS = 60.0
SYNC_SECONDS = 120.0
LOOK_SECONDS = 30.0
RUNS_AT_ONCE = 3
PYTHON = (sys.executable, "-P", "-m")


SILENT = "Prefect 服务 {api} 没有应答（日志 {log}）。页面照常可用；它应答之前，不按日程办理，也不投递函件。"
NO_YEAR = "还没有开设年度；运行 talent year open 年份 之后日程会自动出现。"
AT_ONCE = partial(print, flush=True)
"""Says a line so that a journal or a file shows it now, not at the end."""


def up(
    folder: Path = FOLDER,
    port: int = PORT,
    database_url: str | None = None,
    say: Callable[[str], None] = AT_ONCE,
    web: int | None = None,
) -> int:
    """Run until SIGINT or SIGTERM; give 0. For the main thread: only that one hears signals.

    `folder` keeps logs, the server's data, its sign-in, the dashboard's secret and, as long as this runs, where links
    lead; `database_url` overrides `TALENT_DATABASE__URL`, `web` the dashboard's port. Raise PortTaken, or what the
    migrations raise, before anything is left running.
    """
    settings = Settings()
    listens = web or settings.dashboard.port
    told = {"TALENT_DASHBOARD__PORT": str(listens), "TALENT_BEAT_SECONDS": str(settings.beat_seconds)}
    if database_url is not None:
        told["TALENT_DATABASE__URL"] = database_url
    house = House(folder.resolve(), port, settings.dashboard.host, listens, told)
    base = told["TALENT_BASE_URL"] = links_lead(settings, house, say)
    database = Database(database_url or settings.database.url, BOOK)
    house.free()
    secret_of(settings, house.folder)  # one that is none is said now, not by a page that never starts
    say("检查数据库……")
    from deployments.upgrading import upgrade

    copy = upgrade(database, settings, house.folder, datetime.now(TZ))
    if copy is not None:
        say(f"数据库已升级；升级之前的另存为 {copy}。")
    if settings.backup.passphrase is None:
        say("没有设置备份口令（TALENT_BACKUP__PASSPHRASE），每夜不做备份。")
    try:
        with announced(house):
            return run(house, database, say, lambda: _first_link(database, base, say))
    finally:
        database.dispose()


def links_lead(settings: Settings, house: House, say: Callable[[str], None] = AT_ONCE) -> str:
    """Give the address that links begin with: the one that was chosen, else the window's own at the port in use."""
    if settings.base_url_chosen:
        return settings.base_url
    if "base_url" in settings.model_fields_set and house.window != FORMER:
        say(f"TALENT_BASE_URL 写的是从前的默认值 {FORMER}，链接改用页面现在的地址 {house.window}。")
    return house.window


def run(
    house: House, database: Database, say: Callable[[str], None] = AT_ONCE, greet: Callable[[], None] = lambda: None
) -> int:
    """Run a house until SIGINT or SIGTERM, `greet` once its dashboard answers; the database is there already."""
    ended = threading.Event()
    with _until_signalled(ended):
        children: list[Child] = []
        nightly = _nightly(house, say)
        try:
            _run(house, database, children, ended, say, greet, nightly)
        finally:
            if nightly is not None:
                nightly.stop()
            for child in reversed(children):
                child.stop()
            say("已停止。")
    return 0


def _first_link(database: Database, base_url: str, say: Callable[[str], None]) -> None:
    """Print the one-time link of the first admin where nobody can sign in yet."""
    now = datetime.now(TZ)
    link = first_link(database, Stamp("talent up", now, now, base_url))
    if link is not None:
        say(f"还没有可以登录的省办账号；请用这个一次性链接设置第一个账号的密码：{link}")


def _window(house: House, environment: dict[str, str], ended: threading.Event, say: Callable[[str], None]) -> Child:
    """Start the dashboard and say where it is, once it answers."""
    pack = ("--pack", str(house.pack)) if house.pack else ()
    child = _child(house, environment, "dashboard", "dashboard.serve", "--folder", str(house.folder), *pack)
    child.keep()
    said = "进度总览与各页面" if _answers(f"{house.window}/livez", WINDOW_SECONDS, ended) else "页面没有应答，请看日志"
    say(f"{said}：{house.window}（日志 {child.log}）")
    return child


def _run(
    house: House,
    database: Database,
    children: list[Child],
    ended: threading.Event,
    say: Callable[[str], None],
    greet: Callable[[], None],
    nightly: Nightly | None,
) -> None:
    environment = house.environment()
    api = environment["PREFECT_API_URL"]
    if house.own_server:
        children.append(_child(house, environment, "server", "prefect", "server", "start"))
        children[-1].keep()
        say(f"Prefect 服务启动中：{api.removesuffix('/api')}（登录口令在 {house.folder / 'prefect' / 'auth'}）")
    children.append(_window(house, environment, ended, say))
    greet()
    health, silent = f"{api}/health", SILENT.format(api=api, log=house.logs / "server.log")
    if not (there := _answers(health, START_SECONDS, ended)):
        say(silent)
    command = ("prefect", "worker", "start", "--pool", POOL, "--type", "process", "--limit", str(RUNS_AT_ONCE))
    worker = _child(house, environment | _sealed(house, environment), "worker", *command)
    synced: tuple[Deployment, ...] = ()
    looked = -math.inf
    while not ended.wait(1.0):
        if nightly is not None:
            nightly.look(datetime.now(TZ))
        for child in children:
            if child.keep() and child.deaths:
                say(f"{child.name} 意外退出，已重新启动（{child.said}；日志 {child.log}）")
                synced = ()  # a server that came back may have lost what it held
        if (there := there or _answers(health, 0, ended)) and time.monotonic() - looked > LOOK_SECONDS:
            synced, looked = _synced(house, environment, database, synced, say), time.monotonic()
            if worker not in children:
                children.append(worker)
                worker.keep()
                say(f"运行中，日志在 {house.logs}；按 Ctrl-C 停止。")


def _nightly(house: House, say: Callable[[str], None]) -> Nightly | None:
    """Give what makes the nights' backups: of no demonstration, and of nothing without a passphrase."""
    backup = Settings().backup
    if house.pack is not None or backup.passphrase is None:
        return None
    command = ("cli", "db", "backup", "--folder", str(house.folder))
    return Nightly(lambda: _child(house, house.environment(), "backup", *command), backup.folder, say)


def _sealed(house: House, environment: Mapping[str, str]) -> dict[str, str]:
    """Tell the post where the window's own secret is, so that offices can acknowledge letters by their links."""
    named = {"TALENT_SECRET_KEY", "TALENT_SECRET_KEY_FILE"} & environment.keys()
    kept = house.folder / "secret"
    return {} if named or Settings().secret_key or not kept.exists() else {"TALENT_SECRET_KEY_FILE": str(kept)}


def _child(house: House, environment: dict[str, str], name: str, *command: str) -> Child:
    return Child(name, (*PYTHON, *command), environment, house.logs / f"{name}.log")


def _answers(address: str, seconds: float, ended: threading.Event) -> bool:
    """Tell whether it answers within so many seconds; also where it is over meanwhile."""
    until = time.monotonic() + seconds
    while not ended.is_set():
        try:
            with urlopen(address, timeout=5):  # noqa: S310 -- an address of our own
                return True
        except (URLError, OSError):
            if time.monotonic() > until:
                return False
        ended.wait(0.2)
    return True


def _synced(
    house: House,
    environment: dict[str, str],
    database: Database,
    before: tuple[Deployment, ...],
    say: Callable[[str], None],
) -> tuple[Deployment, ...]:
    """Bring the server to the calendars of the years under way, where they are not what was synced; give what is."""
    try:
        with database.read() as connection:
            years = [opened.year for opened in live(connection)]
    except (TalentError, SQLAlchemyError) as error:
        say(f"读不到各年度的日历，稍后重试（{type(error).__name__}）")
        return before
    wanted = plan(years)
    if wanted == before:
        return before
    once = _child(house, environment, "sync", "deployments.sync")
    once.keep()
    assert once.process is not None
    try:
        code = once.process.wait(SYNC_SECONDS)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        once.stop()
    if code != 0:
        say(f"日程没有同步成功，稍后重试（{once.why()}；日志 {once.log}）")
        return before
    named = "、".join(str(year.year) for year in years)
    none = "演示不随系统时间办理，由页面上的演示时钟拨到哪一刻就办到哪一刻。" if house.pack else NO_YEAR
    say(f"日程已同步：{named} 年度" if named else none)
    return wanted


@contextmanager
def _until_signalled(ended: threading.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM end it. Having a handler also gives the children back signals our own parent ignored."""
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
