"""A part of the house: a process of ours, and the question by whose answer anybody knows that it works."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from deployments.children import Child

ASK_SECONDS = 10.0
FIRST_SECONDS = 0.3
"""How often it is asked until it answers for the first time."""

MISSES = 3
"""So many answers in a row may fail to come before it is killed, and started again."""

GRACE_SECONDS = 90.0
"""How long after its start it need not answer."""


@dataclass
class HousePart:
    """`child` is None where the process is not ours. `answers` tells whether it works now, and may take seconds.

    `met` says that it answered once; then `greet` is done, by whoever looks after the parts.
    """

    child: Child | None
    answers: Callable[[], bool]
    greet: Callable[[], None] | None = None
    met: bool = field(default=False, init=False)
    _missed: int = field(default=0, init=False)

    def ask(self, ended: Event) -> None:
        """Ask again and again until it is over; for a thread of its own, since what hangs lets others wait."""
        while not ended.is_set():
            self._missed = 0 if self.answers() else self._missed + 1
            self.met = self.met or self._missed == 0
            ended.wait(ASK_SECONDS if self.met else FIRST_SECONDS)

    def look(self, say: Callable[[str], None]) -> None:
        """Start it where it does not run, end it where it runs and does not answer; returns at once."""
        if self.met and self.greet is not None:
            greet, self.greet = self.greet, None
            greet()
        if (child := self.child) is None:
            return
        if self._missed >= MISSES and child.age > GRACE_SECONDS:
            child.kill("没有应答")
        if child.keep():
            self._missed = 0
            if child.deaths:
                say(f"{child.name} 意外退出，已重新启动（{child.said}；日志 {child.log}）")
