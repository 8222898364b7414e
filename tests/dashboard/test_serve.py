"""The window in a process of its own, as `talent up` starts it."""

from __future__ import annotations

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
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from tests.prefect_server import foreign, free_port

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
