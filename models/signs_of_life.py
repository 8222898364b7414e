"""Silence noticed: what runs by itself leaves a sign each time, and whoever looks finds the one that is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, Select, bindparam, exists, select

from models.columns import table_of
from models.shortcuts.bulk import inserting
from models.tables.season import ProgrammeYear
from models.tables.signs_of_life import SignOfLife

Work = Literal["watch", "post", "worker", "prefect", "check"]
"""The two flows that all depends on, the process that runs them, the server that tells it when; and the nightly look
at whether the records contradict themselves, whose sign is one of having found nothing.
"""

BEGUN: tuple[Work, ...] = ("worker", "prefect")
"""What leaves a sign by itself once everything is started, whether anything is due or not."""

UNDONE = "到期的事没有人办"
WORDS: dict[Work, tuple[str, str]] = {
    "watch": ("按日程办理", UNDONE),
    "post": ("投递函件", "到时的函件没有发出"),
    "worker": ("见到工作进程", UNDONE),
    "prefect": ("得到 Prefect 的应答", UNDONE),
    "check": ("通过数据核对", "记录可能自相矛盾"),
}
"""What it is that is missing, and what follows (Chinese)."""

LATE = timedelta(minutes=2)
"""How much later than its beat a work may be before its silence is an alarm."""


@dataclass(frozen=True, slots=True)
class Sign:
    """The last sign of a work: when it ran, and by when it must have run again."""

    work: Work
    at: datetime
    due: datetime

    def __str__(self) -> str:
        return f"自 {self.at:%m-%d %H:%M} 起没有{WORDS[self.work][0]}（{self.work}）"

    @property
    def means(self) -> str:
        """What follows from the silence (Chinese)."""
        return WORDS[self.work][1]


def leave(connection: Connection, work: Work, at: datetime, beat: timedelta) -> None:
    """Put on record that a work which runs every `beat` ran at this time of the clock."""
    row = {"at": at, "due": at + beat + LATE}
    write = inserting(connection.dialect.name, table_of(SignOfLife)).values(work=work, **row)
    connection.execute(write.on_conflict_do_update(index_elements=["work"], set_=row))


def expect(connection: Connection, at: datetime) -> None:
    """Put on record what is to leave a sign soon, now that all is started: else one that never does is never missed."""
    for work in BEGUN:
        row = {"work": work, "at": at, "due": at + LATE}
        write = inserting(connection.dialect.name, table_of(SignOfLife)).values(row)
        connection.execute(write.on_conflict_do_nothing(index_elements=["work"]))


def stopped(connection: Connection, work: Work, at: datetime) -> None:
    """Put on record that a work will not run, since somebody keeps it from it: the silence is not waited for."""
    table = table_of(SignOfLife)
    write = inserting(connection.dialect.name, table).values(work=work, at=at, due=at)
    connection.execute(write.on_conflict_do_update(index_elements=["work"], set_={"due": at}))


def signs(connection: Connection) -> tuple[Sign, ...]:
    """Give the last sign of each work that ever left one, by name."""
    table = table_of(SignOfLife)
    return tuple(Sign(*row) for row in connection.execute(select(table).order_by(table.c.work)))


def silent(connection: Connection, now: datetime, year: int | None = None) -> tuple[Sign, ...]:
    """Give what has been silent for too long at a time; nothing where the year (None: every year) needs no run.

    A rehearsal has a time of its own, and an archived year is over.

    Only the last sign is kept: of a past instant nothing is silent that has run since.
    """
    found = connection.execute(_silent(of_all=year is None), {"silent_at": now, "of_year": year})
    return tuple(Sign(*row) for row in found)


@cache
def _silent(*, of_all: bool) -> Select[Any]:
    sign, programme = table_of(SignOfLife), table_of(ProgrammeYear)
    live = exists().where(programme.c.rehearsal.is_(False), programme.c.closed_as_of.is_(None))
    wanted = live if of_all else live.where(programme.c.year == bindparam("of_year"))
    return select(sign).where(sign.c.due < bindparam("silent_at"), wanted).order_by(sign.c.work)
