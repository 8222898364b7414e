"""How a long command is told to end: in order by the first Ctrl-C or SIGTERM, at once by a second one."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

TOLD_BY = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def leaving() -> Iterator[Event]:
    """Give what is set once the command is to end; what the signals did before, they do again after the first."""
    leave = Event()

    def told(_number: int, _frame: FrameType | None) -> None:
        leave.set()
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.signal(number, told) for number in TOLD_BY}
    try:
        yield leave
    finally:
        restore()
