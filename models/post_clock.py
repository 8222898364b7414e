"""The clock that the post believes: a time that cannot be right holds it, before letters go out on wrong days.

The time of day is compared with the seconds since the machine was started, which nobody sets. Across a restart the two
cannot be told apart: only going back, or being away longer than any outage that was ever provided for, is a jump then.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from models.columns import table_of
from models.tables.season import ClockReading

if TYPE_CHECKING:
    from sqlalchemy import Row

    from models.database import Database

JUMP = timedelta(hours=24)
LONGEST_OUTAGE = timedelta(days=45)
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
ONLY = 1
"""There is one clock."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Which start of the machine this is ("" where it does not say), and the seconds since."""

    boot: str
    seconds: float

    @classmethod
    def now(cls) -> Ticks:
        """Ask the machine."""
        boot = BOOT_ID.read_text(encoding="ascii").strip() if BOOT_ID.exists() else ""
        return cls(boot, time.clock_gettime(SINCE_BOOT))


def jump(wall: datetime, ticks: Ticks, then: datetime, ticks_then: Ticks) -> timedelta | None:
    """Give by how much the clock was set between two readings where that is more than a day; None where it is not."""
    gone = wall - then
    if ticks.boot == ticks_then.boot and ticks.seconds >= ticks_then.seconds:
        off = gone - timedelta(seconds=ticks.seconds - ticks_then.seconds)
        return off if abs(off) > JUMP else None
    return gone if gone < -JUMP or gone > LONGEST_OUTAGE else None


def doubted(database: Database, wall: datetime, ticks: Ticks) -> str | None:
    """Give why the post is held by its clock (Chinese), and keep that as the alarm; None where the clock is believed.

    A reading that is believed is what the next is compared with, one that is not is not: set right, the clock is
    believed again.
    """
    table = table_of(ClockReading)
    with database.write() as connection:
        last = _last(connection)
        off = None if last is None else jump(wall, ticks, last.wall, Ticks(last.boot, last.ticks))
        if off is None:
            believe(connection, wall, ticks)
            return None
        assert last is not None
        alarm = _said(off, wall, last.wall)
        connection.execute(update(table).values(alarm=alarm))
        return alarm


def _said(off: timedelta, wall: datetime, last: datetime) -> str:
    way = "拨快" if off > timedelta() else "拨慢"
    return (
        f"系统时钟可能有误：现在是 {wall:%Y-%m-%d %H:%M}，上次投递在 {last:%Y-%m-%d %H:%M}，"
        f"其间时钟被{way}约 {abs(off) // timedelta(hours=1)} 小时。投递已暂停；"
        "校准时钟后自动恢复；时钟无误则请恢复投递"
    )


def believe(connection: Connection, wall: datetime, ticks: Ticks) -> None:
    """Take this reading as right."""
    table = table_of(ClockReading)
    connection.execute(delete(table))
    connection.execute(insert(table).values(id=ONLY, wall=wall, boot=ticks.boot, ticks=ticks.seconds))


def alarm(connection: Connection) -> str | None:
    """Give why the post is held by its clock, None where it is not."""
    last = _last(connection)
    return None if last is None else last.alarm


def _last(connection: Connection) -> Row[Any] | None:
    return connection.execute(select(table_of(ClockReading))).one_or_none()
