"""The heads of the record's chain, written down where whoever writes the database does not: a file beside it.

Who cuts a chain's tail, or makes it anew, leaves a chain that holds; it only is not the one that was written down.
"""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from calendars.deadlines import start_of
from models import restorations
from models.invariants import CHAIN, Contradiction
from models.record_chain import Head, heads, unmet
from models.trial_years import mailboxes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from sqlalchemy import Connection

    from models.database import Database

FILE = "heads"
HOUR = timedelta(hours=3)
"""When they are written down each day: after the night's backup is begun."""

HEAD = re.compile(r"(\d{1,4})-(\d{1,15})-([0-9a-f]{16,64})")
"""How a head is written, with all of it or with its first characters."""


NotedHead = tuple[datetime | None, Head]
"""A head that somebody wrote down, and when, where that is known."""


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
        tried = mailboxes(connection)  # their strands begin anew once they are live
        known = [one for one in heads(connection) if one.strand not in tried]
        lines = [f"{now.isoformat()} {one.strand}-{one.number}-{one.chained}\n" for one in known]
    if lines:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600), "a+b") as added:
            added.write("".join([_after(added), *lines]).encode())
            added.flush()
            os.fsync(added.fileno())


def _after(added: BinaryIO) -> str:
    """Give what ends a line that a full disk or a power failure cut short: the next is one of its own."""
    if not added.seek(0, os.SEEK_END):
        return ""
    added.seek(-1, os.SEEK_END)
    return "" if added.read(1) == b"\n" else "\n"


def missing(folder: Path, connection: Connection, known: Iterable[NotedHead] = ()) -> list[Contradiction]:
    """Give which heads of a folder's file, and of those that are `known` besides, the chain does not have any more.

    What was written down of rows that a restored backup did not have is nothing that it could have. Only a restoration
    on the chain tells so: its table is anybody's who writes the database.
    """
    lost = restorations.proven(connection)
    noted = [head for at, head in (*_noted(folder / FILE), *known) if not at or not _within(at, lost)]
    faults = unmet(connection, dict.fromkeys(noted))
    return [Contradiction(CHAIN, *fault) for fault in faults]


def _within(at: datetime, spans: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(made < at <= then for made, then in spans)


def kept(folder: Path) -> bool:
    """Tell whether any head was written down in a folder."""
    return any(True for _ in _noted(folder / FILE))


def unread(folder: Path) -> list[int]:
    """Give which lines of a folder's file nobody can read: a disk cut them short, or somebody wrote in them."""
    return [number for number, line in enumerate(_lines(folder / FILE), start=1) if line and _read_line(line) is None]


def _noted(file: Path) -> Iterator[tuple[datetime, Head]]:
    return filter(None, map(_read_line, _lines(file)))


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _read_line(line: str) -> tuple[datetime, Head] | None:
    said, _, written = line.partition(" ")
    head = read(written)
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return (at, head) if head is not None and at.tzinfo is not None else None
