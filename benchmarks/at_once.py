"""Ten bad workbooks at once, and forty reports: how long each waits, what other pages notice, what memory it takes."""

from __future__ import annotations

import io
import os
import re
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import Self

import xlsxwriter  # type: ignore[import-untyped]

from benchmarks.measuring import Table
from benchmarks.upload import YEAR, Visitor, server
from calendars import files
from phases.book import BOOK

UPLOADS, ROWS, REPORTS, ROUNDS = 10, 30_000, 40, 3
QUIET_SECONDS = 5.0
PAGES = (f"/{YEAR}", f"/{YEAR}/tasks", f"/{YEAR}/letters")


def measure() -> Iterator[Table]:
    """Both figures, on one server."""
    with server() as (port, _, pid):
        yield _uploads(port, pid)
        yield _reports(port, pid)


def workbook() -> bytes:
    """Applications all of which are wrong, and alike; where each stands is left out: what is sent is small."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for sheet in BOOK.form("application", files.load(YEAR)).sheets:
            page = book.add_worksheet(sheet.name)
            page.write_row(0, 0, [column.label for column in sheet.columns])
            for at in range(ROWS if sheet.key == "students" else 0):
                page.write_row(at + 1, 0, ["x"] * 12)
    with zipfile.ZipFile(target) as long, zipfile.ZipFile(small := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as short:
        for part in long.namelist():
            short.writestr(part, re.sub(rb' r="[A-Z]*[0-9]+"| spans="[0-9:]+"', b"", long.read(part)))
    return small.getvalue()


class Reader(threading.Thread):
    """Asks for pages as the province's officer, one every 40 ms, until it is stopped."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.admin, self.pages, self.lives = Visitor(port, "admin"), list[float](), list[float]()
        self.stop = threading.Event()

    def run(self) -> None:
        to, at = self.admin.connect(), 0
        while not self.stop.is_set():
            for address, took in ((PAGES[at % len(PAGES)], self.pages), ("/livez", self.lives)):
                begun = perf_counter()
                status, _ = self.admin.get(to, address)
                took.append(perf_counter() - begun)
                assert status == 200, (address, status)
            at += 1
            sleep(0.04)
        to.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.join()


def _uploads(port: int, pid: int) -> Table:
    data, cities = workbook(), [city.slug for city in files.load(YEAR).cities][:UPLOADS]
    with Reader(port):
        sleep(1)
    idle, busy, lives, ended = list[float](), list[float](), list[float](), list[list[float]]()
    for _ in range(ROUNDS):
        with Reader(port) as reader:
            sleep(QUIET_SECONDS)
        idle += reader.pages
        with Reader(port) as reader, ThreadPoolExecutor(UPLOADS) as hands:
            begun = perf_counter()
            sent = [hands.submit(_sent, port, city, data) for city in cities]
            ended.append(sorted(each.result() - begun for each in sent))
        busy += reader.pages
        lives += reader.lives
    turns = [after - before for round_ in ended for before, after in zip([0.0, *round_], round_, strict=False)]
    before, after = (quantiles(times, n=20)[-1] for times in (idle, busy))
    rows = [
        ["size of each", f"{len(data) / 1024:.0f} KB", ""],
        ["a turn, median", f"{median(turns):.2f} s", ""],
        ["a turn, longest", f"{max(turns):.2f} s", "≤ 3 s"],
        ["all ten, median", f"{median(round_[-1] for round_ in ended):.2f} s", ""],
        ["other pages, p95, idle", f"{before * 1000:.1f} ms", ""],
        ["other pages, p95, meanwhile", f"{after * 1000:.1f} ms ({after / before:.2f} ×)", "≤ 1.2 ×"],
        ["`/livez`, longest meanwhile", f"{max(lives) * 1000:.1f} ms", ""],
        ["memory of the window, most", f"{memory(pid):.0f} MB", "≤ 300 MB"],
        ["memory of the confined process, most", f"{sum(map(memory, children(pid))):.0f} MB", ""],
    ]
    note = f"{UPLOADS} cities send {ROWS:,} rows each, all of them wrong, at the same moment. {load()}"
    return Table("Ten bad workbooks at once", note, ("what", "figure", "wanted"), rows)


def _sent(port: int, city: str, data: bytes) -> float:
    visitor = Visitor(port, city)
    to = visitor.connect()
    status, _ = visitor.send(to, f"/{YEAR}/application/{city}/workbook", data)
    to.close()
    assert status == 422, (city, status)
    return perf_counter()


def _reports(port: int, pid: int) -> Table:
    admin, before = Visitor(port, "admin"), memory(pid)

    def asked(_: int) -> float:
        to, begun = admin.connect(), perf_counter()
        status, _pdf = admin.get(to, f"/{YEAR}/report.pdf")
        to.close()
        assert status == 200, status
        return perf_counter() - begun

    first = asked(0)
    with ThreadPoolExecutor(REPORTS) as hands:
        begun = perf_counter()
        list(hands.map(asked, range(REPORTS)))
        took = perf_counter() - begun
    rows = [
        ["the first", f"{first:.2f} s"],
        [f"{REPORTS} at once, all of them", f"{took:.2f} s"],
        ["memory of the window, most, before and after", f"{before:.0f} MB, {memory(pid):.0f} MB"],
    ]
    return Table("Reports at once", f"`report.pdf`, the same facts. {load()}", ("what", "figure"), rows)


def memory(pid: int) -> float:
    """The most that a process ever held, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def children(pid: int) -> list[int]:
    """The processes that it started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()] + [
        int(one)
        for task in Path(f"/proc/{pid}/task").iterdir()
        if task.name != str(pid)
        for one in (task / "children").read_text(encoding="ascii").split()
    ]


def load() -> str:
    """What else the machine had to do."""
    return f"Load of the machine {os.getloadavg()[0]:.1f}."
