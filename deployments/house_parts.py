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

GRACE_SECONDS = 240.0
"""How long after its start it may take to answer for the first time, on a machine that has much to do."""


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
    _answered: bool = field(default=False, init=False)
    """Since it was last started."""

    def ask(self, ended: Event) -> None:
        """Ask again and again until it is over; for a thread of its own, since what hangs lets others wait."""
        while not ended.is_set():
            answered = self.answers()
            self._missed = 0 if answered else self._missed + 1
            self.met, self._answered = self.met or answered, self._answered or answered
            ended.wait(ASK_SECONDS if self.met else FIRST_SECONDS)

    def look(self, say: Callable[[str], None]) -> None:
        """Start it where it does not run, end it where it runs and does not answer; returns at once."""
        if self.met and self.greet is not None:
            greet, self.greet = self.greet, None
            greet()
        if (child := self.child) is None:
            return
        if self._missed >= MISSES and (self._answered or child.age > GRACE_SECONDS):
            child.kill("没有应答")
        if child.keep():
            self._missed, self._answered = 0, False
            if child.deaths:
                say(f"{child.name} 意外退出，已重新启动（{child.said}；日志 {child.log}）")
