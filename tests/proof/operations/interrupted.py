"""Acts, ticks, pages and the post, from which the database is taken away between two statements; then done again."""

from __future__ import annotations

import os
import resource
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, cached_property
from threading import Timer
from typing import Protocol
from unittest.mock import patch

import sqlalchemy as sa

import models.database
from dashboard.serving import failures
from dashboard.serving.site import Site
from models.database import Database
from phases.book import BOOK
from post import rounds
from settings import DashboardSettings, Settings
from tests import postgres
from tests.proof import hands, kills
from tests.proof.halfway import GATE, RERUN, Act
from tests.proof.operations.rows import NEVER, NOTHING, Stood
from tests.proof.templates import Template
from tests.support import ledger
from tests.support.real_year import NOW, sign_in
from tests.support.scenes import NANJING, WUXI, Scene, calendar
from tests.support.window import ADMIN, BASE, SECRET, Browser

LETTERS = 40
PATIENT_SECONDS = 60.0


class Trouble(Protocol):
    """What a database may meet: it begins between two statements, and ends before all is done again."""

    def begin(self) -> None: ...

    def end(self) -> None: ...


@dataclass
class Away:
    """The server of PostgreSQL is stopped at once, as if it were killed, and started again."""

    cluster: postgres.Cluster

    def begin(self) -> None:
        self.cluster.stop()

    def end(self) -> None:
        if not (self.cluster.home / "data" / "postmaster.pid").exists():  # whoever it was that stopped it
            self.cluster.start()


@dataclass
class Full:
    """The disk takes no more: no file of this process may grow."""

    def begin(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def end(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def prepare(database: Database) -> None:
    """A season of two cities: one may file its students, and somebody is signed in."""
    scene = Scene.begin(database, calendar(2))
    scene.through("mentor-recommendation", NANJING)
    scene.load("mentor-recommendation", WUXI, scene.sheets("mentor-recommendation", WUXI), "2022-01-10T10:00")
    scene.load("application", NANJING, scene.sheets("application", NANJING), "2022-01-10T10:00")
    sign_in(database, [(ADMIN, "admin", None)])


def tick(scene: Scene) -> None:
    """What a deadline owes; raises where anything of it could not be done."""
    done = scene.advance("2022-01-16T00:30")
    if done.failures:
        raise RuntimeError(str(done.failures))


ACTS: tuple[Act, ...] = (GATE, RERUN)
TICKS: tuple[Act, ...] = (tick,)


def done_again(season: Template, acts: tuple[Act, ...], trouble: Trouble, times: int, *, again: bool = True) -> Stood:
    """Begin each act so many times on a copy, with trouble at another statement each time, and do it again afterwards.

    What its story lacks beside that of a whole one is lost, what it has besides is doubled.
    """
    found = NOTHING
    for act in acts:
        statements, wanted = undisturbed(season, act)
        for turn in range(times):
            with kills.folder() as home, season.copy(home) as url:
                nth = 1 + (turn + 1) * statements // (times + 1)
                seconds = _interrupted(url, act, trouble, nth, again=again)
                there = story_of(url)
                found += Stood((wanted - there).total(), (there - wanted).total(), seconds)
    return found


@cache
def undisturbed(season: Template, act: Act) -> tuple[int, Counter[tuple[str, str]]]:
    """Give how many statements an act takes that nothing befalls, and the story afterwards."""
    with kills.folder() as home, season.copy(home) as url:
        count, scene = Counter[str](), scene_at(url)
        sa.event.listen(scene.database.engine, "before_cursor_execute", lambda *_: count.update("s"))
        act(scene)
        scene.database.dispose()
        return count["s"], story_of(url)


def scene_at(url: str) -> Scene:
    return Scene(Database(url, BOOK), calendar(2))


def story_of(url: str) -> Counter[tuple[str, str]]:
    database = Database(url, BOOK)
    found = Counter((table, repr(row)) for table, rows in ledger.story(database).items() for row in rows)
    database.dispose()
    return found


@contextmanager
def _troubled(database: Database, trouble: Trouble, nth: int) -> Iterator[None]:
    left, begun = iter(range(1, nth)), list[bool]()

    def reach(*_: object) -> None:
        if not begun and next(left, None) is None:
            begun.append(True)
            trouble.begin()

    sa.event.listen(database.engine, "before_cursor_execute", reach)
    try:
        yield
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", reach)
        trouble.end()


def _interrupted(url: str, act: Act, trouble: Trouble, nth: int, *, again: bool) -> float:
    """Give after how many seconds it was done once the trouble was over."""
    scene = scene_at(url)
    with suppress(Exception), _troubled(scene.database, trouble, nth):
        act(scene)
        scene.database.dispose()
        return 0.0
    since = time.monotonic()
    while again and time.monotonic() - since < PATIENT_SECONDS:
        with suppress(Exception):
            act(scene)
            scene.database.dispose()
            return time.monotonic() - since
        time.sleep(0.05)
    return NEVER


def posted(
    empty: Template, trouble: Trouble, times: int, control: hands.Control | None = None, *, lasts: float | None = None
) -> Stood:
    """A worker meets it between the relay's answers and their mark; a clean one goes on.

    It `lasts` so many seconds, in which the worker may wait; None: until it has ended.
    """
    found = NOTHING
    for turn in range(times):
        with kills.field(empty, LETTERS, control=control) as there:

            def meet(answered: int = 1 + turn * LETTERS // times) -> None:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what it dies of is known
                if control is not None:
                    control()
                met = list[bool]()

                def reach() -> None:
                    if not met:
                        met.append(True)
                        trouble.begin()
                        if lasts is not None:
                            Timer(lasts, trouble.end).start()

                hands._at_answers(answered, reach)

            hands.wait(replace(there.hand, control=meet).start())
            trouble.end()
            since = time.monotonic()
            there.hand.finish()
            found += Stood.of(there.account(), time.monotonic() - since)
    return found


def looked_at(season: Template, trouble: Trouble, times: int) -> Stood:
    """A page is asked for, again and again: it says to try again, or is given, and nothing else."""
    with kills.folder() as home, season.copy(home) as url:
        settings = Settings(base_url=BASE, maildir=home / "mail", dashboard=DashboardSettings(totp=False))
        database = Database(url, BOOK)
        browser = Browser(Site(database, settings, SECRET, wall=lambda: NOW), f"cookie of {ADMIN}")
        found = Stood(_status(browser) != 200, 0, 0.0)
        for turn in range(times):
            with _troubled(database, trouble, 1 + turn % 12):
                met = _status(browser)
            since = time.monotonic()
            while _status(browser) != 200 and time.monotonic() - since < PATIENT_SECONDS:
                time.sleep(0.05)
            found += Stood(met not in {200, 503}, 0, time.monotonic() - since)
        database.dispose()
        return found


def _status(browser: Browser) -> int:
    try:
        return browser.get("/2022/cities/nanjing").status_code
    except Exception:  # noqa: BLE001 -- what no handler answers a real server answers with 500
        return 500


# -- the controls --


def without_trying_again() -> None:
    """An answer that cannot be put on record at once is given up, and the relay's log is not asked."""
    rounds.AT_IT_SECONDS = 0.0
    hands.without_a_look_at_the_log()


@contextmanager
def each_statement_by_itself() -> Iterator[None]:
    """No transaction holds an act together."""
    connect = vars(Database)["engine"].func

    def at_once(self: Database) -> sa.Engine:
        engine: sa.Engine = connect(self)
        return engine if self.embedded else engine.execution_options(isolation_level="AUTOCOMMIT")

    anew = cached_property(at_once)
    anew.__set_name__(Database, "engine")
    with patch.object(Database, "engine", anew), patch.object(models.database, "_begin_sqlite", _nothing):
        yield


def _nothing(_: object) -> None:
    """Begin no transaction."""


@contextmanager
def every_error_a_defect() -> Iterator[None]:
    """A database that is away is taken for a wrong statement."""
    with patch.object(failures, "passes", lambda _: False):
        yield
