"""Yesterday's backup of so many rows is put back: how long it takes, whether the chain holds, what goes out again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from acts.act import Bench
from acts.book import ACTS
from acts.consistency import contradictions
from acts.doing import recorded
from acts.open_year import open_year
from benchmarks.applicants import fill
from benchmarks.measuring import Table, middle, seconds
from deployments.backups import back_up
from deployments.restoring import restore
from models import migrate
from models.addresses import put
from models.database import Database
from phases.book import BOOK
from post.maildir import MaildirCourier
from post.sending import send
from settings import BackupSettings, Settings
from tests import postgres
from tests.support.scenes import Scene, calendar, instant, stamp

ROWS, MENTORS = 50_000, 50
OPENED, BEFORE, THEN = "2021-12-31T00:00", "2022-01-05T10:00", "2022-01-13T02:00"
LOST, NOW, LATER, AFTER = "2022-01-14T09:30", "2022-01-14T10:30", "2022-01-14T10:40", "2022-01-17T10:00"
SENDER = "省级管理办公室 <office@talent.example>"


@dataclass(frozen=True)
class Office:
    """A real season of two cities whose letters go into a folder."""

    scene: Scene
    home: Path

    @property
    def settings(self) -> Settings:
        kept = BackupSettings(passphrase=SecretStr("thirteen words apart"), folder=self.home / "backups")
        return Settings(letters=self.home / "letters", secret_key=None, backup=kept)

    def work(self, at: str) -> int:
        """Write and send what is owed by then; give how many letters that were."""
        self.scene.advance(at)
        return asyncio.run(send(self.scene.database, MaildirCourier(self.home / "mail"), SENDER, stamp(at))).sent

    def release(self) -> None:
        """Say that somebody has looked at what the post holds."""
        act = ACTS["restored"]
        filled = act.fill(self.scene.year, {"fate": "check", "reason": "已核对"})
        recorded(act, Bench(self.scene.database, self.scene.year, stamp(LATER)), filled)

    def arrived(self) -> int:
        """Count what lies in the folder, where a letter that is sent again takes its own place."""
        return sum(one.is_file() for one in (self.home / "mail").rglob("*"))


def measure() -> Iterator[Table]:
    """On each kind of database."""
    with TemporaryDirectory(prefix="talent-bench-") as folder, postgres.server() as address:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'sqlite' / 'talent.db'}", "PostgreSQL": address}
        rows = [(kind, *_measured(url, Path(folder) / kind.lower())) for kind, url in urls.items()]
    yield Table(
        "Restoring",
        f"A season with {ROWS:,} applications, backed up at night; letters went out since. Required: restored in "
        "at most 10 min, nothing that can never be is found in it (its chain among that), no letter goes out again.",
        ("", "backup", "size", "restore", "looking through", "found", "letters sent since", "again"),
        rows,
    )


def _measured(url: str, home: Path) -> tuple[str, ...]:
    home.mkdir()
    office, backup = Office(Scene(Database(url, BOOK), calendar(2)), home), home / "night.backup"
    database = office.scene.database
    migrate.upgrade(database)
    open_year(database, office.scene.year, stamp(OPENED))
    with database.write() as connection:
        for whose in ("province", "nanjing", "wuxi"):
            put(connection, whose, {"email": f"{whose}@office.example"})
    fill(database, office.scene.year, ROWS, MENTORS)
    sent = office.work(BEFORE)
    backed = seconds(lambda: back_up(database, office.settings, home, backup, instant(THEN)))
    since = office.work(LOST)
    database.dispose()
    took = seconds(lambda: restore(database, office.settings, home, backup, stamp(NOW), "磁盘坏了"))
    found = list[object]()
    looked = seconds(lambda: found.extend(contradictions(database)))
    held = office.work(NOW)
    office.release()
    sent += since + held + office.work(LATER) + office.work(AFTER)
    again = sent - office.arrived()
    database.dispose()
    size = f"{backup.stat().st_size / 2**20:.1f} MB"
    return middle([backed]), size, middle([took]), middle([looked]), str(len(found)), str(since), str(again)
