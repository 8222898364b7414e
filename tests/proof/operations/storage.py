"""A database that another keeps locked, and one put back from a backup of the day before."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from time import monotonic
from unittest.mock import patch

from pydantic import SecretStr
from sqlalchemy import func, select

import models.database
from acts.act import Bench
from acts.book import ACTS
from acts.doing import recorded
from acts.open_year import open_year
from deployments import sealing
from deployments.backups import back_up
from deployments.restoring import restore
from models import restorations
from models.addresses import put
from models.columns import table_of
from models.database import Database
from models.tables.season import Letter
from phases.book import BOOK
from post.maildir import MaildirCourier
from post.sending import send
from settings import BackupSettings, Settings
from tests.proof import kills
from tests.proof.halfway import GATE
from tests.proof.operations.interrupted import scene_at, story_of, undisturbed
from tests.proof.operations.rows import NEVER, NOTHING, Stood
from tests.proof.templates import Template
from tests.support.scenes import Scene, calendar, instant, stamp

fork = multiprocessing.get_context("fork")


def locked(season: Template, seconds: float, times: int) -> Stood:
    """Another keeps the year locked for so long when somebody files: he waits, and has filed soon afterwards."""
    found = NOTHING
    for _ in range(times):
        _, wanted = undisturbed(season, GATE)
        with kills.folder() as home, season.copy(home) as url:
            began, released = fork.Event(), fork.Value("d", 0.0)
            holder = fork.Process(target=_hold, args=(url, seconds, began, released))
            holder.start()
            began.wait(30)
            try:
                GATE(scene := scene_at(url))
                scene.database.dispose()
                over = monotonic()
            except Exception:  # noqa: BLE001 -- whoever was sent away has not filed
                over = NEVER
            holder.join()
            there = story_of(url)
            found += Stood((wanted - there).total(), (there - wanted).total(), max(over - released.value, 0.0))
    return found


def _hold(url: str, seconds: float, began: Event, released: object) -> None:
    database = Database(url, BOOK)
    with database.write("every"):
        began.set()
        time.sleep(seconds)
    released.value = monotonic()  # type: ignore[attr-defined]  # a shared number, of no class with a name
    database.dispose()


@contextmanager
def without_patience() -> Iterator[None]:
    """Who finds the year locked is sent away at once."""
    with patch.object(models.database, "patience", monotonic), patch.object(models.database, "ROW_SECONDS", 0):
        yield


BEFORE, THEN, LOST, NOW = "2022-01-05T10:00", "2022-01-13T02:00", "2022-01-14T09:30", "2022-01-14T10:30"
LATER, AFTER = "2022-01-14T10:40", "2022-01-17T10:00"


@dataclass(frozen=True)
class _Office:
    """A real season of two cities whose letters go into a folder."""

    scene: Scene
    home: Path

    @property
    def settings(self) -> Settings:
        kept = BackupSettings(passphrase=SecretStr("thirteen words apart"), folder=self.home / "backups")
        return Settings(letters=self.home / "letters", secret_key=None, backup=kept)

    def work(self, at: str) -> int:
        """What is owed by then is written and sent; give how many letters that were."""
        self.scene.advance(at)
        courier = MaildirCourier(self.home / "mail")
        return asyncio.run(send(self.scene.database, courier, "省办 <office@talent.example>", stamp(at))).sent

    def arrived(self) -> int:
        """How many letters lie in the folder, where one that is sent again takes its own place."""
        return sum(one.is_file() for one in (self.home / "mail").rglob("*"))

    def waiting(self) -> int:
        letter = table_of(Letter)
        with self.scene.database.read() as connection:
            return connection.scalar(select(func.count()).where(letter.c.state.in_(("queued", "unknown")))) or 0


def restored(empty: Template) -> Stood:
    """Yesterday's backup is put back; what went out since goes out no second time, what is owed later does once."""
    with kills.folder() as home, empty.copy(home) as url, patch.object(sealing, "COST", 4):
        office = _Office(Scene(Database(url, BOOK), calendar(2)), home)
        _open(office)
        sent = office.work(BEFORE)
        backup = home / "b.backup"
        back_up(office.scene.database, office.settings, home, backup, instant(THEN))
        sent += office.work(LOST)
        office.scene.database.dispose()
        since = monotonic()
        restore(office.scene.database, office.settings, home, backup, stamp(NOW), "磁盘坏了")
        sent += office.work(NOW)
        _release(office)
        sent += office.work(LATER)
        seconds = monotonic() - since
        sent += office.work(AFTER)
        arrived, waiting = office.arrived(), office.waiting()
        office.scene.database.dispose()
        return Stood(waiting, sent - arrived, seconds)


def _open(office: _Office) -> None:
    database = office.scene.database
    open_year(database, office.scene.year, stamp("2021-12-31T00:00"))
    with database.write() as connection:
        for whose in ("province", "nanjing", "wuxi"):
            put(connection, whose, {"email": f"{whose}@office.example"})


def _release(office: _Office) -> None:
    act = ACTS["restored"]
    filled = act.fill(office.scene.year, {"fate": "check", "reason": "已核对"})
    recorded(act, Bench(office.scene.database, office.scene.year, stamp(LATER)), filled)


@contextmanager
def knowing_nothing_of_it() -> Iterator[None]:
    """The backup is not on record as restored: nothing holds the post."""
    with patch.object(restorations, "begin", lambda *_: None):
        yield
