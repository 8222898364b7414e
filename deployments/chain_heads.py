"""The heads of the record's chain, written down where whoever writes the database does not: a file beside it.

Who cuts a chain's tail, or makes it anew, leaves a chain that holds; it only is not the one that was written down.
"""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from calendars.deadlines import start_of
from models import restorations
from models.record_chain import Head, Misfit, heads, unmet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from models.database import Database

FILE = "heads"
HOUR = timedelta(hours=3)
"""When they are written down each day: after the night's backup is begun."""

HEAD = re.compile(r"(\d{1,4})-(\d{1,15})-([0-9a-f]{16,64})")
"""How a head is written, with all of it or with its first characters."""


def read(written: str) -> Head | None:
    """Give a head as somebody wrote it down; None where it is none."""
    found = HEAD.fullmatch(written.strip())
    return Head(int(found[1]), int(found[2]), found[3]) if found else None


def note(folder: Path, database: Database, now: datetime) -> None:
    """Add the heads as they are to a folder's file, where they were not yet since the last night's hour."""
    file = folder / FILE
    tonight = start_of(now.date()) + HOUR
    since = tonight if now >= tonight else tonight - timedelta(days=1)
    if any(at >= since for at, _ in _noted(file)):
        return
    with database.read() as connection:
        lines = [f"{now.isoformat()} {one.strand}-{one.number}-{one.chained}\n" for one in heads(connection)]
    if lines:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a") as added:
            added.writelines(lines)


def missing(folder: Path, connection: Connection, known: Iterable[Head] = ()) -> list[Misfit]:
    """Give which heads of a folder's file, and of those that are `known` besides, the chain does not have any more.

    What was written down of rows that a restored backup did not have is nothing that it could have.
    """
    restored = [(row["made_at"], row["at"]) for row in restorations.past(connection)]
    noted = [head for at, head in _noted(folder / FILE) if not any(made < at <= then for made, then in restored)]
    return list(unmet(connection, dict.fromkeys([*noted, *known])))


def _noted(file: Path) -> Iterator[tuple[datetime, Head]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        at, _, written = line.partition(" ")
        head = read(written)
        if head is not None:
            yield datetime.fromisoformat(at), head
