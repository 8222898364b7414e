"""The window in a process of its own, as `talent up` starts it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from dashboard.serve import configuration, listening
from dashboard.serving.log_lines import Lines
from dashboard.serving.slow_senders import PromptProtocol
from dashboard.signing_in.rate_limit import MOST
from tests.dashboard.test_signing_in import token_of
from tests.support.ports import free_port
from tests.support.prefect_server import foreign
from tests.support.window import BASE, Window

COMMAND = [sys.executable, "-P", "-m", "dashboard.serve", "--folder", "var"]


@contextmanager
def served(folder: Path, port: int, **told: str) -> Iterator[subprocess.Popen[str]]:
    environment = foreign(os.environ) | {
        "TALENT_DATABASE__URL": f"sqlite:///{folder}/talent.db",
        "TALENT_DASHBOARD__PORT": str(port),
        **told,
    }
    process = subprocess.Popen(
        COMMAND, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def answered(address: str, **headers: str) -> tuple[int, dict[str, str]]:
    try:
        with urlopen(Request(address, headers=headers), timeout=5) as answer:
            return answer.status, dict(answer.headers)
    except HTTPError as error:
        return error.code, dict(error.headers)


def until_it_answers(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            urlopen(f"http://127.0.0.1:{port}/livez", timeout=5).close()
        except URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("it does not answer")


SAID = (("route", "/deeds/{token}"), ("event", "Exception in ASGI application"))


def unread(file: Path, words: str) -> None:
    """Put where a time stands what is none: the error that reading it raises says what stood there."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE programme_year SET rehearsal = 0")
        connection.execute("INSERT INTO sign_of_life (work, at, due) VALUES ('watch', ?, ?)", (words, words))


@pytest.mark.slow
def test_it_serves_says_nothing_of_what_was_asked_and_ends_when_asked(season_file: Path, tmp_path: Path) -> None:
    shutil.copy(season_file, tmp_path / "talent.db")
    port = free_port()
    with served(tmp_path, port) as process:
        until_it_answers(port)
        status, headers = answered(f"http://127.0.0.1:{port}/sign-in?next=/2022&token=secret-token", Cookie="talent=c")
        assert (status, "server" in {name.lower() for name in headers}) == (200, False)
        assert answered(f"http://127.0.0.1:{port}/deeds/secret-token")[0] == 200  # sent on to sign in
        assert answered(f"http://127.0.0.1:{port}/readyz")[0] == 200
        unread(tmp_path / "talent.db", "1 王小明")
        assert answered(f"http://127.0.0.1:{port}/readyz")[0] == 500
        process.send_signal(signal.SIGTERM)
        out = process.communicate(timeout=30)[0]
    lines = [json.loads(line) for line in out.splitlines()]
    deed, failed = (next(one for one in lines if key in one and one[key] == value) for key, value in SAID)
    assert (deed["status"] in {200, 303}, [*deed]) == (True, ["at", "method", "route", "status", "ms"])
    assert failed["error"].startswith("ValueError dashboard/")
    assert ("secret-token" in out, "王小明" in out, "Traceback" in out) == (False, False, False)
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600


async def failing(scope: Scope, receive: Receive, send: Send) -> None:
    """Fail as a row does that a database refuses, with the row in what it says."""
    del scope, receive, send
    raise IntegrityError("INSERT", {}, ValueError("Failing row contains (王小明)")) from KeyError("王小明")


async def asks_once() -> None:
    """One request of an application that fails, and a task that nobody waits for."""
    config = Config(failing, log_config=None, log_level="warning")
    config.load()
    loop, state = asyncio.get_running_loop(), ServerState()
    async with await loop.create_server(lambda: PromptProtocol(config, state, {}), "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 500")
        writer.close()
    loop.call_exception_handler({"message": "never retrieved", "task": "王小明", "exception": KeyError("王小明")})


@pytest.mark.parametrize(("formatter", "told"), [(Lines(), False), (logging.Formatter(), True)], ids=["ours", "usual"])
def test_what_a_page_fails_of_is_logged_by_kind_and_place_alone(formatter: logging.Formatter, *, told: bool) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    loggers = [logging.getLogger(name) for name in ("uvicorn.error", "asyncio")]
    for one in loggers:
        one.addHandler(handler)
    try:
        asyncio.run(asks_once())
    finally:
        for one in loggers:
            one.removeHandler(handler)
    said = stream.getvalue()
    place = f"tests/dashboard/test_serve.py:{failing.__code__.co_firstlineno + 3}"
    assert ("王小明" in said, f"IntegrityError {place} < KeyError" in said) == (told, not told)
    if not told:
        page, task = map(json.loads, said.splitlines())
        assert (page["event"], page["level"], task["event"]) == (
            "Exception in ASGI application",
            "error",
            "never retrieved",
        )


def refusal(folder: Path, port: int, **told: str) -> tuple[int | None, str]:
    with served(folder, port, **told) as process:
        out = process.communicate(timeout=60)[0]
        return process.returncode, out.strip()


@pytest.mark.slow
def test_no_answer_waits_for_its_head_to_be_acknowledged() -> None:
    """As TCP does where it is not told otherwise: 40 ms on every connection that is kept."""
    assert asyncio.run(sends_at_once()) == 1


async def sends_at_once() -> int:
    """What a connection that was accepted there says of waiting."""
    loop = asyncio.get_running_loop()
    accepted: asyncio.Future[int] = loop.create_future()

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            own = transport.get_extra_info("socket")
            accepted.set_result(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    with listening("127.0.0.1", 0) as heard:
        async with await loop.create_server(Answering, sock=heard):
            _, writer = await asyncio.open_connection(*heard.getsockname())
            writer.close()
            return await accepted


def test_it_says_in_chinese_why_it_does_not_start(season_file: Path, tmp_path: Path) -> None:
    bare = refusal(tmp_path, free_port())
    shutil.copy(season_file, tmp_path / "talent.db")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        at_port = refusal(tmp_path, port)
    weak = refusal(tmp_path, free_port(), TALENT_SECRET_KEY="short")
    assert bare == (1, "数据库尚未建表或版本不符；请先运行 talent db upgrade。")
    assert at_port == (
        1,
        f"127.0.0.1 的端口 {port} 已被占用或不能使用；请停掉占用它的程序，或改 TALENT_DASHBOARD__PORT。",
    )
    assert (weak[0], weak[1][:22]) == (1, "TALENT_SECRET_KEY 不能用：")


class Outside(TestClient):
    """Somebody's browser behind a gateway, as what the office runs sees it."""

    def __init__(self, window: Window, proxies: str) -> None:
        dashboard = window.site.settings.dashboard.model_copy(update={"proxies": proxies})
        settings = window.site.settings.model_copy(update={"dashboard": dashboard})
        served = configuration(replace(window.site, settings=settings))
        served.load()
        super().__init__(served.loaded_app, base_url=BASE, follow_redirects=False, client=(GATEWAY, 50000))
        self.headers["origin"] = BASE

    def guess(self, address: str, name: str) -> int:
        """Try a wrong password from an address, which the gateway puts behind whatever was claimed before."""
        passed = {"x-forwarded-for": f"198.51.100.7, {address}"}
        csrf = token_of(self.get("/sign-in", headers=passed))
        data = {"csrf": csrf, "name": name, "password": "wrong"}
        return self.post("/sign-in", data=data, headers=passed).status_code


GATEWAY = "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "other"),
    [(GATEWAY, 403), ("192.0.2.1, 10.0.0.0/24", 403), ("", 429), ("10.0.0.2", 429)],
    ids=["named", "its network", "nobody", "another"],
)
def test_who_guesses_behind_a_gateway_that_is_named_locks_out_nobody_else(
    window: Window, proxies: str, other: int
) -> None:
    outside = Outside(window, proxies)
    assert [outside.guess("192.168.7.1", f"name{number}") for number in range(MOST + 1)] == [403] * MOST + [429]
    assert outside.guess("192.168.7.2", "admin") == other


@pytest.mark.parametrize("claimed", ["127.0.0.1", "::1", GATEWAY])
def test_who_comes_by_a_gateway_is_never_near(window: Window, claimed: str) -> None:
    outside = Outside(window, GATEWAY)
    assert outside.get("/metrics", headers={"x-forwarded-for": claimed}).status_code == 404
