"""The evening of a deadline: every city uploads, mends and files while officers read and letters go out and come back.

`python -m benchmarks.evening DATABASE SECONDS` advances the year and sends letters, as the one-machine run does.
`TALENT_BENCH_EVENING` is for how many seconds (180), to try it in less.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import openpyxl
from sqlalchemy import select, update

from acts.advance import advance
from acts.load import load
from acts.submit import submit
from benchmarks.at_once import children, memory
from benchmarks.measuring import Table
from benchmarks.upload import PACK, SECRET, YEAR, Visitor, season, server
from calendars import files
from calendars.deadlines import TZ
from dashboard.serving.forgery import token
from dashboard.signing_in.sessions import COOKIE, digest
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.city_drafts import draft_table
from models.tables.season import CityPhase, Letter
from phases.application import STUDENTS
from phases.book import BOOK
from post import receipt_links
from post.maildir import MaildirCourier
from post.sending import send
from tests import postgres

EVENING = datetime(2022, 1, 20, 9, 0, tzinfo=TZ)
"""Applications are due at midnight; two were returned, one could not be read."""

SECONDS = int(os.environ.get("TALENT_BENCH_EVENING", "180"))
OFFICERS, RECEIPTS, BEAT = 3, 200, 5.0
PHASE = "application"
THINKS = (5.0, 15.0)
"""Seconds between two uploads of a city: nobody mends a workbook in less."""
READ = ("", "/tasks", "/letters", "/log", f"/{PHASE}", "/calendar", f"/{PHASE}/yancheng")
CITIES = tuple(city.slug for city in files.load(YEAR).cities)
SENDER = "省级管理办公室 <office@talent.example>"


@dataclass
class Evening:
    """What was asked and how long it took, by page; what went wrong."""

    port: int
    until: float
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)

    def timed(self, page: str, wanted: set[int], ask: Callable[[], tuple[int, bytes]]) -> bytes:
        begun = time.perf_counter()
        status, body = ask()
        self.took[page].append(time.perf_counter() - begun)
        if status not in wanted:
            self.wrong.append(f"{page}: {status}")
        return body


def measure() -> Iterator[Table]:
    """An evening on each kind of database."""
    with TemporaryDirectory(prefix="talent-bench-") as folder, ExitStack() as stack:
        kinds = {"SQLite": f"sqlite:///{Path(folder) / 'talent.db'}", "PostgreSQL": ""}
        try:
            kinds["PostgreSQL"] = stack.enter_context(postgres.server())
        except postgres.NoServer:
            del kinds["PostgreSQL"]
        for kind, url in kinds.items():
            yield _table(kind, url, f"sqlite:///{Path(folder) / f'{kind}.db'}")


def _table(kind: str, url: str, twin: str) -> Table:
    with server(url, EVENING) as (port, database, pid):
        evening, held = _played(port, url), 0.0
        held = memory(pid) + sum(map(memory, children(pid)))
        same = _end(database) == _end(_in_turn(twin))
    measured = {page: times for page, times in evening.took.items() if len(times) > 1}
    pages = {page: quantiles(times, n=20, method="inclusive")[-1] for page, times in measured.items()}
    rows = [
        [page, f"{len(evening.took[page])}", f"{median(evening.took[page]) * 1000:.0f} ms", f"{slow * 1000:.0f} ms"]
        for page, slow in sorted(pages.items(), key=lambda one: -one[1])
    ]
    note = (
        f"{len(CITIES)} cities upload, mend and file, {OFFICERS} officers read, {RECEIPTS} receipts come in, the year "
        f"is advanced and letters are sent every {BEAT:.0f} s, for {SECONDS} s. Wrong answers: {len(evening.wrong)} "
        f"{sorted(set(evening.wrong))[:3] or ''}; the end is {'that' if same else 'NOT that'} of the same filings one "
        f"after the other; the window and its confined process held {held:.0f} MB at most. Wanted: p95 ≤ 250 ms, no "
        f"error, the same end, ≤ 350 MB. Load of the machine {os.getloadavg()[0]:.1f}."
    )
    return Table(f"The evening of a deadline on {kind}", note, ("page", "asked", "median", "p95"), rows)


def _played(port: int, url: str) -> Evening:
    _warm(port)
    evening = Evening(port, time.monotonic() + SECONDS)
    command = [sys.executable, "-m", "benchmarks.evening", url, str(SECONDS)]
    people = [threading.Thread(target=_city, args=(evening, city, at)) for at, city in enumerate(CITIES)]
    people += [threading.Thread(target=_officer, args=(evening, at)) for at in range(OFFICERS)]
    people.append(threading.Thread(target=_receipts, args=(evening, url)))
    with subprocess.Popen(command) as beat:
        for each in people:
            each.start()
        for each in people:
            each.join()
        if beat.wait():
            evening.wrong.append("advance and post")
    return evening


def _warm(port: int) -> None:
    """Ask once for everything, so that what is measured is no start."""
    admin, city = Visitor(port, "admin"), Visitor(port, CITIES[0])
    to, here = admin.connect(), f"/{YEAR}/{PHASE}/{city.name}"
    for page in READ:
        admin.get(to, f"/{YEAR}{page}")
    city.send(to, f"{here}/workbook", _spoilt(city.name))
    for page in ("", "/workbook", "/trial", "/file"):
        city.get(to, f"{here}{page}")
    to.close()


def _city(evening: Evening, city: str, seed: int) -> None:
    """Look, send what is wrong, read why, send what is right, try it, file, read the answer; then go on reading."""
    chance, visitor = random.Random(seed), Visitor(evening.port, city)
    to, here = visitor.connect(), f"/{YEAR}/{PHASE}/{city}"
    files_at = time.monotonic() + (evening.until - time.monotonic()) * chance.uniform(0.3, 0.7)
    bad, good = _spoilt(city), (PACK / city / f"{PHASE}.xlsx").read_bytes()

    def get(page: str, address: str) -> bytes:
        return evening.timed(page, {200}, lambda: visitor.get(to, address))

    def sent(data: bytes, page: str, wanted: set[int]) -> None:
        evening.timed(page, wanted, lambda: visitor.send(to, f"{here}/workbook", data))

    filed = False
    time.sleep(chance.uniform(0, THINKS[1]))
    while time.monotonic() < evening.until:
        get("a city's own page", here)
        if not filed:
            sent(bad, "an upload with faults", {422})
            get("the upload's page", f"{here}/workbook")
            sent(good, "an upload", {200})
            get("the trial", f"{here}/trial")
        if not filed and time.monotonic() > files_at:
            once = re.search(rb'name="once" value="([^"]+)"', get("the page before filing", f"{here}/file"))
            assert once
            form = {"once": once[1].decode()}
            evening.timed("filing", {303}, lambda: _posted(visitor, to, f"{here}/file", form))  # noqa: B023
            filed = True
        to.close()  # as a server does with whoever thinks for longer than five seconds
        time.sleep(min(chance.uniform(*THINKS), max(0.0, evening.until - time.monotonic())))
    to.close()


def _posted(visitor: Visitor, to: HTTPConnection, address: str, form: Mapping[str, str]) -> tuple[int, bytes]:
    csrf = token(SECRET, digest(visitor.cookie))
    headers = {
        "cookie": f"{COOKIE}={visitor.cookie}",
        "origin": f"http://127.0.0.1:{visitor.port}",
        "content-type": "application/x-www-form-urlencoded",
    }
    to.request("POST", address, urlencode({"csrf": csrf, **form}), headers)
    answer = to.getresponse()
    return answer.status, answer.read()


def _officer(evening: Evening, seed: int) -> None:
    chance, admin = random.Random(seed), Visitor(evening.port, "admin")
    to = admin.connect()
    while time.monotonic() < evening.until:
        page = chance.choice(READ)
        evening.timed(f"/{YEAR}{page}", {200}, lambda: admin.get(to, f"/{YEAR}{page}"))  # noqa: B023
        evening.timed("/livez", {200}, lambda: admin.get(to, "/livez"))
        time.sleep(chance.uniform(0.2, 1.0))
    to.close()


def _receipts(evening: Evening, url: str) -> None:
    """Offices acknowledge letters by the links in them, evenly over the evening."""
    database, letter, visitor = Database(url, BOOK), table_of(Letter), Visitor(evening.port, "admin")
    query = select(letter.c.id).where(letter.c.recipient.like("city:%")).limit(RECEIPTS)
    with database.write() as connection:
        numbers = list(connection.execute(query).scalars())
        out = {"state": "sent", "envelope": letter.c.id, "sent_at": datetime.now(TZ)}
        connection.execute(update(letter).where(letter.c.id.in_(numbers)).values(**out))
    to = visitor.connect()
    for at in range(RECEIPTS):
        address = f"/receipts/{receipt_links.token(SECRET, numbers[at % len(numbers)])}"
        evening.timed("a letter by its link", {200}, lambda: visitor.get(to, address))  # noqa: B023
        evening.timed("a receipt", {303}, lambda: _posted(visitor, to, address, {}))  # noqa: B023
        time.sleep(max(0.0, (evening.until - time.monotonic()) / (RECEIPTS - at + 1)))
    to.close()
    database.dispose()


def _spoilt(city: str) -> bytes:
    """The city's workbook with a grade that there is not."""
    path = PACK / city / f"{PHASE}.xlsx"
    book = openpyxl.load_workbook(path)
    page = book["学生"]
    at = next(cell.column for cell in page[1] if cell.value and str(cell.value).startswith("年级"))
    page.cell(2, at).value = "研一"
    with TemporaryDirectory() as folder:
        made = Path(folder) / "spoilt.xlsx"
        book.save(made)
        return made.read_bytes()


def _in_turn(url: str) -> Database:
    """The same filings, one city after the other, with nobody else about."""
    database, stamp = season(url, EVENING), Stamp("bench", EVENING, EVENING, "http://127.0.0.1")
    for city in CITIES:
        assert load(database, YEAR, PHASE, city, PACK / city / f"{PHASE}.xlsx", stamp).done
        submit(database, YEAR, PHASE, city, stamp)
    advance(database, YEAR, stamp)
    return database


def _end(database: Database) -> Sequence[Any]:
    """Where every city stands, what it loaded, and what was written to whom."""
    cell, student, letter = table_of(CityPhase), draft_table(STUDENTS), table_of(Letter)
    queries = (
        select(cell.c.city, cell.c.phase, cell.c.state, cell.c.attempt),
        select(student.c.city, student.c.line, student.c.number, student.c.name, student.c.grade, student.c.taken),
        select(letter.c.kind, letter.c.recipient, letter.c.phase, letter.c.city),
    )
    with database.read() as connection:
        return [sorted(map(repr, connection.execute(query))) for query in queries]


def _beat(url: str, seconds: float) -> None:
    """Advance the year and send what is due, over and over."""
    database, until = Database(url, BOOK), time.monotonic() + seconds
    stamp = Stamp("bench", EVENING, EVENING, "http://127.0.0.1")
    with TemporaryDirectory(prefix="talent-bench-") as folder:
        while time.monotonic() < until:
            advance(database, YEAR, stamp)
            asyncio.run(send(database, MaildirCourier(Path(folder) / "mail"), SENDER, stamp))
            time.sleep(BEAT)
    database.dispose()


if __name__ == "__main__":
    _beat(sys.argv[1], float(sys.argv[2]))
