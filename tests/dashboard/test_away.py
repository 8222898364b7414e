"""The database server goes away and comes back: every page says to try again, and works again by itself."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from httpx2 import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from uvicorn.server import ServerState

from dashboard.serve import configuration
from dashboard.serving import app as application
from dashboard.serving.failures import AWAY
from dashboard.serving.log_lines import Lines
from dashboard.serving.policy import WHOEVER
from dashboard.serving.site import Site
from dashboard.serving.slow_senders import PromptProtocol
from dashboard.signing_in.sessions import COOKIE
from models import migrate
from models.columns import table_of
from models.database import Database
from models.tables.accounts import Account
from phases.book import BOOK
from settings import DashboardSettings, Settings
from tests import postgres
from tests.support import routes
from tests.support.real_year import NOW, ROLL, real_year
from tests.support.window import ADMIN, BASE, SECRET, Browser, Window

pytestmark = pytest.mark.slow
PROBE = APIRouter(dependencies=[Depends(WHOEVER)])


@PROBE.get("/probe/cut-off")
def cut_off(request: Request) -> PlainTextResponse:
    """The server hangs up between two statements."""
    with request.app.state.site.database.read() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    return PlainTextResponse("never")


@PROBE.get("/probe/wrong")
def wrong(request: Request) -> PlainTextResponse:
    with request.app.state.site.database.read() as connection:
        connection.execute(text("SELECT nothing FROM nowhere_at_all WHERE"))
    return PlainTextResponse("never")


@pytest.fixture(autouse=True)
def nothing_is_sent() -> None:
    """Forms are sent here to a server of PostgreSQL that can be stopped, and to no other database."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgres.Cluster]:
    try:
        with postgres.cluster() as made:
            yield made
    except postgres.NoServer:
        pytest.skip("本机没有 PostgreSQL 服务器程序")


@pytest.fixture(scope="module")
def window(cluster: postgres.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    folder, database = tmp_path_factory.mktemp("away"), Database(cluster.address, BOOK)
    migrate.upgrade(database)
    real_year(database)
    with database.write() as connection:
        connection.execute(text("CHECKPOINT"))  # a server that commits unsafely would lose who is signed in as it stops
    settings = Settings(base_url=BASE, maildir=folder / "mail", dashboard=DashboardSettings(totp=False))
    yield Window(Site(database, settings, SECRET, wall=lambda: NOW))
    database.dispose()


@contextmanager
def away(cluster: postgres.Cluster) -> Iterator[None]:
    cluster.stop()
    try:
        yield
    finally:
        cluster.start()


def signed_in(window: Window, name: str) -> Browser:
    return Browser(window.site, f"cookie of {name}")


def test_while_the_server_is_away_each_page_says_to_try_again_and_then_works(
    window: Window, cluster: postgres.Cluster
) -> None:
    browser = signed_in(window, ADMIN)
    addresses = [
        (address, (route.methods or {"GET"}) & {"GET", "POST"})
        for route in routes.routes(browser.app)  # type: ignore[arg-type]
        for address in routes.addresses(window, route, "nanjing")[:1]
    ]
    assert browser.get("/2022").status_code == 200
    found: dict[tuple[str, str], int] = {}
    with away(cluster):
        for address, methods in addresses:
            for method in methods:
                answer = browser.get(address) if method == "GET" else browser.submit(address)
                found[method, address] = answer.status_code
                if answer.status_code == 503 and address != "/readyz":
                    assert answer.headers["retry-after"] == "10"
                    assert AWAY in (answer.json()["detail"] if address.startswith("/api/") else answer.text)
        public = {address for (_, address), status in found.items() if status not in {503, 422}}
        assert not [one for one in found.items() if one[1] >= 500 and one[1] != 503]
        assert browser.get("/livez").text == "ok\n"
        assert browser.get("/readyz").json() == {"ready": False, "reason": "unreachable"}
    assert "/2022" not in public
    assert "/livez" in public
    assert browser.get("/2022").status_code == 200


CHILD = "王小明"
SENT = {
    "/sign-in": "/sign-in",
    "/2022/acts/extend/preview": "/{year}/acts/{act}/preview",
    f"/2022/{ROLL}/nanjing/file": "/{year}/{phase}/{city}/file",
}
"""Where a form is sent to, and what is said of it."""


async def sends(window: Window) -> list[int]:
    """Send a form with somebody's name to each, as the office serves its pages."""
    config, state = configuration(window.site), ServerState()
    config.load()
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: PromptProtocol(config, state, {}), "127.0.0.1", 0) as server:
        here = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        headers = {"host": BASE.removeprefix("http://"), "origin": BASE, "cookie": f"{COOKIE}=cookie of {ADMIN}"}
        async with AsyncClient(base_url=here, headers=headers) as client:
            answers = [await client.post(address, data={"name": CHILD, "reason": CHILD}) for address in SENT]
        return [answer.status_code for answer in answers]


def test_what_is_sent_while_the_server_is_away_stands_in_no_log(
    window: Window, cluster: postgres.Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(Lines())
    logging.getLogger().addHandler(handler)
    monkeypatch.setattr(sys, "stderr", said)  # where a request's line goes
    try:
        with away(cluster):
            assert asyncio.run(sends(window)) == [503] * len(SENT)
    finally:
        logging.getLogger().removeHandler(handler)
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [(line["route"], line["status"]) for line in lines] == [(route, 503) for route in SENT.values()]
    assert CHILD not in said.getvalue()


def test_a_server_that_hangs_up_is_away_and_a_wrong_statement_is_a_defect(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "AREAS", (PROBE, *application.AREAS))
    browser = signed_in(window, ADMIN)
    answer = browser.get("/probe/cut-off")
    assert (answer.status_code, AWAY in answer.text) == (503, True)
    assert browser.get("/2022").status_code == 200
    with pytest.raises(ProgrammingError):
        browser.get("/probe/wrong")


def test_what_was_committed_before_it_went_away_is_there_when_it_is_back(
    window: Window, cluster: postgres.Cluster
) -> None:
    table = table_of(Account)
    for shown in ("first", "second", "third"):
        with window.database.write() as connection:
            connection.execute(table.update().values(shown=shown))
        with away(cluster):
            pass
        window.database.engine.dispose()
        with window.database.read() as connection:
            assert set(connection.execute(select(table.c.shown)).scalars()) == {shown}


COMMANDS = (
    ("status",),
    ("log",),
    ("phase", "advance", "shortlist"),
    ("phase", "submit", "shortlist", "--city", "nanjing"),
    ("letters", "list"),
    ("letters", "send"),
    ("user", "list"),
    ("year", "close", "2022"),
)


def test_while_the_server_is_away_each_command_ends_with_try_later(
    window: Window, cluster: postgres.Cluster, tmp_path: Path
) -> None:
    del window
    with away(cluster):
        found = {command: run(command, cluster.address, tmp_path) for command in COMMANDS}
    assert {command: status for command, (status, _) in found.items()} == dict.fromkeys(COMMANDS, 75)
    assert all("请稍后再试" in said and "Traceback" not in said for _, said in found.values())


def run(command: tuple[str, ...], address: str, folder: Path) -> tuple[int, str]:
    environment = {**os.environ, "TALENT_DATABASE__URL": address, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "cli", *command], env=environment, cwd=folder, capture_output=True, check=False
    )
    return done.returncode, (done.stdout + done.stderr).decode()
