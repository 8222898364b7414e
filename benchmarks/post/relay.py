"""The sink as a process of its own, and what it says it took."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from smtplib import SMTP
from tempfile import TemporaryDirectory


@dataclass(frozen=True, slots=True)
class Running:
    """A sink that listens on `port`."""

    port: int

    def taken(self) -> tuple[int, int]:
        """How many messages, and how many different ones, since it was last asked."""
        with SMTP("127.0.0.1", self.port) as client:
            _, said = client.docmd("XCOUNT")
        messages, different = said.split()
        return int(messages), int(different)


@contextmanager
def sink(delay: float = 0.0, *, grouped: bool = True, durable: bool = False) -> Iterator[Running]:
    """Give a sink that answers so many seconds late; a durable one, once what it took is on the disk."""
    with TemporaryDirectory() as folder:
        options = [] if grouped else ["--in-turn"]
        options += ["--ledger", f"{folder}/ledger"] if durable else []
        command = [sys.executable, "-m", "benchmarks.post.sink", "0", "--delay", str(delay), *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield Running(int(process.stdout.readline()))
            finally:
                process.terminate()
