"""Reads of a block, one after another, of one snapshot: a page is of one instant, and asks for it once.

Whoever writes ends the snapshot before he waits for anything, so that what is read afterwards knows of it and nobody
waits with a connection in his hand. Docs: docs/decisions/0075-a-page-is-one-snapshot.md.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    Begin = Callable[[], AbstractContextManager[Connection]]


@dataclass
class _Snapshot:
    """A snapshot that is open; `readers` are within it now."""

    held: AbstractContextManager[Connection]
    connection: Connection
    readers: int = 0
    over: bool = False

    def close_unread(self) -> None:
        if self.over and not self.readers:
            self.held.__exit__(None, None, None)


class OneSnapshot:
    """What the reads of one block share; `begin` opens a snapshot, and leaving what it gives closes it.

    Of one thread: reads follow or enclose one another.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._now: _Snapshot | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give the snapshot's connection; what raises there ends it, as a transaction that failed answers no more."""
        now = self._now = self._now or self._opened()
        now.readers += 1
        try:
            yield now.connection
        except BaseException:
            self.end()
            raise
        finally:
            now.readers -= 1
            now.close_unread()

    def end(self) -> None:
        """Let what is read from here on see a new snapshot; who is within the old one stays there."""
        if self._now is not None:
            ended, self._now = self._now, None
            ended.over = True
            ended.close_unread()

    def _opened(self) -> _Snapshot:
        held = self._begin()
        return _Snapshot(held, held.__enter__())
