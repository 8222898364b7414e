"""The ten dearest requests that there are, from one account at once: what others' pages notice.

Which they are is measured: every page and download that the province may ask for, at the end of the season.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from statistics import median, quantiles
from time import perf_counter, sleep

from benchmarks.at_once import QUIET_SECONDS, ROUNDS, Reader, load
from benchmarks.measuring import Table
from benchmarks.upload import SECRET, YEAR, Visitor, server
from calendars.deadlines import TZ
from dashboard.serving.site import Site
from models.database import Database
from settings import Settings
from tests.support import routes
from tests.support.window import Window

END = datetime(YEAR + 1, 1, 1, tzinfo=TZ)
DEAREST, CITY, TRIES = 10, "yancheng", 3


def measure() -> Iterator[Table]:
    """Find them, and ask for them."""
    with server(until=END) as (port, database, _):
        dear = _dearest(port, _addresses(database))
        yield _meanwhile(port, dear)


def _addresses(database: Database) -> list[str]:
    """Whatever may be asked for, of one city where it is a city's."""
    window = Window(Site(database, Settings(base_url="http://127.0.0.1"), SECRET))
    found = [route for route in routes.routes(window.as_("admin").app) if "GET" in (route.methods or ())]  # type: ignore[arg-type]
    return sorted({address for route in found for address in routes.addresses(window, route, CITY)})


def _dearest(port: int, addresses: Sequence[str]) -> list[tuple[float, str]]:
    """The ten that take longest once they were asked for before: the shortest of a few times each."""
    admin, took = Visitor(port, "admin"), dict[str, float]()
    to = admin.connect()
    for address in addresses:
        times = []
        for _ in range(TRIES):
            begun = perf_counter()
            status, _ = admin.get(to, address)
            times.append(perf_counter() - begun)
            if status != 200:
                break
        else:
            took[address] = min(times)
    to.close()
    return sorted(((seconds, address) for address, seconds in took.items()), reverse=True)[:DEAREST]


def _meanwhile(port: int, dear: Sequence[tuple[float, str]]) -> Table:
    with Reader(port):
        sleep(1)
    idle, busy, lives, ended = list[float](), list[float](), list[float](), list[float]()
    for _ in range(ROUNDS):
        with Reader(port) as reader:
            sleep(QUIET_SECONDS)
        idle += reader.pages
        with Reader(port) as reader, ThreadPoolExecutor(DEAREST) as hands:
            begun = perf_counter()
            list(hands.map(lambda one: _asked(port, one[1]), dear))
            ended.append(perf_counter() - begun)
        busy += reader.pages
        lives += reader.lives
    before, after = (quantiles(times, n=20)[-1] for times in (idle, busy))
    rows = [
        *([f"`{address}`", f"{seconds * 1000:.0f} ms", ""] for seconds, address in dear),
        ["all ten at once, median", f"{median(ended):.2f} s", ""],
        ["other pages, p95, idle", f"{before * 1000:.1f} ms", ""],
        ["other pages, p95, meanwhile", f"{after * 1000:.1f} ms ({after / before:.2f} ×)", "≤ 1.2 ×"],
        ["`/livez`, longest meanwhile", f"{max(lives) * 1000:.1f} ms", ""],
    ]
    note = f"By itself each takes so long, the shortest of {TRIES} times. {load()}"
    return Table("The ten dearest requests at once", note, ("what", "figure", "wanted"), rows)


def _asked(port: int, address: str) -> None:
    admin = Visitor(port, "admin")
    to = admin.connect()
    status, _ = admin.get(to, address)
    to.close()
    assert status in {200, 503}, (address, status)  # a forecast finds the year being written in
