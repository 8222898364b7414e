"""`talent up` as an office runs it: one command, in a process group of its own, and what is seen of it from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.prefect_server import foreign

BEAT_SECONDS = 5
PATIENCE = 300.0
RUN = (
    "import sys; from pathlib import Path; from deployments.up import up; "
    "sys.exit(up(Path('var'), int(sys.argv[1]), web=int(sys.argv[2])))"
)


def until(true: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.3)


def alive(group: int) -> dict[int, str]:
    """The processes of a group that have not ended: number to command line."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, _, of = (process / "stat").read_text().rpartition(")")[2].split()[:3]
            command = (process / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if int(of) == group and state != "Z":
            found[int(process.name)] = command
    return found


@contextmanager
def running(
    office: Path, port: int, web: int, beat: int = BEAT_SECONDS, *, before: str = ""
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`up` with a beat of so many seconds, in a process group of its own; whatever happens, nothing of it is left.

    `before` is done in its process first: what takes a guard out.
    """
    log, told = office / "up.log", {"TALENT_BEAT_SECONDS": str(beat)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", f"{before}\n{RUN}", str(port), str(web)],
            cwd=office, env=foreign(os.environ) | told, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        yield process, log
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
