"""The window in a process of its own, as `talent up` starts it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from starlette.testclient import TestClient

from dashboard.serve import configuration, listening
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
        process.send_signal(signal.SIGTERM)
        out = process.communicate(timeout=30)[0]
    assert (
        "secret-token" in out,
        "GET /deeds/{token} 200" in out or "GET /deeds/{token} 303" in out,
        "Traceback" in out,
    ) == (False, True, False)
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600


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
