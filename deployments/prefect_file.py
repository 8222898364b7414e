"""The file of a Prefect server of our own: nothing in it is the programme's, so it may be begun anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

from calendars.deadlines import TZ

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "prefect.db"
ELSEWHERE = ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_DATABASE_CONNECTION_URL")
BESIDE = ("", "-wal", "-shm")
LOOSE = 5_000
"""Free pages in the file, of 4 kB, from which on it is worth the seconds to give them back."""


def of(environment: Mapping[str, str], home: Path) -> Path | None:
    """Give the file, None where the office named a database of its own."""
    return None if any(environment.get(name) for name in ELSEWHERE) else home / FILE


def mend(file: Path) -> None:
    """Before a server opens it: put aside one that cannot be read, and give back what it no longer fills."""
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file)) as own:
            broken = own.execute("PRAGMA quick_check(1)").fetchone() != ("ok",)
            if not broken and own.execute("PRAGMA freelist_count").fetchone()[0] > LOOSE:
                own.execute("VACUUM")
    except sqlite3.OperationalError:  # somebody has it open, or the disk is full: the server will say so
        return
    except sqlite3.DatabaseError:
        broken = True
    if broken:
        aside = f"{FILE}.broken-{datetime.now(TZ):%Y%m%dT%H%M%S}"
        for end in BESIDE:
            if (part := file.with_name(FILE + end)).exists():
                part.rename(file.with_name(aside + end))
