"""The parts that a house is made of, each with what shows that it works, and what is told of them."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import ProxyHandler, build_opener

from sqlalchemy.exc import SQLAlchemyError

from calendars.deadlines import TZ
from calendars.errors import TalentError
from deployments import chain_heads, prefect_file
from deployments.children import Child
from deployments.environment import ALIVE
from deployments.house_parts import HousePart
from deployments.nightly import Nightly
from models import signs_of_life
from models.open_years import live
from settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from threading import Event

    from deployments.house import House
    from models.database import Database

ANSWER_SECONDS = 15.0
DIRECT = build_opener(ProxyHandler({}))
LOOK_SECONDS = 30.0
HOLD_SECONDS = 5.0
"""How often it is made sure that nobody else runs on the database."""

FRESH_SECONDS = 60.0
"""How long ago the worker may have said that it lives: it does so each ten seconds."""

PYTHON = (sys.executable, "-P", "-m")

NO_YEAR = "还没有开设年度；运行 talent year open 年份 之后日程会自动出现。"
SILENT = "Prefect 服务 {api} 没有应答（日志 {log}）。页面照常可用；它应答之前，不按日程办理，也不投递函件。"


@dataclass(frozen=True)
class Household:
    """`greet` is done once its window answers, `hold` again and again; `ousted` says why it may run no longer."""

    house: House
    database: Database
    say: Callable[[str], None]
    greet: Callable[[], None]
    hold: Callable[[], None] = lambda: None
    ousted: list[TalentError] = field(default_factory=list)

    @cached_property
    def environment(self) -> dict[str, str]:
        """What every part is told."""
        return self.house.environment()

    @property
    def api(self) -> str:
        """Where Prefect's server is."""
        return self.environment["PREFECT_API_URL"]

    @property
    def silent(self) -> str:
        """What is said of a server that has not answered so far."""
        return SILENT.format(api=self.api, log=self.house.logs / "server.log")

    def prefect(self) -> HousePart:
        """The server, where it is ours to start; else only the question whether the one that is named answers."""
        if not self.house.own_server:
            return HousePart(None, partial(answers, f"{self.api}/health"))
        home = self.house.folder / "prefect"
        file = prefect_file.of(self.environment, home)
        child = self.child("server", self.environment, "prefect", "server", "start")
        if file is not None:
            child.before = partial(prefect_file.mend, file)
        self.say(f"Prefect 服务启动中：{self.api.removesuffix('/api')}（登录口令在 {home / 'auth'}）")
        return HousePart(child, lambda: answers(f"{self.api}/health") and (file is None or file.exists()))

    def dashboard(self) -> HousePart:
        """The pages."""
        pack = ("--pack", str(self.house.pack)) if self.house.pack else ()
        command = ("dashboard.serve", "--folder", str(self.house.folder), *pack)
        child = self.child("dashboard", self.environment, *command)

        def greet() -> None:
            self.say(f"进度总览与各页面：{self.house.window}（日志 {child.log}）")
            self.greet()

        return HousePart(child, partial(answers, f"{self.house.window}/livez"), greet)

    def worker(self) -> HousePart:
        """Whoever does what is owed, and keeps Prefect to the calendars."""
        child = self.child("worker", self.environment | self._sealed(), "deployments.warm_worker")
        alive, begun = Path(self.environment["PREFECT_HOME"]) / ALIVE, time.time()

        def works() -> bool:
            try:
                return alive.stat().st_mtime > max(begun, time.time() - FRESH_SECONDS)
            except OSError:
                return False

        return HousePart(child, works, self._run)

    def nightly(self) -> Nightly | None:
        """What makes the nights' backups: of no demonstration, and of nothing without a passphrase."""
        backup = Settings().backup
        if self.house.pack is not None or backup.passphrase is None:
            return None
        command = ("cli", "db", "backup", "--folder", str(self.house.folder))
        return Nightly(lambda: self.child("backup", self.environment, *command), backup.folder, self.say)

    def tell_silence(self, ended: Event) -> None:
        """Say once of each work that it stands still, and that it goes on; for a thread of its own."""
        told: dict[str, str] = {}
        while not ended.wait(LOOK_SECONDS):
            try:
                with self.database.read() as connection:
                    found = signs_of_life.silent(connection, datetime.now(TZ))
                silent: dict[str, str] = {sign.work: str(sign) for sign in found}
            except (TalentError, SQLAlchemyError, OSError) as error:
                silent = {"database": f"数据库没有应答（{type(error).__name__}）"}
            for work in silent.keys() - told.keys():
                self.say(f"{silent[work]}；talent doctor 说明原因。")
            for work in told.keys() - silent.keys():
                self.say(f"已恢复（{work}）。")
            told = silent

    def note_heads(self, ended: Event) -> None:
        """Write down each night where the record's chain ends; for a thread of its own."""
        while not ended.wait(LOOK_SECONDS):
            with suppress(TalentError, SQLAlchemyError, OSError):
                chain_heads.note(self.house.folder, self.database, datetime.now(TZ))

    def stay_alone(self, ended: Event) -> None:
        """Have the database's lock again soon after the server lost it; for a thread of its own."""
        while not self.ousted and not ended.wait(HOLD_SECONDS):
            try:
                self.hold()
            except TalentError as error:
                self.ousted.append(error)
            except (SQLAlchemyError, OSError):
                pass  # it cannot be asked now; the pages say so

    def child(self, name: str, environment: Mapping[str, str], *command: str) -> Child:
        """A process of ours that runs a module, with a log of its own."""
        return Child(name, (*PYTHON, *command), environment, self.house.logs / f"{name}.log", cwd=self.house.works_in)

    def _run(self) -> None:
        try:
            with self.database.read() as connection:
                years = "、".join(str(opened.year.year) for opened in live(connection))
        except (TalentError, SQLAlchemyError, OSError):
            years = ""
        none = "演示不随系统时间办理，由页面上的演示时钟拨到哪一刻就办到哪一刻。" if self.house.pack else NO_YEAR
        self.say(f"日程已同步：{years} 年度" if years else none)
        self.say(f"运行中，日志在 {self.house.logs}；按 Ctrl-C 停止。")

    def _sealed(self) -> dict[str, str]:
        """Tell the post where the window's own secret is, so that offices can acknowledge letters by their links."""
        named = {"TALENT_SECRET_KEY", "TALENT_SECRET_KEY_FILE"} & self.environment.keys()
        kept = self.house.folder / "secret"
        return {} if named or Settings().secret_key or not kept.exists() else {"TALENT_SECRET_KEY_FILE": str(kept)}


def answers(address: str) -> bool:
    """Tell whether it answers, within a few seconds; asked of it alone, whatever proxy the machine goes out by."""
    try:
        with DIRECT.open(address, timeout=ANSWER_SECONDS):
            return True
    except (OSError, HTTPException):
        return False
