"""The courier of the embedded default: a Maildir, readable by any mail program.

A letter's file is named after its key: delivered twice, as after a crash between the write and the mark, it is one
file. A letter is `sent` once its file and the folder's entry are on the disk.
"""

from __future__ import annotations

import asyncio
import os
from itertools import chain
from typing import TYPE_CHECKING, Self

from letters.headers import UnfitHeader
from models.on_disk import flush
from post.couriers import Delivery, always
from post.message import digest
from post.splice import flatten

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from post.couriers import Wanted
    from post.message import Outgoing

FOLDERS = ("tmp", "new", "cur")


class MaildirCourier:
    """Delivers into the Maildir at `path`, which it creates; files are the owner's only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def __aenter__(self) -> Self:
        """Begin; there is nothing to keep."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""

    async def settling(self, letters: Sequence[Outgoing], wanted: Wanted = always) -> AsyncIterator[Sequence[Delivery]]:
        """Give all of them at once."""
        if letters:
            yield await asyncio.to_thread(self._deliver, letters, wanted)

    async def deliver(self, letters: Sequence[Outgoing]) -> Sequence[Delivery]:
        """Write all, then fsync the folder once; a full or broken disk makes it `retry`."""
        return await asyncio.to_thread(self._deliver, letters, always)

    def _deliver(self, letters: Sequence[Outgoing], wanted: Wanted) -> list[Delivery]:
        try:
            there = self._prepare()
            done = [
                self._write(letter, there) if wanted(letter.key) else Delivery(letter.key, "withheld", "", tried=False)
                for letter in letters
            ]
            flush(self.path / "new")
        except OSError as error:
            return [Delivery(letter.key, "retry", _reason(error)) for letter in letters]
        return done

    def _prepare(self) -> frozenset[str]:
        """Make the folders; give the names that are delivered, whatever flags a mail program has added."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in FOLDERS:
            (self.path / folder).mkdir(mode=0o700, exist_ok=True)
        delivered = chain.from_iterable((self.path / folder).iterdir() for folder in ("new", "cur"))
        return frozenset(file.name.partition(":")[0] for file in delivered)

    def _write(self, letter: Outgoing, there: frozenset[str]) -> Delivery:
        name = f"{digest(letter.key)}.talent-calendar"
        if name in there:
            return Delivery(letter.key, "sent", f"已在邮箱中：{name}")
        try:
            draft = self.path / "tmp" / f"{name}.{os.getpid()}"
            _store(draft, flatten(letter))
            draft.replace(self.path / "new" / name)
        except UnfitHeader as unfit:
            return Delivery(letter.key, "failed", str(unfit))
        except UnicodeEncodeError:
            return Delivery(letter.key, "failed", "正文中有不成字的代码，无法写成邮件")
        except OSError as error:
            return Delivery(letter.key, "retry", _reason(error))
        return Delivery(letter.key, "sent", f"已写入邮箱：{name}")


def _store(path: Path, content: bytes) -> None:
    """Write a file that is on the disk when this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _reason(error: OSError) -> str:
    return f"写不进邮箱目录：{error.strerror or error}"
