"""`talent up` as an office runs it: one command, a process group, and nothing left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import stat
import subprocess
import threading
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from unittest.mock import patch
from urllib.request import urlopen

import pytest
from sqlalchemy import select, update

from acts.extend import extend
from acts.offices import set_office
from acts.open_year import open_year
from calendars.errors import TalentError
from calendars.files import load
from dashboard.serving.secret_key import UnreadableSecretFile
from deployments import household, instance
from deployments import up as up_module
from deployments.children import Child
from deployments.environment import UnfitSignIn
from deployments.house import House, PortTaken
from deployments.house_parts import HousePart
from deployments.household import Household
from deployments.up import up
from models import signs_of_life, sole_runner, standing
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.season import Letter
from phases.book import BOOK
from settings import Settings
from tests.support.ports import free_port
from tests.support.upped import alive, running, until

BEAT = 1800
"""Seconds between its beats, as an office has it: what is looked for comes because it is asked for."""


@pytest.mark.prefect
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_it_runs_all_of_it_keeps_it_alive_and_leaves_nothing_running(office: Path) -> None:
    ports = free_port(), free_port()
    database = Database(f"sqlite:///{office}/var/talent.db", BOOK)
    with running(office, *ports, BEAT) as (process, log):
        _runs_all_of_it(office, database, log, ports[1])
        process.kill()
        process.wait()
        until(lambda: not alive(process.pid), log)  # the system ends them with it
    with running(office, *ports, BEAT) as (process, log):
        _runs_again_and_ends(office, database, process, log)
    database.dispose()


def _states(database: Database, year: int) -> set[str]:
    with database.read() as connection:
        cells = standing.cells(connection, year, None).values()
    return {cell.state.value for cell in cells if cell.phase == "mentor-recommendation"}


def _opened(database: Database, year: int) -> None:
    now = datetime.now(UTC)
    open_year(database, load(year), Stamp("省办", now, now))


def _runs_all_of_it(office: Path, database: Database, log: Path, web: int) -> None:
    until(lambda: f"进度总览与各页面：http://127.0.0.1:{web}" in log.read_text(), log)
    with urlopen(f"http://127.0.0.1:{web}/sign-in", timeout=5) as answer:
        assert "登录" in answer.read().decode()
    until(lambda: "一次性链接" in log.read_text(), log)
    with urlopen(log.read_text().partition("设置第一个账号的密码：")[2].split()[0], timeout=5) as answer:
        assert (answer.status, answer.url.startswith(f"http://127.0.0.1:{web}/")) == (200, True)
    assert f"http://127.0.0.1:{web}" in (office / "var" / "running").read_text()
    until(lambda: "日程已同步：2022 年度" in log.read_text(), log)
    _opened(database, 2027)
    until(lambda: _states(database, 2022) == {"open"}, log)  # watch has run, long before its beat
    until(lambda: "日程已同步：2022、2027\n" in (office / "var" / "log" / "worker.log").read_text(), log)
    _tells_a_moved_day(office, database, log)


def _tells_a_moved_day(office: Path, database: Database, log: Path) -> None:
    """An act moves the day that a city was told: the letter lies in its mailbox, with the new day, at whatever hour."""
    now, letter, phase = datetime.now(UTC), table_of(Letter), "mentor-recommendation"
    stamp, until_day = Stamp("省办", now, now), (now + timedelta(days=40)).date()
    set_office(database, "yancheng", "盐城", email="yancheng@city.example")
    with database.write(2022) as connection:
        told = (letter.c.kind == "opened", letter.c.recipient == "city:yancheng")
        connection.execute(update(letter).where(*told).values(state="sent"))
    assert extend(database, 2022, phase, ["yancheng"], stamp, until=until_day, reason="暴雪").done
    moved = select(letter.c.state, letter.c.subject).where(letter.c.kind == "moved")

    def sent() -> bool:
        with database.read() as connection:
            return {row.state for row in connection.execute(moved)} == {"sent"}

    until(sent, log)
    files = (one for one in (office / "var/mail").rglob("*") if one.is_file())
    mail = [message_from_bytes(one.read_bytes(), policy=default) for one in files]
    told_day = f"截止时间改为{until_day.month}月{until_day.day}日"
    assert [told_day in one["Subject"] for one in mail if one["To"] and "yancheng" in one["To"]] == [True]


def _runs_again_and_ends(office: Path, database: Database, process: subprocess.Popen[bytes], log: Path) -> None:
    until(lambda: "运行中" in log.read_text(), log)
    server = next(number for number, command in alive(process.pid).items() if "prefect server start" in command)
    os.kill(server, signal.SIGKILL)
    until(lambda: "server 意外退出，已重新启动" in log.read_text(), log)
    assert any("deployments.warm_worker" in command for command in alive(process.pid).values())
    _opened(database, 2026)
    until(lambda: _states(database, 2026) != {"waiting"}, log)
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    until(lambda: not alive(process.pid), log)
    assert not (office / "var" / "running").exists()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (office / "var" / "log").iterdir()}
    assert modes == {f"{name}.log": 0o600 for name in ("dashboard", "server", "worker")}
    assert stat.S_IMODE((office / "var" / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((office / "var" / "prefect" / "auth").stat().st_mode) == 0o600


def _begins(folder: Path, url: str, together: Barrier, over: Event, said: Queue[str]) -> None:
    """`up` in a process of its own, of which nothing is run but itself."""

    def runs(*_: object) -> int:
        said.put("runs")
        over.wait(60)
        return 0

    ports = free_port(), free_port()
    together.wait(60)
    try:
        with patch.object(up_module, "run", runs):
            up(folder, ports[0], url, lambda _: None, ports[1])
    except TalentError as refused:
        said.put(type(refused).__name__)


@pytest.mark.parametrize(("folders", "refused"), [("aa", "RunsAlready"), ("ab", "RunsElsewhere")])
def test_of_two_begun_at_the_same_moment_one_runs(
    folders: str, refused: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sole_runner, "LEAVING_SECONDS", 0.2)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    database.dispose()
    fork = multiprocessing.get_context("fork")
    said, over, together = fork.Queue(), fork.Event(), fork.Barrier(2)
    told = (database.url, together, over, said)
    both = [fork.Process(target=_begins, args=(tmp_path / folder, *told)) for folder in folders]
    for one in both:
        one.start()
    try:
        assert sorted(said.get(timeout=60) for _ in both) == [refused, "runs"]
    finally:
        over.set()
        for one in both:
            one.join(60)
    assert [one.exitcode for one in both] == [0, 0]


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


def test_while_prefect_is_silent_the_pages_stand_and_its_worker_begins_when_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, started, over, answering = list[str](), list[str](), list[threading.Event](), threading.Event()

    def keep(child: Child) -> bool:
        started.append(child.name)
        return False

    def tell(line: str) -> None:
        said.append(line)
        if line.startswith("Prefect 服务 "):
            answering.set()

    def signalled(ended: threading.Event) -> AbstractContextManager[None]:
        over.append(ended)
        return nullcontext()

    def worker(of: Household) -> HousePart:
        over[0].set()
        return HousePart(of.child("worker", {}, "worker"), lambda: True)

    monkeypatch.setattr(Child, "keep", keep)
    monkeypatch.setattr(Household, "worker", worker)
    monkeypatch.setattr(household, "answers", lambda address: "livez" in address or answering.is_set())
    monkeypatch.setattr(up_module, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(up_module, "START_SECONDS", 0.05)
    monkeypatch.setattr(up_module, "_until_signalled", signalled)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    database = Database(f"sqlite:///{tmp_path}/talent.db", BOOK)
    assert up_module.run(House(tmp_path, 9, "127.0.0.1", 9, {}), database, tell, lambda: said.append("greeted")) == 0
    silent = "Prefect 服务 http://127.0.0.1:9/api 没有应答"
    assert [line[: len(silent)] for line in said[1:]] == ["greeted", silent, "已停止。"]
    assert set(started) == {"dashboard"}  # until it answered nothing else was there


def test_commands_find_where_links_lead_whatever_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the unit and the image have it: the folder is the place where they run, and commands look in `var`."""
    found, port = list[str](), free_port()

    def look(*_: object) -> int:
        found.append(Settings().links_lead)
        return 0

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(up_module, "run", look)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert up(tmp_path, free_port(), f"sqlite:///{tmp_path}/talent.db", lambda _: None, port) == 0
    assert (found, list(tmp_path.rglob("running"))) == ([f"http://127.0.0.1:{port}"], [])


def test_it_runs_where_only_its_own_folder_may_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As from `/`, where a unit without a place of its own starts."""
    told = list[str]()

    def look(house: House, *_: object) -> int:
        told.append(getattr(instance.running(house.folder), "window", ""))
        return 0

    (tmp_path / "no-folder").touch()
    monkeypatch.setattr(instance, "FOLDER", tmp_path / "no-folder" / "var")
    monkeypatch.setattr(up_module, "run", look)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    port = free_port()
    assert up(tmp_path, free_port(), f"sqlite:///{tmp_path}/talent.db", lambda _: None, port) == 0
    assert told == [f"http://127.0.0.1:{port}"]
    database = Database(f"sqlite:///{tmp_path}/talent.db", BOOK)
    with database.read() as connection:
        missed_if_they_never_are = [sign.work for sign in signs_of_life.signs(connection)]
    assert missed_if_they_never_are == ["prefect", "worker"]
    database.dispose()


@pytest.mark.parametrize(("file", "refused"), [("secret", UnreadableSecretFile), ("prefect/auth", UnfitSignIn)])
def test_a_key_file_of_no_use_is_said_before_anything_starts(
    file: str, refused: type[TalentError], office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    (office / "var" / file).mkdir(parents=True)
    with pytest.raises(refused, match="用不了"):
        up(office / "var", free_port(), f"sqlite:///{office}/var/talent.db", lambda _: None, free_port())
    assert not (office / "var" / "log").exists()
