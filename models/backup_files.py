"""The backups that the house made itself, by their names: what each is of and when it was made."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from calendars.deadlines import TZ

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".backup"
NIGHTLY, DATED = "talent", "%Y%m%dT%H%M%S"
"""How the names begin of the backups that the running house makes, and how all say when they were made."""


def nightly(folder: Path, at: datetime) -> Path:
    """Give the name of the backup of a night, or of whoever types none."""
    return dated(folder, NIGHTLY, at)


def dated(folder: Path, what: str, at: datetime) -> Path:
    """Give the name of a backup that the house makes itself, by what it is of and when."""
    return folder / f"{what}-{at.astimezone(TZ):{DATED}}{SUFFIX}"


def kept(folder: Path, what: str = "*") -> list[Path]:
    """Give the backups that the house made itself, the newest first, with those of a clock that was ahead."""
    digit = "[0-9]"
    return sorted(folder.glob(f"{what}-{digit * 8}T{digit * 6}{SUFFIX}"), key=made_at, reverse=True)


def newest_night(folder: Path, now: datetime) -> Path | None:
    """Give the newest backup of a night; one dated after now is no night's, for its clock was wrong."""
    return next((path for path in kept(folder, NIGHTLY) if made_at(path) <= now), None)


def made_at(path: Path) -> datetime:
    """Give when a backup of the house was made, as its name says it."""
    return datetime.strptime(path.stem.rpartition("-")[2], DATED).replace(tzinfo=TZ)
