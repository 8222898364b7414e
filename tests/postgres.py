"""A throwaway PostgreSQL server on the loopback, for the tests and for the CI.

`python -m tests.postgres COMMAND…` runs the command with the server's address in TALENT_TEST_POSTGRES, and stops the
server after it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support import memory
from tests.support.ports import free_port

ADDRESS = "TALENT_TEST_POSTGRES"
MADE_WITH = ("-U", "talent", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
UNSAFE_AND_FAST = "-c fsync=off -c full_page_writes=off -c max_connections=200"
"""No write waits for the disk; but what was committed is kept where the server is stopped at once."""


class NoServer(Exception):
    """没有找到 PostgreSQL 的服务器程序（Debian：apt-get install postgresql）。"""


def binaries() -> Path:
    """The folder of the newest `initdb` and `pg_ctl`; raises NoServer."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise NoServer(NoServer.__doc__)
    return Path(on_path).resolve().parent


def _other_user() -> pwd.struct_passwd | None:
    """Whom the server runs as: root may not start one."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _run(user: pwd.struct_passwd | None, cwd: Path, *command: str) -> None:
    """As that user, quietly; what the command said goes into the error where it failed."""
    who = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    log = cwd / "pg.log"
    with log.open("a") as out:
        # A pipe would be inherited by the server and never close: a file it is.
        done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False, **who)  # type: ignore[call-overload]
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {log.read_text(errors='replace')[-2000:]}")


@dataclass
class Cluster:
    """A server with its folder, which may be stopped and started; `address` is its maintenance database."""

    home: Path
    port: int
    running: bool = False

    @property
    def address(self) -> str:
        return f"postgresql+psycopg://talent@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        self._run("initdb", *MADE_WITH)

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self.home} {UNSAFE_AND_FAST}"
        self._run("pg_ctl", "-w", "-t", "60", "-o", options, "start")
        self.running = True

    def stop(self) -> None:
        if self.running:
            self._run("pg_ctl", "-m", "immediate", "-w", "stop")
            self.running = False

    def _run(self, tool: str, *said: str) -> None:
        _run(_other_user(), self.home, f"{binaries()}/{tool}", "-D", str(self.home / "data"), *said)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running server that may be stopped and started; raises NoServer."""
    binaries()
    made, user = Cluster(Path(tempfile.mkdtemp(prefix="talent-pg-")), free_port()), _other_user()
    (made.home / "pg.log").touch()
    if user is not None:
        os.chown(made.home, user.pw_uid, user.pw_gid)
    try:
        made.make()
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(made.home, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """A running server, as a SQLAlchemy URL of its maintenance database; raises NoServer."""
    with cluster() as made:
        yield made.address


def main(command: list[str]) -> int:
    """Run the command beside a server, its own where none is given; its exit status is this one's.

    Told to end, stop the server first. Where no server is installed the command runs without one.
    """
    memory.settle()
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with ExitStack() as stack:
        told = dict(os.environ)
        with suppress(NoServer):
            told[ADDRESS] = told.get(ADDRESS) or stack.enter_context(server())
        return subprocess.run(command, env=told, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
