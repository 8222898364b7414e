"""Everything in one process group: migrations, the Prefect server (or the one configured), schedules, a worker.

This process imports no Prefect. It keeps its children alive, and brings the schedules up to date whenever a year is
opened, revised or archived. What a child says stands in a log file of its own.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from sqlalchemy.exc import SQLAlchemyError

from calendars.errors import TalentError
from deployments.children import Child
from deployments.environment import LOOPBACK, auth_string, prefect_environment
from deployments.plan import plan
from deployments.pool import POOL
from models.database import Database
from models.live import live
from settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployments.plan import Deployment

PORT = 4200
START_SECONDS = 120.0
SYNC_SECONDS = 120.0
LOOK_SECONDS = 30.0
RUNS_AT_ONCE = 3
PYTHON = (sys.executable, "-P", "-m")


class PortTaken(TalentError):
    """端口 {port} 已被占用；请停掉占用它的程序，或用 --port 换一个端口。"""


class ServerSilent(TalentError):
    """Prefect 服务 {api} 在 {seconds} 秒内没有应答；请看日志 {log}。"""


@dataclass(frozen=True, slots=True)
class House:
    """Where a run of everything keeps its things: `folder` is absolute."""

    folder: Path
    port: int
    database_url: str | None

    @property
    def logs(self) -> Path:
        """The folder of the log files."""
        return self.folder / "log"

    def environment(self) -> dict[str, str]:
        """The environment of every child: Prefect's, and the database where one was named."""
        home = self.folder / "prefect"
        given = dict(os.environ)
        if self.database_url is not None:
            given.pop("TALENT_DATABASE__URL_FILE", None)
            given["TALENT_DATABASE__URL"] = self.database_url
        return prefect_environment(given, home, self.port, auth_string(given, home))


AT_ONCE = partial(print, flush=True)
"""Says a line so that a journal or a file shows it now, not at the end."""


def up(
    folder: Path = Path("var"),
    port: int = PORT,
    database_url: str | None = None,
    say: Callable[[str], None] = AT_ONCE,
) -> int:
    """Run until SIGINT or SIGTERM; give 0. For the main thread: only that one hears signals.

    `folder` keeps logs, the server's data and its sign-in; `database_url` overrides `TALENT_DATABASE__URL`. Raise
    PortTaken, ServerSilent, or what the migrations raise, before anything is left running.
    """
    house = House(folder.resolve(), port, database_url)
    database = Database(database_url or Settings().database.url)
    say("检查数据库……")
    database.upgrade()
    ended = threading.Event()
    with _until_signalled(ended):
        children: list[Child] = []
        try:
            _run(house, database, children, ended, say)
        finally:
            for child in reversed(children):
                child.stop()
            say("已停止。")
    return 0


def _run(
    house: House, database: Database, children: list[Child], ended: threading.Event, say: Callable[[str], None]
) -> None:
    environment = house.environment()
    api = environment["PREFECT_API_URL"]
    if "PREFECT_API_URL" not in os.environ:
        _free(house.port)
        children.append(_child(house, environment, "server", "prefect", "server", "start"))
        children[-1].keep()
        say(f"Prefect 服务启动中：{api.removesuffix('/api')}（登录口令在 {house.folder / 'prefect' / 'auth'}）")
    _wait(api, house, ended)
    synced = _synced(house, environment, database, (), say)
    worker = ("prefect", "worker", "start", "--pool", POOL, "--type", "process", "--limit", str(RUNS_AT_ONCE))
    children.append(_child(house, environment, "worker", *worker))
    say(f"运行中，日志在 {house.logs}；按 Ctrl-C 停止。")
    looked = time.monotonic()
    while not ended.wait(1.0):
        for child in children:
            if child.keep() and child.deaths:
                say(f"{child.name} 意外退出，已重新启动（日志 {child.log}）")
                synced = ()  # a server that came back may have lost what it held
        if time.monotonic() - looked > LOOK_SECONDS:
            synced, looked = _synced(house, environment, database, synced, say), time.monotonic()


def _child(house: House, environment: dict[str, str], name: str, *command: str) -> Child:
    return Child(name, (*PYTHON, *command), environment, house.logs / f"{name}.log")


def _free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PortTaken(port=port) from error


def _wait(api: str, house: House, ended: threading.Event) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + START_SECONDS
    while not ended.is_set():
        try:
            with urlopen(f"{api}/health", timeout=5):  # noqa: S310 -- the address of our own server
                return
        except (URLError, OSError):
            if time.monotonic() > until:
                raise ServerSilent(api=api, seconds=int(START_SECONDS), log=house.logs / "server.log") from None
        ended.wait(0.2)


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
        say(f"日程没有同步成功，稍后重试（日志 {once.log}）")
        return before
    named = "、".join(str(year.year) for year in years)
    say(f"日程已同步：{named} 年度" if named else "还没有开设年度；运行 talent year open 年份 之后日程会自动出现。")
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
