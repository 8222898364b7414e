"""The files of a log: the one that is written, and the one that was rotated away before it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

ROTATED = re.compile(r"[.-]\d[\d.-]*(?:\.gz|\.bz2|\.xz)?")
"""What is added to the name: `.1`, `.1.gz`, `-20221122`, and what Postfix itself adds, `.20221122-235948.gz`."""

PACKED: Mapping[str, Callable[..., object]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}

BROKEN = (OSError, EOFError, lzma.LZMAError, zlib.error)
"""What reading may raise."""

Generation = tuple[tuple["Path", int], ...]


def generation(path: Path) -> Generation:
    """Give the log and, before it, the one rotated away last, with their inodes: others, once it is rotated again."""
    there = (file for file in path.parent.iterdir() if file.name.startswith(path.name))
    rotated = [file for file in there if ROTATED.fullmatch(file.name, len(path.name))]
    newest = sorted(rotated, key=lambda file: file.stat().st_mtime)[-1:]
    return tuple((file, file.stat().st_ino) for file in (*newest, path) if file.is_file())


def lines(files: Generation) -> Iterator[str]:
    """Give the lines of these files, oldest first. Raises one of BROKEN."""
    for file, _ in files:
        with cast(
            "TextIO", PACKED.get(file.suffix, open)(file, "rt", encoding="utf-8", errors="replace", newline="\n")
        ) as text:
            yield from text
