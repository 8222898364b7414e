"""The province's home under load: beside constant bytes from a bare application, and beside Django, in one run.

Needs `wrk` (a Debian package); Django is had by uv for its own process, where it can be had.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Scope

from benchmarks.measuring import Table, middle, run, seconds
from benchmarks.window_site import COOKIE, NOW, make, site_of
from calendars.year import Year
from dashboard.serving.app import make_app
from dashboard.serving.in_hand import due_soon, hands
from dashboard.serving.look import Looking
from dashboard.serving.rendering import STATIC, environment
from dashboard.signing_in.reader import Reader, Role
from dashboard.signing_in.sessions import COOKIE as NAME
from dashboard.views.agenda import agenda
from dashboard.views.matrix import MARKS, SHAPES, lines
from models import writing
from models.database import Database
from models.standing import opened

CITIES = (13, 333)
ROUNDS, LOAD_SECONDS = 5, 3
WRITES = 15
DJANGO = "django>=5.2,<5.3"
PAGE = "/2022"
WANTED = {13: {"bare": "≥ 0.40", "Django": "≥ 20"}, 333: {"bare": "≥ 0.40", "Django": "≥ 500"}}
MOST_BYTES = 100_000
ASKED = {"cookie": f"{NAME}={COOKIE}", "accept-encoding": "gzip"}


@dataclass
class Measured:
    """What was found for one number of cities: requests a second by round, and the page itself."""

    year: Year
    path: Path
    body: bytes = b""
    rates: dict[str, list[float]] = field(default_factory=dict)
    first: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    def ratio(self, rival: str) -> float:
        """How many times the rival's rate ours is, round by round."""
        return median(ours / other for ours, other in zip(self.rates["ours"], self.rates[rival], strict=True))


def measure() -> Iterator[Table]:
    """Requests a second, the first page after a write, and bytes over the wire."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed: apt-get install wrk")
    load = os.getloadavg()[0]
    with TemporaryDirectory(prefix="talent-bench-") as folder, ExitStack() as stack:
        found = [_prepared(Path(folder) / f"{cities}.db", cities) for cities in CITIES]
        for one in found:
            _under_load(stack, one)
            _after_writes(one)
    note = f"Load of the machine {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end."
    yield _rates(found, note)
    yield Table(
        "The first page after a write",
        f"All of the application, from request to packed answer, beside the matrix and its template alone, in one "
        f"process, by turns; median of {WRITES}.",
        ("cities", "first page", "query and render", "times", "wanted"),
        [
            (str(len(one.year.cities)), middle(one.first), middle(one.plain), f"{_times(one):.2f}", "≤ 3")
            for one in found
        ],
    )
    static = sum(
        len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.rglob("*") if path.suffix in {".css", ".js"}
    )
    yield Table(
        "Over the wire",
        f"The page, packed; styles and scripts are {static:,} bytes more, once a year.",
        ("cities", "bytes", "unpacked", "wanted"),
        [
            (
                str(len(one.year.cities)),
                f"{len(one.body):,}",
                f"{len(gzip.decompress(one.body)):,}",
                f"≤ {MOST_BYTES:,}",
            )
            for one in found
        ],
    )


def _rates(found: list[Measured], note: str) -> Table:
    rows = []
    for one in found:
        cities = len(one.year.cities)
        for rival, rates in one.rates.items():
            times = "" if rival == "ours" else f"{one.ratio(rival):.2f}"
            wanted = WANTED[cities].get(rival, "")
            rows.append((f"{rival}, {cities} × 8", f"{median(rates):,.0f}", times, wanted))
    return Table(
        "The province's home under load",
        f"`wrk -t1 -c8 -d{LOAD_SECONDS}s` against one uvicorn process, median of {ROUNDS} rounds in which all take "
        f"turns; bare: the same packed bytes from three lines of ASGI; Django: ORM rows and a template. {note}",
        ("", "requests/s", "ours is … × that", "wanted"),
        rows,
    )


def _times(one: Measured) -> float:
    return median(one.first) / median(one.plain)


def _prepared(path: Path, cities: int) -> Measured:
    return Measured(make(path, cities), path)


def _under_load(stack: ExitStack, one: Measured) -> None:
    """Start everybody, then let them take turns."""
    ports = {"ours": stack.enter_context(_serving("ours", one.path))}
    one.body = _get(ports["ours"])
    page = one.path.with_suffix(".gz")
    page.write_bytes(one.body)
    ports["bare"] = stack.enter_context(_serving("bare", page))
    django = stack.enter_context(_django(one))
    if django is not None:
        ports["Django"] = django
        _same_cells(one, django)
    for _ in range(ROUNDS):
        for name, port in ports.items():
            one.rates.setdefault(name, []).append(_wrk(port))


def _same_cells(one: Measured, django: int) -> None:
    """Nothing is measured where the two pages do not say the same of every city."""
    words = re.compile(r'<td class="cell (\w+)[^"]*"')
    ours, theirs = (words.findall(page.decode()) for page in (gzip.decompress(one.body), _get(django)))
    if ours != theirs:
        raise SystemExit("Django's page shows other states than ours")


def _wrk(port: int) -> float:
    headers = [part for name, value in ASKED.items() for part in ("-H", f"{name}: {value}")]
    command = [
        "wrk",
        "-t1",
        "-c8",
        f"-d{LOAD_SECONDS}s",
        "--timeout",
        "60s",
        *headers,
        f"http://127.0.0.1:{port}{PAGE}",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(said)
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None
    return float(found[1])


def _get(port: int) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", PAGE, headers=ASKED)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{answer.status}: {body[:500]!r}")
    return body


@contextmanager
def _serving(which: str, given: Path) -> Iterator[int]:
    port = _free()
    command = [sys.executable, "-m", "benchmarks.window_site", which, str(given), str(port)]
    with _running(command, port):
        yield port


@contextmanager
def _django(one: Measured) -> Iterator[int | None]:
    """Django in an environment of its own; None where it cannot be had."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    if not Path(uv).exists():
        print("Django is left out: no uv")
        yield None
        return
    phases = json.dumps([{"slug": each.slug, "name": each.name, "due": str(each.due)} for each in one.year.phases])
    port, script = _free(), Path(__file__).with_name("window_django.py")
    packages = ["--with", DJANGO, "--with", "uvicorn"]
    command = [uv, "run", "--quiet", "--no-project", "--python", sys.executable, *packages, str(script)]
    with _running([*command, str(one.path), str(port), phases], port):
        yield port


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command) as process:
        try:
            _await(port, process)
            yield
        finally:
            process.terminate()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("a server ended before it began")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("a server did not begin")


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _after_writes(one: Measured) -> None:
    """Each write makes the page anew; beside it, in turn and in this process, only what nobody can do without."""
    site = site_of(one.path)
    app = make_app(site)
    asyncio.run(_asked(app))
    for _ in range(WRITES):
        with site.database.write(one.year.year) as connection:
            writing.bump(connection, one.year.year)
        one.first.append(seconds(lambda: asyncio.run(_asked(app))))
        one.plain.append(seconds(lambda: _plain(app, site.database, one)))
    site.database.dispose()


async def _asked(app: ASGIApp) -> None:
    """Ask for the page as uvicorn does."""
    headers = [(name.encode(), value.encode()) for name, value in ASKED.items()]
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": PAGE,
        "query_string": b"",
        "headers": headers,
        "root_path": "",
    }
    scope.update({"http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 80), "state": {}})
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    await app(
        {**scope, "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 80), "state": {}}, receive, send
    )
    if said[0]["status"] != 200:
        raise SystemExit(f"{said}")


def _plain(app: FastAPI, database: Database, one: Measured) -> str:
    with database.read() as connection:
        look = Looking(opened(connection, one.year.year), NOW, NOW)
        waits = hands(connection, look)
    found, every = waits.matrix, lines(waits.matrix)
    request = Request({"type": "http", "path": PAGE, "query_string": b"", "headers": [], "app": app})
    request.state.reader = reader = Reader(1, "bench", "省办", Role.ADMIN, None, "", "")
    facts: Mapping[str, object] = {
        "request": request, "reader": reader, "year": look.opened.year, "look": look, "matrix": found,
        "lines": every, "cities": len(every), "waits": waits, "in_hand": sum(line.hand for line in every),
        "soon": len(set(due_soon(found))), "agenda": agenda(found), "requests": [], "only": None, "steps_left": (),
        "shapes": SHAPES, "marks": MARKS,
    }  # fmt: skip
    return environment().get_template("home.html").render(facts)


if __name__ == "__main__":
    run(measure)
