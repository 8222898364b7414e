"""Who reads waits for no writer; who writes waits in turn, and is judged by when the request came in."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from anyio.to_thread import current_default_thread_limiter
from fastapi.responses import PlainTextResponse
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import select, update
from starlette.types import Receive

from acts.act import Filled
from acts.advance import advance
from acts.book import ACTS
from dashboard.acts.trial import done, tried
from dashboard.pages import acting, exports, filing
from dashboard.serving import arrival, rendering
from dashboard.serving.app import make_app
from dashboard.serving.arrival import Came
from dashboard.serving.forgery import token
from dashboard.serving.policy import StillReading
from dashboard.serving.site import Site
from dashboard.signing_in.passwords import hasher
from dashboard.signing_in.reader import Reader
from dashboard.signing_in.sessions import COOKIE, LASTS, digest
from models import database as database_module
from models.columns import table_of
from models.database import Busy, Database, Turns, Within
from models.stamp import Stamp
from models.standing import Cell
from models.tables.accounts import SignIn
from models.tables.audit import AuditEntry
from models.tables.contact_receipts import Receipt
from models.tables.season import Letter, Transition
from phases.book import BOOK
from post.receipt_links import token as link_token
from season.outcome import Outcome
from season.unit_of_work import Season
from settings import DashboardSettings, Settings
from tests.dashboard.test_acting import hidden
from tests.support import routes
from tests.support.originals import REAL_YEAR, Originals
from tests.support.real_year import LOADED, NOW, OTHER, ROLL
from tests.support.scenes import NANJING, YEAR, Scene, calendar, instant, stamp
from tests.support.window import ADMIN, BASE, SECRET, Window

GUARD = 90
"""Seconds after which a test that hangs is ended; nothing is measured by it."""


class Clock:
    """A clock that goes on by a millisecond whenever it is looked at: no two requests came in at one instant."""

    def __init__(self) -> None:
        self._ticks = itertools.count()

    def __call__(self) -> datetime:
        return NOW + timedelta(milliseconds=next(self._ticks))


@pytest.fixture
def scene(originals: Originals, tmp_path: Path) -> Iterator[Scene]:
    with originals.copy(REAL_YEAR, tmp_path) as url:
        database = Database(url, BOOK)
        yield Scene(database, calendar())
        database.dispose()


def site_of(scene: Scene, folder: Path) -> Site:
    settings = Settings(base_url=BASE, maildir=folder / "mail", dashboard=DashboardSettings(totp=False))
    return Site(scene.database, settings, SECRET, wall=Clock())


def browser(name: str, transport: ASGITransport) -> AsyncClient:
    cookie = f"cookie of {name}"
    headers = {"origin": BASE, "x-csrf-token": token(SECRET, digest(cookie)), "cookie": f"{COOKIE}={cookie}"}
    return AsyncClient(transport=transport, base_url=BASE, headers=headers)


async def filed(client: AsyncClient, city: str, key: str) -> Response:
    address = f"/api/v1/years/{YEAR}/phases/{ROLL}/cities/{city}/submit"
    return await client.post(address, json={}, headers={"idempotency-key": key})


ROUNDS = 4
"""How often each city files: together more often than there are threads, for who reads to need one that is left."""

READ = ("/livez", "/readyz", f"/{YEAR}", f"/{YEAR}/{ROLL}", f"/api/v1/years/{YEAR}/status", "/account", "/sign-in")


async def test_who_reads_waits_for_no_writer_and_filings_keep_the_instant_they_came_in(
    scene: Scene, tmp_path: Path
) -> None:
    site = site_of(scene, tmp_path)
    transport = ASGITransport(make_app(site))
    other, admin = Database(scene.database.url, BOOK), browser(ADMIN, transport)
    cities = [city.slug for city in scene.year.cities]
    clients = {city: browser(city, transport) for city in cities}
    wanted = [(city, f"{round_}") for round_ in range(ROUNDS) for city in cities]
    assert len(wanted) > current_default_thread_limiter().total_tokens
    async with asyncio.timeout(GUARD):
        with other.write(YEAR):
            filings = []
            for city, key in wanted:
                filings.append(asyncio.create_task(filed(clients[city], city, key)))
                await asyncio.sleep(0)  # it comes in before the next is sent
            read = [(await admin.get(address)).status_code for address in READ]
            released = site.wall()
            assert not any(filing.done() for filing in filings)
        answers = await asyncio.gather(*filings)
    other.dispose()
    assert read == [200] * len(READ)
    assert sorted(answer.status_code for answer in answers) == [200] * len(cities) + [409] * (ROUNDS - 1) * len(cities)
    with scene.database.read() as connection:
        log = table_of(Transition)
        query = select(log.c.city, log.c.at).where(log.c.event == "submit").order_by(log.c.at)
        rows = [tuple(row) for row in connection.execute(query)]
    assert [city for city, _ in rows] == [city for city, _ in wanted]
    assert max(at for _, at in rows) < released


async def test_one_upload_an_account_and_two_at_once_while_others_write(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, reading, go = site_of(scene, tmp_path), list[str](), threading.Event()
    begun = threading.Barrier(arrival.UPLOADS_AT_ONCE + 1)

    def read(*given: object, **_: object) -> Outcome:
        reading.append(str(given[3]))
        if not go.is_set():
            begun.wait(GUARD)
        assert go.wait(GUARD)
        return Outcome("done", "已导入")

    monkeypatch.setattr(filing, "load", read)
    transport = ASGITransport(make_app(site))
    cities = [city.slug for city in scene.year.cities][:4]

    def sent(city: str) -> asyncio.Task[Response]:
        files = {"workbook": ("名单.xlsx", b"PK")}
        return asyncio.create_task(browser(city, transport).post(f"/{YEAR}/{ROLL}/{city}/workbook", files=files))

    async with asyncio.timeout(GUARD):
        first = [sent(city) for city in cities]
        await asyncio.to_thread(begun.wait, GUARD)
        while len(site.uploading) < len(cities):  # noqa: ASYNC110 - a set says nothing when it grows
            await asyncio.sleep(0.01)
        second = await sent(cities[0])
        assert (second.status_code, str(StillReading()) in second.text) == (409, True)
        assert (await filed(browser(cities[3], transport), cities[3], "files meanwhile")).status_code == 200
        assert (len(reading), len(site.uploading)) == (arrival.UPLOADS_AT_ONCE, len(cities))
        go.set()
        assert [answer.status_code for answer in await asyncio.gather(*first)] == [200] * len(cities)
        assert ((await sent(cities[0])).status_code, site.uploading) == (200, set())


async def test_what_computes_for_long_goes_one_after_the_other_and_each_account_has_one_that_waits(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, begun, go = site_of(scene, tmp_path), list[str](), threading.Event()

    def made(_request: object, reader: Reader, *_: object, **__: object) -> PlainTextResponse:
        begun.append(reader.name)
        assert go.wait(GUARD)
        return PlainTextResponse("made")

    monkeypatch.setattr(exports, "_file", made)
    transport = ASGITransport(make_app(site))

    def asked(name: str) -> asyncio.Task[Response]:
        return asyncio.create_task(browser(name, transport).get(f"/{YEAR}/exports/letters.csv"))

    async with asyncio.timeout(GUARD):
        sent = [asked(ADMIN) for _ in range(3)]
        while not begun:  # noqa: ASYNC110 - a list says nothing when it grows
            await asyncio.sleep(0.01)
        sent.append(asked(OTHER))
        while not arrival.place("dear").statistics().tasks_waiting:  # noqa: ASYNC110 - nor does a queue
            await asyncio.sleep(0.01)
        assert (await browser(ADMIN, transport).get(f"/{YEAR}/letters")).status_code == 200
        assert begun == [ADMIN]
        go.set()
        assert [answer.status_code for answer in await asyncio.gather(*sent)] == [200] * 4
    assert begun == [ADMIN, OTHER, ADMIN, ADMIN]


def test_who_confirms_what_another_ended_is_told_and_on_record(scene: Scene) -> None:
    scene.submit(ROLL, NANJING, LOADED)
    act, filled = ACTS["approve"], Filled(phase=scene.year.phase(ROLL), cities=(NANJING,))
    early = stamp("2022-01-12T10:00:00.1", "省办乙")
    shown = tried(scene.database, scene.year, act, filled, early)
    assert shown.touched == {NANJING}
    scene.reject(ROLL, NANJING, "2022-01-12T10:00:00.5")
    came_to = done(scene.database, scene.year, act, filled, early, expected=shown.digest, account=1).outcome
    with scene.database.read() as connection:
        log = table_of(Transition)
        newest = connection.execute(select(log).order_by(log.c.id.desc()).limit(1)).one()
    assert (came_to.outcome, "省办 于 10:00:00 办理了“退回修改”" in came_to.message) == ("refused", True)
    assert (newest.event, newest.refused, newest.by, newest.reason) == ("approve", True, "省办乙", came_to.message)


async def test_of_two_who_confirm_the_second_is_told_and_on_record(scene: Scene, tmp_path: Path) -> None:
    """Both had previewed before either confirmed."""
    scene.submit(ROLL, NANJING, LOADED)
    transport = ASGITransport(make_app(site_of(scene, tmp_path)))
    officers = {"approve": browser(ADMIN, transport), "reject": browser(OTHER, transport)}
    fields = {"phase": ROLL, "city": NANJING, "reason": "材料不全", "until": "2022-01-20"}
    shown = {act: await each.post(f"/{YEAR}/acts/{act}/preview", data=fields) for act, each in officers.items()}
    assert [answer.status_code for answer in shown.values()] == [200, 200]
    said = []
    for act, each in officers.items():
        answer = await each.post(f"/{YEAR}/acts/{act}", data=hidden(shown[act]))
        said.append((answer.status_code, (await each.get(answer.headers["location"])).text))
    assert [status for status, _ in said] == [303, 303]
    assert "admin 于 10:00:00 办理了“审定”" in said[1][1]
    with scene.database.read() as connection:
        log = table_of(Transition)
        query = select(log.c.event, log.c.refused, log.c.by).where(log.c.event.in_(("approve", "reject")))
        rows = [tuple(row) for row in connection.execute(query.order_by(log.c.id))]
    assert rows == [("approve", False, ADMIN), ("reject", True, OTHER)]


async def test_where_another_thing_would_be_done_by_now_that_is_shown_instead(scene: Scene, tmp_path: Path) -> None:
    transport = ASGITransport(make_app(site_of(scene, tmp_path)))
    admin, fields = browser(ADMIN, transport), {"phase": ROLL, "city": NANJING, "reason": "暴雪", "until": "2022-01-25"}
    shown = await admin.post(f"/{YEAR}/acts/extend/preview", data=fields)
    scene.waive("mentors.standing", ROLL, NANJING, LOADED)
    answer = await admin.post(f"/{YEAR}/acts/extend", data=hidden(shown))
    said = "预览之后情况有了变化，没有办理。此前最近一次办理：南京 导师推荐，省办 于 2022-01-10 10:00:00 “豁免”。"
    assert (answer.status_code, said in answer.text) == (409, True)
    assert tries(scene) == [("延期（未作改动）", ADMIN, f"{said}事由：暴雪")]


async def test_what_changed_between_the_look_and_the_act_is_told_and_on_record(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = ASGITransport(make_app(site_of(scene, tmp_path)))
    admin, fields = browser(ADMIN, transport), {"phase": ROLL, "city": NANJING, "reason": "暴雪", "until": "2022-01-25"}
    shown = await admin.post(f"/{YEAR}/acts/extend/preview", data=fields)
    scene.waive("mentors.standing", ROLL, NANJING, LOADED)
    monkeypatch.setattr(acting, "_may_go_on", lambda *_: True)
    answer = await admin.post(f"/{YEAR}/acts/extend", data=hidden(shown))
    page = (await admin.get(answer.headers["location"])).text
    ((what, by, reason),) = tries(scene)
    assert (what, by, reason) == ("延期（未作改动）", ADMIN, f"{acting.MEANWHILE}{WAIVED_LAST}事由：暴雪")
    assert WAIVED_LAST in page


WAIVED_LAST = "此前最近一次办理：南京 导师推荐，省办 于 2022-01-10 10:00:00 “豁免”。"


def tries(scene: Scene) -> list[tuple[object, ...]]:
    """What the audit holds of tries in vain: what, by whom, why."""
    audit = table_of(AuditEntry)
    query = select(audit.c.what, audit.c.by, audit.c.reason).where(audit.c.what.like("%（未作改动）"))
    with scene.database.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(audit.c.id))]


MIDNIGHT = instant("2022-01-16T00:00")
SPREAD = timedelta(seconds=1.3)


async def filed_across_midnight(
    scene: Scene, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], list[Response]]:
    """Let all cities file by the API, by turns at 1.3 s before and after midnight and between, the year held all along.

    Who holds it lets the phase lapse before any of them gets it. Give the cities and the answers: before, then after.
    """
    entry = table_of(SignIn)
    with scene.database.write() as connection:
        connection.execute(update(entry).values(seen=MIDNIGHT - timedelta(hours=1), until=MIDNIGHT + LASTS))
    wall, came_in = [MIDNIGHT - SPREAD], asyncio.Event()

    def noted(at: datetime) -> Came:
        came_in.set()
        return Came(at)

    monkeypatch.setattr(arrival, "Came", noted)
    settings = Settings(base_url=BASE, maildir=folder / "mail", dashboard=DashboardSettings(totp=False))
    transport = ASGITransport(make_app(Site(scene.database, settings, SECRET, wall=lambda: wall[0])))
    other, cities = Database(scene.database.url, BOOK), [city.slug for city in scene.year.cities]
    offsets = [SPREAD * ((place - 6.5) / 6.5) for place in range(len(cities) + 1) if place != 6]
    async with asyncio.timeout(GUARD):
        with other.write(YEAR) as connection:
            filings = []
            for city, offset in zip(cities, offsets, strict=True):
                if offset > timedelta(0) and wall[0] < MIDNIGHT:
                    lapsing = Stamp("系统", MIDNIGHT, MIDNIGHT)
                    advance(Within(other, connection, YEAR), YEAR, lapsing)
                wall[0] = MIDNIGHT + offset
                came_in.clear()
                filings.append(asyncio.create_task(filed(browser(city, transport), city, "1")))
                await came_in.wait()
            assert not any(filing.done() for filing in filings)
        answers = await asyncio.gather(*filings)
    other.dispose()
    return cities, answers


BEFORE = 6
"""Cities that file before midnight; the rest file after it."""


async def test_who_came_in_before_midnight_is_filed_though_the_year_was_held_across_it(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cities, answers = await filed_across_midnight(scene, tmp_path, monkeypatch)
    assert [answer.status_code for answer in answers] == [200] * BEFORE + [409] * (len(cities) - BEFORE)
    with scene.database.read() as connection:
        log = table_of(Transition)
        query = select(log).where(log.c.event == "submit", log.c.phase == ROLL)
        rows = {row.city: row for row in connection.execute(query)}
    for place, (city, answer) in enumerate(zip(cities, answers, strict=True)):
        row, name = rows[city], scene.year.city(city).name
        assert (row.refused, row.at < MIDNIGHT, row.from_state) == (place >= BEFORE, place < BEFORE, "overdue")
        if row.refused:
            said = answer.json()["detail"]
            assert said.startswith(f"{name} 导师推荐 的报送已于 2022-01-15 24:00 截止")
            assert row.reason == said


async def test_judged_by_when_it_got_the_year_it_would_be_late(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the instant at which an act stands in the log is that of the lapse."""

    def late(self: Season, cell: Cell) -> bool:
        return self.due(cell.phase, cell.city).met_by(self.stamp.as_of)

    monkeypatch.setattr(Season, "in_time", late)
    _, answers = await filed_across_midnight(scene, tmp_path, monkeypatch)
    assert {answer.status_code for answer in answers} == {409}


async def test_who_gives_up_waiting_is_told_that_nothing_was_done_and_what_counts(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.submit(ROLL, NANJING, LOADED)
    transport = ASGITransport(make_app(site_of(scene, tmp_path)))
    admin, fields = browser(ADMIN, transport), {"phase": ROLL, "city": NANJING}
    shown = await admin.post(f"/{YEAR}/acts/approve/preview", data=fields)
    monkeypatch.setattr(database_module, "TURN_SECONDS", 0)
    with scene.database.write(YEAR):
        answer = await admin.post(f"/{YEAR}/acts/approve", data=hidden(shown))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "数据库正忙（另一项操作尚未完成），请稍后再试。这次没有办理，请马上再试：" in answer.text
    assert (await admin.post(f"/{YEAR}/acts/approve", data=hidden(shown))).status_code == 303


@pytest.mark.parametrize(("late", "counts"), [(0, False), (30, False), (31, True), (3600, True)])
async def test_a_body_that_comes_long_after_its_headers_comes_in_with_its_end(late: int, *, counts: bool) -> None:
    wall, kept, parts = [NOW], list[datetime](), iter([b"ha", b"lf", b""])

    async def app(_scope: object, receive: Receive, _send: object) -> None:
        while (await receive())["more_body"]:
            pass
        wall[0] += timedelta(hours=2)  # it waits for its turn
        came = arrival.ARRIVED.get()
        assert came is not None
        kept.append(came.at)

    async def slow() -> dict[str, object]:
        part = next(parts)
        wall[0] += timedelta(seconds=0 if part else late)
        return {"type": "http.request", "body": part, "more_body": bool(part)}

    async def send(_message: object) -> None: ...

    await arrival.Arrival(app, lambda: wall[0])({"type": "http"}, slow, send)
    assert kept == [NOW + timedelta(seconds=late if counts else 0)]


async def test_a_year_is_opened_and_a_letter_acknowledged_when_the_request_came_in(
    scene: Scene, tmp_path: Path
) -> None:
    site = site_of(scene, tmp_path)
    transport = ASGITransport(make_app(site))
    before, admin = site.wall(), browser(ADMIN, transport)
    answer = await admin.post("/years", data={"shipped": "2026", "start": "real", "once": "b" * 24})
    assert answer.status_code == 303
    scene.advance(LOADED)
    with scene.database.read() as connection:
        letter = connection.execute(select(table_of(Letter).c.id).limit(1)).scalar_one()
        made = connection.execute(select(table_of(AuditEntry).c.at).order_by(table_of(AuditEntry).c.id.desc()))
        assert made.scalars().first() == before + timedelta(milliseconds=1)
    before = site.wall()
    assert (await admin.post(f"/receipts/{link_token(SECRET, letter)}")).status_code == 303
    with scene.database.read() as connection:
        received = connection.execute(select(table_of(Receipt).c.at)).scalars().all()
    assert received == [before + timedelta(milliseconds=1)]


def test_what_is_tried_is_shown_though_something_newer_stands(scene: Scene) -> None:
    scene.submit(ROLL, NANJING, "2022-01-12T10:00:00.5")
    act, filled = ACTS["approve"], Filled(phase=scene.year.phase(ROLL), cities=(NANJING,))
    shown = tried(scene.database, scene.year, act, filled, stamp("2022-01-12T10:00:00.1"))
    assert (shown.before.cities[NANJING][0].state, shown.after.cities[NANJING][0].state) == ("submitted", "passed")


def test_turns_are_given_in_the_order_of_coming() -> None:
    turns, order, threads = Turns(), [], []

    def go(place: int) -> None:
        with turns.mine(GUARD):
            order.append(place)

    with turns.mine(0):
        for place in range(20):
            threads.append(threading.Thread(target=go, args=(place,)))
            threads[-1].start()
            while len(turns._queue) < place + 2:
                pass
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_who_gives_up_its_turn_is_left_out() -> None:
    turns = Turns()
    with turns.mine(0), pytest.raises(Busy), turns.mine(0):
        pass
    with turns.mine(0):
        pass


def test_a_hundred_writers_wait_with_one_connection(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no more than two connections in the pool, a reader still finds one."""
    monkeypatch.setattr(database_module, "POOL", {"pool_size": 2, "max_overflow": 0, "pool_timeout": 1})
    database, other = Database(scene.database.url, BOOK), Database(scene.database.url, BOOK)

    def write() -> None:
        with database.write(YEAR):
            pass

    threads = [threading.Thread(target=write) for _ in range(100)]
    with other.write(YEAR):
        for thread in threads:
            thread.start()
        with database.read() as connection:
            assert connection.execute(select(table_of(Transition).c.id).limit(1)).scalar() is not None
    for thread in threads:
        thread.join()
    database.dispose()
    other.dispose()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # on PostgreSQL a row is waited for two seconds
def test_who_is_not_patient_hears_at_once_and_the_next_waits_as_ever(scene: Scene) -> None:
    other = Database(scene.database.url, BOOK)
    with other.write(), pytest.raises(Busy), scene.database.write(patient=False):
        pass
    with scene.database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == database_module.READ_SECONDS * 1000
    other.dispose()


MAY_WAIT = (
    (Database, "read"), (Database, "write"), (rendering, "render"), (Path, "read_bytes"), (Path, "read_text"),
    (type(hasher), "verify"), (type(hasher), "hash"),
)  # fmt: skip


class OnTheLoop(AssertionError):
    """What may wait was done where every request is answered from."""


def off_the_loop(done: object) -> object:
    def guarded(*args: object, **names: object) -> object:
        if asyncio._get_running_loop() is not None:
            raise OnTheLoop(getattr(done, "__qualname__", done))
        return done(*args, **names)  # type: ignore[operator]

    return guarded


def test_no_page_asks_the_database_or_is_rendered_on_the_loop(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in MAY_WAIT:
        monkeypatch.setattr(owner, name, off_the_loop(getattr(owner, name)))
    admin, city = window.as_(ADMIN), window.as_("yancheng")
    for browser_ in (admin, city, window.as_(None)):
        for route in routes.routes(browser_.app):  # type: ignore[arg-type]
            for address in routes.addresses(window, route, "yancheng")[:2]:
                if "GET" in (route.methods or ()):
                    browser_.get(address)
                else:
                    browser_.submit(address)


def test_with_the_session_read_on_the_loop_it_would_be_found(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    async def here(do: object, *args: object, **names: object) -> object:
        return do(*args, **names)  # type: ignore[operator]

    monkeypatch.setattr("dashboard.signing_in.sessions.run_in_threadpool", here)
    with pytest.raises(OnTheLoop):
        test_no_page_asks_the_database_or_is_rendered_on_the_loop(window, monkeypatch)


async def test_so_many_writers_leave_threads_to_who_reads() -> None:
    assert sum(arrival.PLACES.values()) < current_default_thread_limiter().total_tokens - 10
    assert {kind: arrival.place(kind).total_tokens for kind in arrival.PLACES} == arrival.PLACES
