"""Whenever everything is stopped, and however, it all runs again once it is started: no state of Prefect's holds it up.

The runs that count are those due in the two beats after the start; how long they take is the machine's affair. It is
stopped at every quarter of a beat and so many times at random by `make proof-restarts` (`RESTARTS=100` for a hundred);
once, `test_up` does it too.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.upped import BEAT_SECONDS, alive, running, until

AT_RANDOM = int(os.environ.get("TALENT_TEST_RESTARTS", "0"))

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc"),
    pytest.mark.skipif(not AT_RANDOM, reason="takes a quarter of an hour: make proof-restarts"),
]

FLOWS = ("watch", "post")
ENDS = (signal.SIGTERM, signal.SIGKILL)
OURS = ("dashboard.serve", "prefect server start", "deployments.warm_worker")


@dataclass(frozen=True, slots=True)
class Run:
    flow: str
    state: str
    due: datetime


def runs(office: Path) -> list[Run]:
    """The runs of both, read past the server: it need not be there."""
    query = """SELECT flow.name, run.state_type, run.expected_start_time FROM flow_run AS run
        JOIN flow ON flow.id = run.flow_id WHERE flow.name IN (?, ?)"""
    with closing(sqlite3.connect(f"file:{office}/var/prefect/prefect.db?mode=ro", uri=True)) as connection:
        found = connection.execute(query, FLOWS).fetchall()
    return [Run(flow, state, datetime.fromisoformat(due).replace(tzinfo=UTC)) for flow, state, due in found]


def synced(office: Path) -> int:
    """How many times the worker brought the server to the calendars."""
    log = office / "var" / "log" / "worker.log"
    return log.read_text().count("日程已同步") if log.exists() else 0


@contextmanager
def started(office: Path, ports: Sequence[int]) -> Iterator[subprocess.Popen[bytes]]:
    """Everything, seen to run again: both have completed a run that was due in the first two beats."""
    before = synced(office)
    with running(office, *ports) as (process, log):
        until(lambda: synced(office) > before, log)  # which drops the beats of a time when nobody was there
        since = datetime.now(UTC)
        until_due = since + timedelta(seconds=2 * BEAT_SECONDS)

        def completed() -> set[str]:
            done = [one for one in runs(office) if one.state == "COMPLETED"]
            return {one.flow for one in done if since <= one.due <= until_due}

        until(lambda: completed() == set(FLOWS), log)
        print(f"both ran {(datetime.now(UTC) - since).total_seconds():.1f} s after it said so")  # noqa: T201
        yield process


def end(process: subprocess.Popen[bytes], by: signal.Signals) -> None:
    """End the one process that people see; the others go with it, but for runs under way, which end by themselves."""
    process.send_signal(by)
    assert process.wait(60) == (0 if by == signal.SIGTERM else -by)
    deadline = time.monotonic() + 20
    while any(ours in command for command in alive(process.pid).values() for ours in OURS):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def under_way(office: Path, flow: str) -> Callable[[], bool]:
    """Whether a run is, of those that are due from now on: one that was killed stays so for ever."""
    since = datetime.now(UTC)
    return lambda: any(
        one.flow == flow and one.state in {"PENDING", "RUNNING"} and one.due >= since for one in runs(office)
    )


def wait_into_the_beat(seconds: float) -> None:
    time.sleep((seconds - time.time()) % BEAT_SECONDS)


def test_killed_with_a_run_under_way_both_run_again(office: Path) -> None:
    ports = free_port(), free_port()
    with started(office, ports) as process:
        until(under_way(office, "watch"), office / "up.log")
        end(process, signal.SIGKILL)
    with started(office, ports):
        assert "CANCELLED" not in {one.state for one in runs(office)}


def test_stopped_at_every_quarter_of_a_beat_and_at_random_both_run_again(office: Path) -> None:
    ports, chance = (free_port(), free_port()), random.Random(2022)
    quarters = product((BEAT_SECONDS * quarter / 4 for quarter in range(4)), ENDS)
    at_random = ((chance.uniform(0, BEAT_SECONDS), chance.choice(ENDS)) for _ in range(AT_RANDOM))
    for seconds, by in (*quarters, *at_random):
        with started(office, ports) as process:
            wait_into_the_beat(seconds)
            end(process, by)
    with started(office, ports):
        assert "CANCELLED" not in {one.state for one in runs(office)}
