"""Everything in one process group: migrations, dashboard, Prefect server (or the one configured), worker.

This process imports no Prefect and waits for nobody: it starts again what dies and what does not answer, and says what
stands still. The worker keeps the schedules to the calendars. What a child says stands in a log file of its own.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from acts.accounts import first_link
from calendars.deadlines import TZ
from calendars.errors import TalentError
from dashboard.serving.secret_key import secret_of
from deployments import log_rotation, orphans
from deployments.children import stop
from deployments.house import House
from deployments.household import Household
from deployments.instance import announced
from models import matching_keys, migrate, rewriting, signs_of_life
from models.contact_keys import Unopened
from models.database import Database, NotPrepared
from models.key_file import Unmatchable
from models.revisions import Newer
from models.sole_runner import sole
from models.stamp import Stamp
from phases.book import BOOK
from rehearsal.fork_copies import sweep
from settings import FOLDER, FORMER, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from deployments.house_parts import HousePart
    from deployments.nightly import Nightly

PORT = 4200
TICK_SECONDS = 1.0
START_SECONDS = 120.0
"""How long Prefect's server may take to answer before that is said."""

ROTATE_SECONDS = 60.0
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
    lead; `database_url` overrides `TALENT_DATABASE__URL`, `web` the dashboard's port. Raise RunsAlready, RunsElsewhere,
    PortTaken, or what the migrations raise, before anything is left running.
    """
    settings = Settings()
    listens = web or settings.dashboard.port
    told = {"TALENT_DASHBOARD__PORT": str(listens), "TALENT_BEAT_SECONDS": str(settings.beat_seconds)}
    if database_url is not None:
        told["TALENT_DATABASE__URL"] = database_url
    house = House(folder.resolve(), port, settings.dashboard.host, listens, told)
    base = told["TALENT_BASE_URL"] = links_lead(settings, house, say)
    url, keys = database_url or settings.database.url, settings.keys_in(house.folder)
    database = Database(url, BOOK, *keys)
    with announced(house), sole(database) as hold:
        if left := orphans.end(house.folder):
            say(f"上次运行留下的 {left} 个进程已结束。")
        sweep()
        house.free()
        secret_of(settings, house.folder)  # one that is none is said now, not by a page that never starts
        house.environment()
        say("检查数据库……")
        from deployments.upgrading import apart, upgrade

        if apart(database, settings) and not migrate.prepared(database):
            raise migrate.NotOwner
        copy = upgrade(database, settings, house.folder, datetime.now(TZ))
        if copy is not None:
            say(f"数据库已升级；升级之前的另存为 {copy}。")
        with database.write() as connection:
            signs_of_life.expect(connection, datetime.now(TZ))
        for said in filter(None, (unmatched(database), unopened(database))):
            say(said)
        if settings.backup.passphrase is None:
            say("没有设置备份口令（TALENT_BACKUP__PASSPHRASE），每夜不做备份。")
        return run(house, database, say, lambda: _first_link(database, base, say), hold)


def unmatched(database: Database) -> str | None:
    """Say why children cannot be matched; all else can be done meanwhile."""
    try:
        with database.read() as connection:
            matching_keys.check(connection)
    except Unmatchable as error:
        return error.in_full
    return None


def unopened(database: Database) -> str | None:
    """Say why contacts cannot be read; all else can be done meanwhile."""
    try:
        with database.read() as connection:
            rewriting.check(connection, rewriting.of_book(database.book))
    except Unopened as error:
        return error.in_full
    return None


def keyed(database: Database, *, runs_only: bool, say: Callable[[str], None] = AT_ONCE) -> None:
    """Say why a worker cannot read contacts, or is older than the database; raise SystemExit where it `runs_only`.

    Nobody would hear of it then. What else is wrong with the database its runs say.
    """
    with suppress(NotPrepared, SQLAlchemyError):
        if said := _older(database) or unopened(database):
            if runs_only:
                raise SystemExit(said)
            say(said)


def _older(database: Database) -> str | None:
    try:
        database.refuse_newer()
    except Newer as newer:
        return str(newer)
    return None


def links_lead(settings: Settings, house: House, say: Callable[[str], None] = AT_ONCE) -> str:
    """Give the address that links begin with: the one that was chosen, else the window's own at the port in use."""
    if settings.base_url_chosen:
        return settings.base_url
    if "base_url" in settings.model_fields_set and house.window != FORMER:
        say(f"TALENT_BASE_URL 写的是从前的默认值 {FORMER}，链接改用页面现在的地址 {house.window}。")
    return house.window


def run(
    house: House,
    database: Database,
    say: Callable[[str], None] = AT_ONCE,
    greet: Callable[[], None] = lambda: None,
    hold: Callable[[], None] = lambda: None,
) -> int:
    """Run a house until SIGINT or SIGTERM, `greet` once its dashboard answers; the database is there already.

    `hold` makes sure that nobody else runs on it; what it raises of ours ends all.
    """
    ended, parts = threading.Event(), list["HousePart"]()
    of = Household(house, database, say, greet, hold)
    nightly = of.nightly()
    with _until_signalled(ended):
        try:
            _run(of, parts, ended, nightly)
        finally:
            ended.set()
            if nightly is not None:
                nightly.stop()
            stop(part.child for part in parts if part.child is not None)
            say("已停止。")
    return 0


def _run(of: Household, parts: list[HousePart], ended: threading.Event, nightly: Nightly | None) -> None:
    """Look after the parts once a second; what may take longer has a thread of its own."""

    def begin(part: HousePart) -> None:
        parts.append(part)
        _apart(part.ask, ended)

    begin(prefect := of.prefect())
    begin(of.dashboard())
    _apart(of.tell_silence, ended)
    if of.house.pack is None:
        _apart(of.note_heads, ended)
    _apart(of.stay_alone, ended)
    worked, begun, rotated = False, time.monotonic(), -math.inf
    while not ended.wait(TICK_SECONDS):
        if of.ousted:
            raise of.ousted[0]
        for part in parts:
            part.look(of.say)
        if prefect.met and not worked:
            begin(of.worker())
            worked = True
        if not prefect.met and time.monotonic() - begun > START_SECONDS:
            of.say(of.silent)
            begun = math.inf
        if nightly is not None:
            nightly.look(datetime.now(TZ))
        if time.monotonic() - rotated > ROTATE_SECONDS:
            _rotate(of)
            rotated = time.monotonic()


def _rotate(of: Household) -> None:
    """Keep the logs to their size; nothing that is wrong with them ends what they tell of."""
    try:
        log_rotation.rotate(of.house.logs, datetime.now(TZ))
    except OSError as error:
        of.say(f"日志没有整理成（{error.strerror}），{of.house.logs} 要有空间和权限。")


def _apart(do: Callable[[threading.Event], None], ended: threading.Event) -> None:
    threading.Thread(target=do, args=(ended,), daemon=True).start()


def _first_link(database: Database, base_url: str, say: Callable[[str], None]) -> None:
    """Print the one-time link of the first admin where nobody can sign in yet."""
    now = datetime.now(TZ)
    try:
        link = first_link(database, Stamp("talent up", now, now, base_url))
    except (SQLAlchemyError, TalentError) as error:
        say(f"数据库没有应答（{type(error).__name__}）；第一个账号请用 talent user add 建立。")
        return
    if link is not None:
        say(f"还没有可以登录的省办账号；请用这个一次性链接设置第一个账号的密码：{link}")


@contextmanager
def _until_signalled(ended: threading.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM end it. Having a handler also gives the children back signals our own parent ignored."""
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
