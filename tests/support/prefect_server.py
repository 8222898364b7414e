"""A Prefect server of the tests' own, in the environment that `talent up` gives it, on a free port."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deployments.environment import auth_string, prefect_environment
from tests.support.ports import free_port

START_SECONDS = 90.0


UNHEARD = {
    f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false"
    for service in ("EVENT_PERSISTER", "TASK_RUN_RECORDER", "TRIGGERS")
}
"""What writes down events that no test reads. On SQLite each is one more writer, and who finds it locked asks again
after 2, 4, 8, 16 and 32 seconds: a run that takes one second then takes a minute."""


def foreign(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what an office, or the machine of the tests, may have set."""
    return {key: value for key, value in environment.items() if not key.startswith(("PREFECT_", "TALENT_"))}


@dataclass
class Server:
    """A server that can be killed and started again on the same port with the same data."""

    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        given = foreign(os.environ) | UNHEARD
        return prefect_environment(given, self.home, self.port, auth_string(given, self.home))

    @property
    def api(self) -> str:
        return self.environment["PREFECT_API_URL"]

    def start(self) -> None:
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "prefect", "server", "start"],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            self._wait()
        except AssertionError:
            self.stop()
            raise

    def begin(self) -> None:
        """Start it, where it does not run."""
        if self.process is None:
            self.start()

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                with urlopen(f"{self.api}/health", timeout=5):
                    return
            except (URLError, OSError):
                assert time.monotonic() < until, (self.home / "server.log").read_text()[-2000:]
                time.sleep(0.1)

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """A server that whoever needs it `begin`s."""
    server = Server(home)
    try:
        yield server
    finally:
        server.stop()
