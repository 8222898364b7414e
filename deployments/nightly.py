"""The backup of each night, made in a process of its own by whatever runs the house."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from calendars.deadlines import TZ, start_of
from models.backup_files import made_at, newest_night

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deployments.children import Child

HOUR = 2
"""When the night's backup is due: before the day's first letters, after the last of people's acts."""

AGAIN = timedelta(hours=1)
"""How soon one that failed is tried once more."""


class Nightly:
    """Begins a backup where there is none of the last night, once at a time, and says what came of it."""

    def __init__(self, child: Callable[[], Child], folder: Path, say: Callable[[str], None]) -> None:
        self._child, self._folder, self._say = child, folder, say
        self._making: Child | None = None
        self._not_before = datetime.min.replace(tzinfo=TZ)

    def look(self, now: datetime) -> None:
        """See to it, as of an instant; returns at once."""
        if self._making is not None:
            self._ended(now)
        elif now >= self._not_before:
            self._not_before = now + timedelta(minutes=1)
            if is_missing(self._folder, now):
                self._making = self._child()
                self._making.keep()

    def stop(self) -> None:
        """End one that is being made; what it has of it is no backup, and is cleared away by the next."""
        if self._making is not None:
            self._making.stop()

    def _ended(self, now: datetime) -> None:
        child = self._making
        assert child is not None
        assert child.process is not None
        if (code := child.process.poll()) is None:
            return
        self._making = None
        if code == 0:
            return
        self._not_before = now + AGAIN
        if is_missing(self._folder, now):
            self._say(f"今夜的备份没有做成，一小时后再试：{child.why()}（日志 {child.log}）")
        else:
            self._say(f"今夜的备份做了，但里面缺密钥，缺哪一把见日志 {child.log}；talent doctor 也说明。")


def is_missing(folder: Path, now: datetime) -> bool:
    """Tell whether the last night has no backup yet."""
    tonight = start_of(now.date()) + timedelta(hours=HOUR)
    night = tonight if now >= tonight else tonight - timedelta(days=1)
    newest = newest_night(folder, now)
    return newest is None or made_at(newest) < night
