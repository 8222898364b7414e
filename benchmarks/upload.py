"""A workbook of 20,000 rows over HTTP, and a zip bomb, while the home page is asked for: one server process."""

from __future__ import annotations

import http.client
import io
import os
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep

import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy import insert, select

from benchmarks.measuring import Table
from calendars import files
from calendars.deadlines import TZ
from dashboard.serving.forgery import token
from dashboard.signing_in.sessions import COOKIE, LASTS, digest
from forms.sandbox import read
from models import migrate
from models.columns import table_of
from models.database import Database
from models.tables.accounts import Account, SignIn
from models.tables.city_drafts import draft_table
from phases.book import BOOK
from phases.mentor_recommendation import MENTORS
from rehearsal.packs import read_pack
from rehearsal.play import Play

YEAR, CITY = 2022, "yancheng"
UNTIL = datetime(2022, 1, 19, 9, 0, tzinfo=TZ)  # every roll is approved, every city's applications are open
PACK = Path(__file__).parents[1] / "deployments" / "demo" / "2022"
ROWS, ROUNDS = 20_000, 5
ASKED, TURNS = 75, 8
SECRET = b"a secret of the figures, 32 byte"
SERVE = """
import sys
from dashboard.serve import run
from dashboard.serving.site import Site
from models.database import Database
from phases.book import BOOK
from settings import Settings
url, port, secret = sys.argv[1:]
site = Site(Database(url, BOOK), Settings(base_url=f"http://127.0.0.1:{port}"), secret.encode())
run(site, "127.0.0.1", int(port))
"""


@dataclass(frozen=True)
class Visitor:
    """A browser on one connection, signed in as an account."""

    port: int
    name: str

    @property
    def cookie(self) -> str:
        return f"cookie-of-{self.name}"

    def get(self, to: http.client.HTTPConnection, address: str) -> tuple[int, bytes]:
        to.request("GET", address, headers={"cookie": f"{COOKIE}={self.cookie}"})
        answer = to.getresponse()
        return answer.status, answer.read()

    def send(self, to: http.client.HTTPConnection, address: str, data: bytes) -> tuple[int, bytes]:
        edge, csrf = "edge-of-a-part", token(SECRET, digest(self.cookie))
        head = (
            f'--{edge}\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n{csrf}\r\n'
            f'--{edge}\r\ncontent-disposition: form-data; name="workbook"; filename="a.xlsx"\r\n\r\n'
        )
        headers = {
            "cookie": f"{COOKIE}={self.cookie}",
            "origin": f"http://127.0.0.1:{self.port}",
            "content-type": f"multipart/form-data; boundary={edge}",
        }
        to.request("POST", address, head.encode() + data + f"\r\n--{edge}--\r\n".encode(), headers)
        answer = to.getresponse()
        return answer.status, answer.read()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)


@contextmanager
def server(url: str = "", until: datetime = UNTIL) -> Iterator[tuple[int, Database, int]]:
    """The real server on a season, in a process of its own: its port, its database, its id."""
    with tempfile.TemporaryDirectory() as folder:
        database = season(url or f"sqlite:///{Path(folder) / 'talent.db'}", until)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-c", SERVE, database.url, str(port), SECRET.decode()]
        here, silent = Path(__file__).parents[1], subprocess.DEVNULL
        process = subprocess.Popen(command, cwd=here, env=dict(os.environ), stdout=silent)
        try:
            wait(port)
            yield port, database, process.pid
        finally:
            process.terminate()
            process.wait()
            database.dispose()


def season(url: str, until: datetime) -> Database:
    database = Database(url, BOOK)
    database.make()
    migrate.upgrade(database)
    for _ in Play(database, files.load(YEAR), read_pack(PACK), until, "省办", "http://127.0.0.1").steps():
        pass
    now = datetime.now(TZ)
    with database.write() as connection:
        cities = [(city.slug, "city", city.slug) for city in files.load(YEAR).cities]
        for at, (name, role, city) in enumerate([("admin", "admin", None), *cities], start=1):
            row = {"id": at, "name": name, "shown": name, "role": role, "city": city, "made_by": "-", "made_at": now}
            connection.execute(insert(table_of(Account)).values(row))
            signed = {"digest": digest(f"cookie-of-{name}"), "account": at, "pending": False, "since": now}
            connection.execute(insert(table_of(SignIn)).values(signed | {"seen": now, "until": now + LASTS}))
    return database


def wait(port: int) -> None:
    for _ in range(1200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    raise TimeoutError(port)


def workbook(database: Database, faulty: Callable[[int], bool]) -> bytes:
    """Applications of so many students; the rank of the faulty ones is no number."""
    table = draft_table(MENTORS)
    query = select(table.c.name, table.c.institution, table.c.subject).where(table.c.city == CITY, table.c.taken)
    with database.read() as connection:
        mentor, institution, subject = connection.execute(query.limit(1)).one()
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        day, percent = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0.0%"})
        schools, students = BOOK.form("application", files.load(YEAR)).sheets
        page = book.add_worksheet(schools.name)
        page.write_row(0, 0, [column.label for column in schools.columns])
        page.write_row(1, 0, ["盐城市第一中学", "副校长", "联络员", "one@school.example"])
        page = book.add_worksheet(students.name)
        page.write_row(0, 0, [column.label for column in students.columns])
        for at in range(ROWS):
            number = f"3209-2022-{at % 10_000:04}" if at < 10_000 else f"3209-2022-{at - 10_000:04}"
            page.write_row(at + 1, 0, [number, f"学生{at}", "女"])
            page.write_datetime(at + 1, 3, datetime.combine(date(2006, 2, 3), datetime.min.time()), day)
            page.write_row(at + 1, 4, ["盐城市第一中学", "高一", subject, mentor, institution])
            page.write(at + 1, 9, "靠前" if faulty(at) else 0.05, percent)
            page.write_row(at + 1, 11, ["a@student.example", "13800000000", "是", "否", "是", "通过"])
    return target.getvalue()


def bomb() -> bytes:
    """135 MB of nothing in a workbook that a mail would carry."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")):
            archive.writestr(name, part)
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 135 * 2**20)
    return target.getvalue()


def measure() -> Iterator[Table]:
    """Both figures."""
    with server() as (port, database, _):
        yield uploads(port, database)
        yield meanwhile(port)


def uploads(port: int, database: Database) -> Table:
    city, rows = Visitor(port, CITY), []
    address = f"/{YEAR}/application/{CITY}/workbook"
    cases = {"every row faulty": lambda _: True, "one row in a hundred faulty": lambda at: at % 100 == 0}
    for name, faulty in cases.items():
        data = workbook(database, faulty)
        times, status, page = [], 0, b""
        for _ in range(ROUNDS):
            to, begun = city.connect(), perf_counter()
            status, page = city.send(to, address, data)
            times.append(perf_counter() - begun)
            to.close()
        count = len(read(data, BOOK.form("application", files.load(YEAR))).errors)
        row = [name, f"{len(data) / 2**20:.1f} MB", f"{count}", str(status), f"{len(page) // 1024} KB"]
        rows.append([*row, f"{median(times):.2f} s", f"{max(times):.2f} s"])
    note = f"{ROWS:,} applications sent to a running server until the page with their faults is there; required: ≤ 1 s."
    return Table("Uploading", note, ("workbook", "size", "faults", "answer", "page", "median", "worst"), rows)


def meanwhile(port: int) -> Table:
    """The home page, asked for 25 times a second, by turns without and with bombs."""
    admin, thrower = Visitor(port, "admin"), Thrower(Visitor(port, CITY), bomb())
    asked(admin, 20)
    quiet, under = [], []
    for _ in range(TURNS):
        quiet += asked(admin, ASKED)
        with thrower:
            under += asked(admin, ASKED)
    base, now = (quantiles(times, n=20)[-1] for times in (quiet, under))
    refused = thrower.took
    rows = [
        ["home, p95, quiet", f"{base * 1000:.1f} ms", ""],
        ["home, p95, under bombs", f"{now * 1000:.1f} ms", f"{(now / base - 1) * 100:+.0f} %"],
        [f"a bomb refused ({len(refused)})", f"{median(refused) * 1000:.0f} ms", f"{max(refused) * 1000:.0f} ms worst"],
    ]
    note = "A bomb that inflates to 135 MB, sent twice a second; required: refused ≤ 1 s, p95 of home within 20 %."
    return Table("A zip bomb", note, ("what", "figure", ""), rows)


class Thrower:
    """Sends a bomb twice a second while it is entered."""

    def __init__(self, city: Visitor, data: bytes) -> None:
        self.city, self.data, self.took = city, data, list[float]()
        self.stop = threading.Event()

    def __enter__(self) -> None:
        self.stop.clear()
        self.thread = threading.Thread(target=self.throw)
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()

    def throw(self) -> None:
        while not self.stop.is_set():
            to, begun = self.city.connect(), perf_counter()
            status, _ = self.city.send(to, f"/{YEAR}/application/{CITY}/workbook", self.data)
            self.took.append(perf_counter() - begun)
            assert status == 422, status
            to.close()
            self.stop.wait(0.5)


def asked(admin: Visitor, times: int) -> list[float]:
    """How long so many home pages take, one every 40 ms."""
    to, took = admin.connect(), []
    for _ in range(times):
        begun = perf_counter()
        status, _ = admin.get(to, f"/{YEAR}")
        took.append(perf_counter() - begun)
        assert status == 200, status
        sleep(max(0.0, 0.04 - took[-1]))
    to.close()
    return took
