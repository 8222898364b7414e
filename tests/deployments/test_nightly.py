"""A backup is made once a night, later where the machine was off, and a failure is said and tried again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calendars.deadlines import TZ
from deployments.nightly import Nightly, is_missing
from models.backup_files import nightly

NIGHT = datetime(2026, 11, 29, 2, 0, tzinfo=TZ)


@pytest.mark.parametrize(
    ("made", "now", "missing"),
    [
        (None, NIGHT + timedelta(hours=9), True),
        (NIGHT, NIGHT + timedelta(hours=23, minutes=59), False),
        (NIGHT, NIGHT + timedelta(days=1), True),
        (NIGHT - timedelta(hours=3), NIGHT - timedelta(minutes=1), False),
        (NIGHT - timedelta(hours=3), NIGHT, True),
        (NIGHT + timedelta(days=365), NIGHT + timedelta(hours=9), True),
    ],
)
def test_a_night_has_one(tmp_path: Path, made: datetime | None, now: datetime, missing: bool) -> None:
    if made is not None:
        nightly(tmp_path, made).touch()
    assert is_missing(tmp_path, now) is missing


@dataclass
class Process:
    """Runs until it is told its end."""

    code: int | None = None

    def poll(self) -> int | None:
        return self.code


@dataclass
class Made:
    """What stands for a child that makes a backup."""

    log: Path = Path("backup.log")
    process: Process = field(default_factory=Process)
    stopped: bool = False

    def keep(self) -> bool:
        return True

    def why(self) -> str:
        return "磁盘已满"

    def stop(self) -> None:
        self.stopped = True


def test_it_is_begun_once_and_a_failure_is_said_and_tried_an_hour_later(tmp_path: Path) -> None:
    made, said = list[Made](), list[str]()

    def child() -> Made:
        made.append(Made())
        return made[-1]

    its = Nightly(child, tmp_path, said.append)  # type: ignore[arg-type]  # as much of a child as is asked
    its.look(NIGHT)
    its.look(NIGHT + timedelta(seconds=1))
    assert (len(made), said) == (1, [])
    made[0].process.code = 1
    its.look(NIGHT + timedelta(seconds=2))
    its.look(NIGHT + timedelta(minutes=59))
    assert (len(made), said) == (1, ["今夜的备份没有做成，一小时后再试：磁盘已满（日志 backup.log）"])
    its.look(NIGHT + timedelta(minutes=61))
    its.stop()
    assert [one.stopped for one in made] == [False, True]
    nightly(tmp_path, NIGHT + timedelta(hours=2)).touch()
    made[1].process.code = 0
    for hours in (2, 3, 20):
        its.look(NIGHT + timedelta(hours=hours))
    assert len(made) == 2


def test_one_that_lacks_a_key_is_there_and_is_said_to_lack_it(tmp_path: Path) -> None:
    made, said = Made(), list[str]()
    its = Nightly(lambda: made, tmp_path, said.append)  # type: ignore[arg-type, return-value]  # as much as is asked
    its.look(NIGHT)
    nightly(tmp_path, NIGHT).touch()
    made.process.code = 1
    its.look(NIGHT + timedelta(seconds=2))
    assert said == ["今夜的备份做了，但里面缺密钥，缺哪一把见日志 backup.log；talent doctor 也说明。"]
