"""`talent up` as an office runs it: one command, a process group, and nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest

from acts.on_paper import NOTHING, Paper
from acts.open_year import open_year
from calendars.files import load
from deployments.house import PortTaken
from deployments.up import up
from models import standing
from models.database import Database
from models.stamp import Stamp
from tests.ports import free_port
from tests.prefect_server import foreign

RUN = (
    "import sys; from pathlib import Path; from deployments.up import up; "
    "sys.exit(up(Path('var'), int(sys.argv[1]), web=int(sys.argv[2])))"
)


@pytest.fixture
def office(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder with nothing but a database in it, where the year 2022 is under way."""
    (tmp_path / "var").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "var" / "talent.db")
    database, now = Database(f"sqlite:///{tmp_path}/var/talent.db"), datetime.now(UTC)
    open_year(database, load(2022), Stamp("省办", now, now), paper=Paper(NOTHING, "试验"))
    yield tmp_path
    database.dispose()


def until(true: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + 150
    while not true():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.3)


def alive(group: int) -> dict[int, str]:
    """The processes of a group that have not ended: number to command line."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, _, of = (process / "stat").read_text().rpartition(")")[2].split()[:3]
            command = (process / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if int(of) == group and state != "Z":
            found[int(process.name)] = command
    return found


@pytest.mark.prefect
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_it_runs_all_of_it_keeps_it_alive_and_leaves_nothing_running(office: Path) -> None:
    web = free_port()
    with running(office, web) as (process, log):
        _runs_all_of_it(office, process, log, web)


@contextmanager
def running(office: Path, web: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`up` in a process group of its own; whatever happens, nothing of it is left."""
    log = office / "up.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", RUN, str(free_port()), str(web)],
            cwd=office, env=foreign(os.environ), stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        yield process, log
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _runs_all_of_it(office: Path, process: subprocess.Popen[bytes], log: Path, web: int) -> None:
    database = Database(f"sqlite:///{office}/var/talent.db")

    def states() -> set[str]:
        with database.read() as connection:
            cells = standing.cells(connection, 2022, None).values()
        return {cell.state.value for cell in cells if cell.phase == "mentor-recommendation"}

    until(lambda: f"总表与各页面：http://127.0.0.1:{web}" in log.read_text(), log)
    with urlopen(f"http://127.0.0.1:{web}/sign-in", timeout=5) as answer:
        assert "登录" in answer.read().decode()
    until(lambda: "日程已同步：2022 年度" in log.read_text(), log)
    now = datetime.now(UTC)
    open_year(database, load(2027), Stamp("省办", now, now))
    until(lambda: states() == {"open"}, log)  # watch has run, at the next minute
    until(lambda: "日程已同步：2022、2027 年度" in log.read_text(), log)
    server = next(number for number, command in alive(process.pid).items() if "prefect server start" in command)
    os.kill(server, signal.SIGKILL)
    until(lambda: "server 意外退出，已重新启动" in log.read_text(), log)
    assert any("prefect worker start" in command for command in alive(process.pid).values())
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    until(lambda: not alive(process.pid), log)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (office / "var" / "log").iterdir()}
    assert modes == {f"{name}.log": 0o600 for name in ("dashboard", "server", "sync", "worker")}
    assert stat.S_IMODE((office / "var" / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((office / "var" / "prefect" / "auth").stat().st_mode) == 0o600
    database.dispose()


@pytest.mark.parametrize("option", ["--port", "--web-port"])
def test_a_taken_port_is_said_before_anything_starts(
    option: str, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = (port, free_port()) if option == "--port" else (free_port(), port)
        with pytest.raises(PortTaken, match=f"端口 {port} 已被占用.*用 {option} 换"):
            up(office / "var", ports[0], f"sqlite:///{office}/var/talent.db", lambda _: None, ports[1])
    assert not (office / "var" / "log").exists()
