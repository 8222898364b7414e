"""Folders for copies of the database: each its owner's alone, gone at the end; what a killed process left is swept."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "talent-fork-"
COPY = "season.db"
"""The copy's name in its folder; where it is there and nobody holds the folder, its process is gone."""


@contextmanager
def place() -> Iterator[Path]:
    """Give a path for a copy in a folder of its own, held as long as it is used, and sweep what others left."""
    sweep()
    with TemporaryDirectory(prefix=PREFIX) as folder, _held(Path(folder)):
        yield Path(folder) / COPY


def sweep() -> None:
    """Take away the folders of one's own account that no process holds any more."""
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        try:
            if folder.stat(follow_symlinks=False).st_uid != os.getuid() or not (folder / COPY).exists():
                continue
            with _held(folder):
                shutil.rmtree(folder)
        except OSError:  # held, or gone meanwhile
            continue


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder against being swept. Raise OSError where another process does, or it is gone."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        flock(handle, LOCK_EX | LOCK_NB)
        yield
    finally:
        os.close(handle)
