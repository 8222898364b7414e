"""Log files kept to a size: a full one is copied aside and emptied under the process that goes on writing it.

What the pages wrote, each request by its route and how it was answered, is kept by time: the law asks for half a year.
Who came in, and who was refused, stands in the record (`audit`), which has a term of its own.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from calendars.deadlines import TZ

if TYPE_CHECKING:
    from pathlib import Path

FULL = 10_000_000
"""Bytes of a log that is put aside."""

KEPT = 5
"""How many full ones are kept of what is of no importance later."""

ACCESS = "dashboard"
KEPT_FOR = timedelta(days=200)
STAMP = "%Y%m%dT%H%M%S"
OURS = re.compile(r"\.\d{8}T\d{6}\.gz$")


def rotate(folder: Path, now: datetime) -> None:
    """Put aside what is full, and drop what is no longer kept; a log only its owner reads stays so.

    What has another name was put there by somebody else. OSError where there is no room, or no right.
    """
    for log in folder.glob("*.log"):
        if log.stat().st_size > FULL:
            _put_aside(log, now)
        aside = sorted(path for path in folder.glob(f"{log.stem}.*.gz") if OURS.search(path.name))
        gone = [path for path in aside if _made(path) < now - KEPT_FOR] if log.stem == ACCESS else aside[:-KEPT]
        for path in gone:
            path.unlink(missing_ok=True)


def _put_aside(log: Path, now: datetime) -> None:
    aside = log.with_name(f"{log.stem}.{now.astimezone(TZ):{STAMP}}.gz")
    half = aside.with_suffix(".half")
    owners = os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        with log.open("rb") as full, os.fdopen(owners, "wb") as file, gzip.open(file, "wb") as packed:
            shutil.copyfileobj(full, packed)
        half.rename(aside)
    finally:
        half.unlink(missing_ok=True)
    os.truncate(log, 0)


def _made(aside: Path) -> datetime:
    return datetime.strptime(aside.name.split(".")[-2], STAMP).replace(tzinfo=TZ)
