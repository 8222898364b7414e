"""Processes kept alive: started, watched, started again when they die, stopped in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

PATIENCE = 10.0
"""Seconds that processes have to end after SIGTERM, all together, before they are killed."""

LONGEST_WORDS = 300
"""Bytes at the end of a log that may be repeated as the reason of an end."""

LONGEST_PAUSE = 30.0
STEADY = 60.0
"""Seconds after which a process counts as running well, and its next start as its first."""


PARENT_DEATH = 1
"""`PR_SET_PDEATHSIG` of Linux."""


@dataclass
class Child:
    """One process of ours, in our own process group, with its output appended to a log only the owner can read.

    `said` is why it ended when it was last started once more; `before` is done before each start; `cwd` is the folder
    it starts in, None for ours. On Linux it is killed when we are, however that happens: else it would keep its port
    from whoever starts us again.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    before: Callable[[], None] | None = None
    cwd: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    deaths: int = field(default=0, init=False)
    started: float = field(default=0.0, init=False)
    said: str = field(default="", init=False)
    _from: int = field(default=0, init=False)
    _killed_for: str = field(default="", init=False)

    def keep(self) -> bool:
        """Start it where it does not run; say whether it was started. Each early death doubles the pause before."""
        now = time.monotonic()
        if self.process is None:
            return self._start(now)
        if self.process.poll() is None:
            return False
        if now - self.started > STEADY:
            self.deaths = 0
        if now - self.started < min(2.0**self.deaths, LONGEST_PAUSE):
            return False
        self.deaths += 1
        self.said = self.why()
        return self._start(now)

    def why(self) -> str:
        """Say why it ended (Chinese): by which signal, else what it said last."""
        if self._killed_for:
            return self._killed_for
        code = self.process.poll() if self.process is not None else None
        if code is not None and code < 0:
            return f"被信号 {signal.Signals(-code).name} 结束"
        return self._last_words() or f"没有说明原因，退出码 {code}"

    def _last_words(self) -> str:
        with suppress(OSError), self.log.open("rb") as log:
            log.seek(max(self._from, self.log.stat().st_size - LONGEST_WORDS))
            lines = log.read().decode(errors="replace").split("\n")
            return next((line.strip() for line in reversed(lines) if line.strip()), "")
        return ""

    def _start(self, now: float) -> bool:
        self._killed_for = ""
        if self.before is not None:
            self.before()
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self.log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab") as log:
            self._from = log.tell()
            self.process = subprocess.Popen(  # nosec B603 # noqa: S603 -- our own command
                self.command,
                env=dict(self.environment),
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_TIED,  # noqa: PLW1509 -- one system call, of the main thread
            )
        self.started = now
        return True

    @property
    def age(self) -> float:
        """Seconds since it was last started."""
        return time.monotonic() - self.started

    def kill(self, why: str) -> None:
        """End it at once, whatever it does, for a reason that is told when it is started again."""
        if self.process is not None and self.process.poll() is None:
            self._killed_for = why
            self.process.kill()

    def stop(self) -> None:
        """Ask it to end, and kill it where it does not."""
        stop([self])

    def ends(self, seconds: float) -> bool:
        """Tell whether it ends within so many seconds."""
        try:
            return self.process is None or self.process.wait(seconds) is not None
        except subprocess.TimeoutExpired:
            return False


def stop(children: Iterable[Child]) -> None:
    """Ask them to end, the last first, each with a share of the time to itself; then kill those that have not."""
    running = [child for child in children if child.process is not None and child.process.poll() is None]
    until = time.monotonic() + PATIENCE
    for child in reversed(running):
        assert child.process is not None
        child.process.terminate()
        child.ends(PATIENCE / len(running))
    for child in running:
        if not child.ends(max(0.0, until - time.monotonic())):
            child.kill("")
            child.ends(PATIENCE)


def _tying() -> Callable[[], None] | None:
    """Give what a child does before its command; None where the system knows nothing of the kind."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PARENT_DEATH, signal.SIGKILL)


_TIED = _tying()
