"""What the worker looks at beside its runs: whether anything is owed, and whether Prefect still is as it should be.

Prefect's own beat is long. Where something was written or a letter is due, a run is asked for at once, by the flow's
name, whoever wrote it; the beat makes up for all that this does not see. What a person paused is left paused, and is
told to people by the sign that its work then lacks.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.settings import get_current_settings
from sqlalchemy.exc import SQLAlchemyError

from acts.consistency import contradictions
from calendars.deadlines import TZ, start_of
from calendars.errors import TalentError
from deployments import chain_heads
from deployments.environment import ALIVE
from deployments.holding import Holding, holding
from deployments.plan import Deployment, plan
from deployments.sync import Workplace, sync
from models import signs_of_life
from models.open_years import live
from models.pending_work import PendingWork, pending_work
from settings import home

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient
    from sqlalchemy import Connection

    from calendars.year import Year
    from models.database import Database
    from models.signs_of_life import Work
    from settings import Settings

ALIVE_SECONDS = 10.0
LOOK_SECONDS = 5.0
CHECK_SECONDS = 30.0
"""How often the server is held against the calendars, and a sign of life left."""

AGAIN_SECONDS = 60.0
"""How soon a run is asked for again where the last one left something undone."""

ANSWER_SECONDS, SYNC_SECONDS = 20.0, 120.0
"""How long the server may take to be asked for a run, and to be brought to the calendars: on SQLite, when it is busy,
each request that finds the file locked is made again after 2, 4, 8 seconds."""

NIGHTLY_SECONDS = 600.0
DAY, NIGHT = timedelta(days=1), timedelta(hours=3)
"""When the records are checked: after the night's backup is begun."""

SIGN = timedelta(seconds=CHECK_SECONDS)
SLACK = timedelta(seconds=20)
"""How much later than its beat a flow may run before one is asked for."""

HANGING = timedelta(minutes=15)
"""How long a run of `watch` may be under way, and none end, before it is taken for one that never will.

Three times what it may wait for those who file in a queue.
"""

LATE_ANSWERS = (httpx.HTTPError, PrefectException, TimeoutError, ValueError)
"""What comes of a server that is away, late, or is none: a gateway in between answers with pages of its own."""

NO_ROWS = (TalentError, SQLAlchemyError, OSError)
say = partial(print, flush=True)


@dataclass
class Lookout:
    """`under_way` are the worker's own runs, by flow; `fetch` has it take up now what it was just asked to run."""

    database: Database
    settings: Settings
    under_way: Mapping[str, int]
    fetch: Callable[[], Awaitable[object]]
    _synced: tuple[Deployment, ...] | None = field(default=None, init=False)
    _holding: Holding | None = field(default=None, init=False)
    _checked: float = field(default=-math.inf, init=False)
    _years: tuple[int, ...] | None = field(default=None, init=False)
    _last: dict[Work, datetime] = field(default_factory=dict, init=False)
    _met: dict[str, object] = field(default_factory=dict, init=False)
    _asked: dict[str, float] = field(default_factory=dict, init=False)
    _wanted: datetime = field(default=datetime.min.replace(tzinfo=TZ), init=False)
    """When `watch` was last asked for: until one ended since, it is not done."""
    _busy_since: float = field(default=math.inf, init=False)
    _begun: datetime = field(default_factory=lambda: datetime.now(TZ), init=False)

    async def stand(self) -> None:
        """Look for ever: what neither the database nor the server can answer now is asked again."""
        async with anyio.create_task_group() as every:
            every.start_soon(self._live)
            every.start_soon(self._sign)
            every.start_soon(self._look)
            every.start_soon(self._check_rows)

    async def _live(self) -> None:
        """Touch a file as long as nothing keeps this process from it: not even those who file in a queue."""
        home = get_current_settings().home
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            with suppress(OSError):  # a full disk is no reason to end
                (home / ALIVE).touch()
            await anyio.sleep(ALIVE_SECONDS)

    async def _check_rows(self) -> None:
        """Hold the records against themselves once a night; what does not fit is shown, and mended by nobody."""
        while True:
            try:
                await asyncio.to_thread(self.check_rows, datetime.now(TZ))
            except Exception as error:  # noqa: BLE001 -- what does not fit may fit no reading of it either
                say(f"数据没有核对成（{type(error).__name__}），请运行 talent db check")
            await anyio.sleep(NIGHTLY_SECONDS)

    def check_rows(self, now: datetime) -> None:
        """Check them where the last night has no check, and leave the sign of it, which is none where any was found."""
        tonight = start_of(now.date()) + NIGHT
        with self.database.read() as connection:
            last = _signs(connection).get("check")
        if last is not None and last >= (tonight if now >= tonight else tonight - DAY):
            return
        try:
            found = len(contradictions(self.database))
            with self.database.read() as connection:
                found += len(chain_heads.missing(home(), connection))
        except Exception:
            self._checked_rows(now, fits=False)
            raise
        self._checked_rows(now, fits=not found)
        if found:
            say(f"数据核对：{found} 处自相矛盾；talent db check 列出全部")

    def _checked_rows(self, now: datetime, *, fits: bool) -> None:
        with self.database.write() as connection:
            signs_of_life.leave(connection, "check", now, DAY / 2)
            if not fits:
                signs_of_life.stopped(connection, "check", now)

    async def _sign(self) -> None:
        """Leave word that the process lives, whatever the server does."""
        while True:
            try:
                await asyncio.to_thread(self._leave, "worker")
                if self.hangs(time.monotonic()):
                    say("按日程办理的一次运行没有结束，工作进程重新启动")
                    os._exit(1)  # a thread that hangs would hold up any other end
            except NO_ROWS as error:
                say(f"数据库没有应答（{type(error).__name__}）")
            await anyio.sleep(CHECK_SECONDS)

    def hangs(self, at: float) -> bool:
        """Tell whether a run of ours stands still, at a second: the post may be long about it, `watch` never is."""
        self._busy_since = min(self._busy_since, at) if self.under_way.get("watch") else math.inf
        quiet = datetime.now(TZ) - self._last.get("watch", self._begun) > HANGING
        return at - self._busy_since > HANGING.total_seconds() and quiet

    def _leave(self, work: Work) -> None:
        with self.database.write() as connection:
            signs_of_life.leave(connection, work, datetime.now(TZ), SIGN)
            self._last = _signs(connection)

    async def _look(self) -> None:
        while True:
            try:
                async with get_client() as client:
                    while True:
                        await self._once(client)
                        await anyio.sleep(LOOK_SECONDS)
            except LATE_ANSWERS as error:
                say(f"Prefect 没有应答（{type(error).__name__}）")
            except NO_ROWS as error:
                say(f"数据库没有应答（{type(error).__name__}）")
            self._checked = -math.inf
            await anyio.sleep(LOOK_SECONDS)

    async def _once(self, client: PrefectClient) -> None:
        pending = await asyncio.to_thread(self._pending)
        years = tuple(year for year, _ in pending.revisions)
        if years != self._years or time.monotonic() - self._checked > CHECK_SECONDS:
            with anyio.fail_after(SYNC_SECONDS):
                await self._check(client)
            self._years, self._checked = years, time.monotonic()
        for flow in self._owed(pending):
            with anyio.fail_after(ANSWER_SECONDS):
                await client.create_flow_run_from_deployment(self._beats[flow])
            await self.fetch()  # never cut short: the worker would count a run that it did not begin

    @property
    def _beats(self) -> dict[str, UUID]:
        return {} if self._holding is None else dict(self._holding.beats)

    async def _check(self, client: PrefectClient) -> None:
        """Bring the server to the calendars where it is not what it was made; say what a person keeps from running."""
        years = await asyncio.to_thread(self._calendars)
        wanted = plan(years, self.settings.beat)
        there = await holding(client)
        if (there, wanted) != (self._holding, self._synced):
            await sync(wanted, Workplace(sys.executable, Path.cwd()))
            there = await holding(client)
            say(f"日程已同步：{'、'.join(str(year.year) for year in years) or '没有正式年度'}")
        if self._holding is not None and self._holding.paused - there.paused:
            self._met.clear()  # who let it go on wants to see it run
        self._holding, self._synced = there, wanted
        await asyncio.to_thread(self._mark, there.paused)

    def _mark(self, paused: frozenset[str]) -> None:
        now = datetime.now(TZ)
        with self.database.write() as connection:
            signs_of_life.leave(connection, "prefect", now, SIGN)
            for work in ("watch", "post"):
                if work in paused:
                    signs_of_life.stopped(connection, work, now)

    def _calendars(self) -> list[Year]:
        with self.database.read() as connection:
            return [opened.year for opened in live(connection)]

    def _pending(self) -> PendingWork:
        with self.database.read() as connection:
            self._last = _signs(connection)
            return pending_work(connection, datetime.now(TZ))

    def _owed(self, pending: PendingWork) -> list[str]:
        """Give the flows to run now: something new is there for them, or they are overdue."""
        now, at = datetime.now(TZ), time.monotonic()
        found: dict[Work, tuple[Any, bool]] = {
            "watch": (pending.revisions, self._last.get("watch", self._begun) < self._wanted),
            "post": (pending.letter, pending.letter is not None),
        }
        owed: list[str] = []
        for flow, (met, unfinished) in found.items():
            if flow not in self._beats or flow in self._paused or self.under_way.get(flow):
                continue
            late = now - self._last.get(flow, now) > self.settings.beat + SLACK
            again = (unfinished or late) and at - self._asked.get(flow, -math.inf) > AGAIN_SECONDS
            if again or (met and met != self._met.get(flow)):
                owed.append(flow)
                self._met[flow], self._asked[flow] = met, at
                self._wanted = now if flow == "watch" else self._wanted
        return owed

    @property
    def _paused(self) -> frozenset[str]:
        return frozenset() if self._holding is None else self._holding.paused


def _signs(connection: Connection) -> dict[Work, datetime]:
    return {sign.work: sign.at for sign in signs_of_life.signs(connection)}
