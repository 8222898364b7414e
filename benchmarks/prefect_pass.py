"""One pass of `watch` as a flow's run against a real Prefect server, at 13 and at 333 cities."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.advance import NOW, copied_file
from benchmarks.measuring import Table, middle, run
from deployments.children import Child
from deployments.house import House
from deployments.household import PYTHON
from tests.support.scenes import YEAR, calendar

CITIES = (13, 333)
INSIDE = "TALENT_BENCH_INSIDE"
"""In the environment of the process that runs the passes."""

COPIES, IDLE = 3, 9
"""So many times everything is to do, in a process and on a database of its own; so many passes have nothing to do."""


def measure() -> Iterator[Table]:
    """First a pass with everything to do, then passes with nothing to do, which is what `watch` finds most minutes."""
    with TemporaryDirectory(prefix="talent-bench-") as name:
        folder = Path(name)
        with _server(folder) as environment:
            found = _passes(folder, environment)
    few, many = (median(found[cities]["nothing"]) for cities in CITIES)
    rows = [(f"{cities}", middle(times["nothing"]), middle(times["everything"])) for cities, times in found.items()]
    yield Table(
        "A pass under Prefect",
        f"A run of the flow `watch` against a server of its own, on SQLite; everything is that of one advance, its "
        f"letters delivered to a maildir. With nothing to do 333 cities take {many / few:.2f} times as long as 13; at "
        f"most 1.3 is required. Median of {COPIES * IDLE} and {COPIES}.",
        ("cities", "nothing to do", "everything to do"),
        rows,
    )


@contextmanager
def _server(folder: Path) -> Iterator[Mapping[str, str]]:
    """A Prefect server as `talent up` starts it; the environment of those who work with it."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = {"TALENT_DATABASE__URL": f"sqlite:///{folder / 'copy.db'}"}
    house = House(folder, port, "127.0.0.1", 0, told)
    environment = house.environment() | {"TALENT_MAILDIR": str(folder / "mail"), "TALENT_COURIER": "maildir"}
    server = Child("server", (*PYTHON, "prefect", "server", "start"), environment, house.logs / "server.log")
    server.keep()
    try:
        _answers(f"{environment['PREFECT_API_URL']}/health")
        yield environment
    finally:
        server.stop()


def _answers(address: str) -> None:
    for _ in range(600):
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            sleep(0.2)
    raise SystemExit("the Prefect server does not answer")


def _passes(folder: Path, environment: Mapping[str, str]) -> dict[int, dict[str, list[float]]]:
    """By cities: the first pass on each database, and those after it. In turn, so that both see the same machine."""
    copies = {}
    for cities in CITIES:
        (folder / str(cities)).mkdir()
        copies[cities] = copied_file(folder / str(cities), calendar(cities))
    found: dict[int, dict[str, list[float]]] = {cities: {"everything": [], "nothing": []} for cities in CITIES}
    for _ in range(COPIES):
        for cities, copy in copies.items():
            first, *others = _process({**environment, "TALENT_DATABASE__URL": copy().url, INSIDE: "1"})
            found[cities]["everything"].append(first)
            found[cities]["nothing"] += others
    return found


def _process(environment: Mapping[str, str]) -> list[float]:
    """The times of the passes of one process, on a fresh database and an empty mailbox."""
    shutil.rmtree(environment["TALENT_MAILDIR"], ignore_errors=True)
    command = (sys.executable, "-m", "benchmarks.prefect_pass")
    given = {**environment, "PREFECT_LOGGING_LEVEL": "WARNING"}
    done = subprocess.run(command, env=given, stdout=subprocess.PIPE, text=True, check=True)
    times: list[float] = json.loads(done.stdout)
    return times


async def _inside() -> list[float]:
    """What the process of the runs does: one run of another flow to warm up, then the passes."""
    from flows.deliver import post
    from flows.watch import watch

    await post(return_state=True)
    times = []
    for _ in range(1 + IDLE):
        begun = perf_counter()
        ended = await watch(YEAR, NOW, return_state=True)
        times.append(perf_counter() - begun)
        if not ended.is_completed():
            raise SystemExit(f"a pass ended as {ended}")
    return times


if __name__ == "__main__":
    if INSIDE in os.environ:
        print(json.dumps(asyncio.run(_inside())))
    else:
        run(measure)
