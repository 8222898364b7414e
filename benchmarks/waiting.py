"""Twelve filings wait while somebody holds the year: what the pages do meanwhile, and which instant the filings keep.

`python -m benchmarks.waiting DATABASE PORT` serves the window that is measured, in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from sqlalchemy import insert, select

from benchmarks.measuring import Table
from calendars.deadlines import TZ
from dashboard.serving.app import make_app
from dashboard.serving.forgery import token
from dashboard.serving.site import Site
from dashboard.signing_in.sessions import COOKIE, digest
from models import migrate
from models.columns import table_of
from models.database import Database
from models.tables.accounts import Account, SignIn
from models.tables.season import Transition
from phases.book import BOOK
from settings import Settings
from tests import postgres
from tests.support.ports import free_port
from tests.support.scenes import YEAR, Scene, instant

HELD_SECONDS, FILINGS = 8.0, 12
ROLL = "mentor-recommendation"
BASE = "http://127.0.0.1"
SECRET = b"a secret of a benchmark, 32 long"
NOW = instant("2022-01-12T10:00")
READ = ("/livez", f"/{YEAR}", f"/api/v1/years/{YEAR}/status")


def measure() -> Iterator[Table]:
    """The longest answer while the year is held, what became of the filings, and how late their instants are."""
    with TemporaryDirectory(prefix="talent-bench-") as folder, postgres.server() as address:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'talent.db'}", "PostgreSQL": address}
        rows = [(kind, *_measured(url)) for kind, url in urls.items()]
    yield Table(
        "Twelve filings wait",
        f"One connection holds the year for {HELD_SECONDS:.0f} s while {FILINGS} cities file through one window. The "
        "longest of the answers that were asked for every 50 ms meanwhile; the filings' instants beside when they were "
        "sent. Wanted of `/livez`: at most 0.1 s.",
        ("", *(f"`{address}`" for address in READ), "filed", "refused", "the latest instant"),
        rows,
    )


def _measured(url: str) -> tuple[str, ...]:
    database = Database(url, BOOK)
    database.make()
    migrate.upgrade(database)
    cities = _prepared(database)
    with _serving(url) as port, ThreadPoolExecutor(FILINGS) as hands:
        for address in READ:
            _asked(port, address)
        with database.write(YEAR):
            sent = time.time()
            filings = [hands.submit(_file, port, city) for city in cities]
            longest = _longest(port, time.monotonic() + HELD_SECONDS)
        statuses = [filing.result() for filing in filings]
    late = _latest(database) - (NOW + timedelta(seconds=sent - _STARTED[url]))
    database.dispose()
    taken = statuses.count(200)
    answers = (f"{longest[address] * 1000:.0f} ms" for address in READ)
    return (*answers, str(taken), str(len(statuses) - taken), f"{late.total_seconds() * 1000:.0f} ms")


def _prepared(database: Database) -> list[str]:
    """A real year whose cities have loaded their mentors; an account for the province, and one for each city."""
    scene = Scene.begin(database, rehearsal=False)
    cities = [city.slug for city in scene.year.cities][:FILINGS]
    for each in cities:
        scene.load(ROLL, each, scene.sheets(ROLL, each), "2022-01-10T10:00")
    people: list[tuple[str, str, str | None]] = [("bench", "admin", None), *((city, "city", city) for city in cities)]
    with database.write() as connection:
        for key, (name, role, city) in enumerate(people, 1):
            account = {"id": key, "name": name, "shown": name, "role": role, "city": city, "made_by": name}
            connection.execute(insert(table_of(Account)).values(account | {"made_at": NOW}))
            session = {"digest": digest(name), "account": key, "pending": False, "since": NOW, "seen": NOW}
            until = {"until": NOW + timedelta(days=1)}
            connection.execute(insert(table_of(SignIn)).values(session | until))
    return cities


_STARTED: dict[str, float] = {}
"""When each window's clock stood at `NOW`: it is told when it is started."""


@contextmanager
def _serving(url: str) -> Iterator[int]:
    port, _STARTED[url] = free_port(), time.time()
    command = [sys.executable, "-m", "benchmarks.waiting", url, str(port), str(_STARTED[url])]
    with subprocess.Popen(command) as serving:
        try:
            while True:
                try:
                    _asked(port, "/livez")
                    break
                except OSError:
                    time.sleep(0.05)
            yield port
        finally:
            serving.terminate()


def _asked(port: int, address: str, name: str = "bench") -> float:
    """How long one answer takes, on a connection of its own."""
    begun = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address, headers={"cookie": f"{COOKIE}={name}"})
    connection.getresponse().read()
    connection.close()
    return time.perf_counter() - begun


def _longest(port: int, until: float) -> dict[str, float]:
    found = dict.fromkeys(READ, 0.0)
    while time.monotonic() < until:
        for address in READ:
            found[address] = max(found[address], _asked(port, address))
        time.sleep(0.05)
    return found


def _file(port: int, city: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {
        "cookie": f"{COOKIE}={city}", "x-csrf-token": token(SECRET, digest(city)), "idempotency-key": city,
        "content-type": "application/json", "origin": f"{BASE}:{port}",
    }  # fmt: skip
    address = f"/api/v1/years/{YEAR}/phases/{ROLL}/cities/{city}/submit"
    connection.request("POST", address, json.dumps({}), headers)
    return connection.getresponse().status


def _latest(database: Database) -> datetime:
    log = table_of(Transition)
    with database.read() as connection:
        query = select(log.c.at).where(log.c.event == "submit").order_by(log.c.at.desc())
        latest: datetime = connection.execute(query.limit(1)).scalar_one()
        return latest


def main() -> None:
    url, port, began = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    behind = datetime.fromtimestamp(began, TZ) - NOW
    site = Site(
        Database(url, BOOK), Settings(base_url=f"{BASE}:{port}"), SECRET, wall=lambda: datetime.now(TZ) - behind
    )
    uvicorn.run(make_app(site), host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
