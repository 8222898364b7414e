"""What earlier runs leave is dealt with: processes, full logs, a file of Prefect's that cannot be read."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from calendars.deadlines import TZ
from deployments import log_rotation, orphans, prefect_file, up
from settings import HOUSE

NOW = datetime(2026, 11, 29, 9, tzinfo=TZ)
SLEEPS = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_what_a_house_left_running_is_ended_and_nothing_else(tmp_path: Path) -> None:
    ours, others = (
        subprocess.Popen(SLEEPS, env=dict(os.environ) | {HOUSE: str(folder)})
        for folder in (tmp_path, tmp_path / "other")
    )
    try:
        assert orphans.end(tmp_path) == 1
        assert (ours.wait(5), others.poll()) == (-9, None)
        assert orphans.end(tmp_path) == 0
    finally:
        others.kill()
        others.wait()


def test_a_full_log_is_put_aside_and_emptied_under_its_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_rotation, "FULL", 10)
    with (tmp_path / "worker.log").open("a", encoding="utf-8") as writer:
        writer.write("the first twenty bytes")
        writer.flush()
        log_rotation.rotate(tmp_path, NOW)
        writer.write("then")
    (aside,) = tmp_path.glob("*.gz")
    assert gzip.decompress(aside.read_bytes()) == b"the first twenty bytes"
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert (tmp_path / "worker.log").read_text(encoding="utf-8") == "then"


def test_what_somebody_else_put_there_stays(tmp_path: Path) -> None:
    for name in ("dashboard.log", "dashboard.old.gz", "dashboard.20200101.gz"):
        (tmp_path / name).touch()
    log_rotation.rotate(tmp_path, NOW)
    assert len([*tmp_path.iterdir()]) == 3


def test_who_came_in_is_kept_half_a_year_and_the_rest_by_number(tmp_path: Path) -> None:
    days = [NOW - timedelta(days=day) for day in range(0, 250, 10)]
    for name in ("worker", "dashboard"):
        (tmp_path / f"{name}.log").touch()
        for day in days:
            (tmp_path / f"{name}.{day:{log_rotation.STAMP}}.gz").touch()
    log_rotation.rotate(tmp_path, NOW)
    assert [len(list(tmp_path.glob(f"{name}.*.gz"))) for name in ("worker", "dashboard")] == [log_rotation.KEPT, 21]
    assert (tmp_path / f"worker.{days[0]:{log_rotation.STAMP}}.gz").exists()


def test_a_file_that_cannot_be_read_is_put_aside_and_a_sound_one_left(tmp_path: Path) -> None:
    file = tmp_path / prefect_file.FILE
    prefect_file.mend(file)
    with closing(sqlite3.connect(file)) as own, own:
        own.execute("CREATE TABLE run (id)")
    prefect_file.mend(file)
    assert [path.name for path in tmp_path.iterdir()] == [prefect_file.FILE]
    file.write_bytes(b"no database" * 1000)
    prefect_file.mend(file)
    (aside,) = tmp_path.iterdir()
    assert aside.name.startswith(f"{prefect_file.FILE}.broken-")


def test_what_is_no_longer_filled_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / prefect_file.FILE
    with closing(sqlite3.connect(file)) as own:
        own.executescript(f"CREATE TABLE run (id); INSERT INTO run VALUES ('{'x' * 100_000}'); DELETE FROM run;")
    full = file.stat().st_size
    prefect_file.mend(file)
    assert file.stat().st_size == full
    monkeypatch.setattr(prefect_file, "LOOSE", 5)
    prefect_file.mend(file)
    assert file.stat().st_size < full / 2


def test_an_office_s_own_database_is_none_of_our_files(tmp_path: Path) -> None:
    assert prefect_file.of({}, tmp_path) == tmp_path / prefect_file.FILE
    assert prefect_file.of({"PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://x"}, tmp_path) is None


def test_the_run_begins_by_sweeping_copies_of_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Reached(Exception):
        pass

    def reached(_: object) -> None:
        raise Reached

    swept: list[bool] = []
    monkeypatch.setattr(up, "sweep", lambda: swept.append(True))
    monkeypatch.setattr("deployments.up.House.free", reached)
    monkeypatch.setattr(up, "announced", nullcontext)
    monkeypatch.setattr(up, "sole", nullcontext)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Reached):
        up.up(tmp_path, database_url=f"sqlite:///{tmp_path / 'season.db'}", say=lambda _: None)
    assert swept == [True]


def test_what_finds_no_room_aside_stays_and_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: BinaryIO, target: BinaryIO) -> None:
        target.write(source.read(5))
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "dashboard.log").write_text("the first twenty bytes", encoding="utf-8")
    monkeypatch.setattr(log_rotation, "FULL", 10)
    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="No space"):
        log_rotation.rotate(tmp_path, NOW)
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == {"dashboard.log": 22}
