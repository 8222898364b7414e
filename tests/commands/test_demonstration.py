"""`talent demo` with its pages: a house that knows nothing of this machine's own, and who may sign in."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from sqlalchemy import select

from calendars.files import load
from commands.demonstration import sign_ins
from models.columns import table_of
from models.database import Database
from models.tables.accounts import Account
from phases.book import BOOK
from rehearsal.demo_people import invite
from tests.commands.conftest import Talent
from tests.support.ports import free_port
from tests.support.prefect_server import foreign


def test_a_port_that_is_taken_is_said_and_an_older_demonstration_is_left_alone(talent: Talent, tmp_path: Path) -> None:
    (tmp_path / "var" / "demo").mkdir(parents=True)
    (tmp_path / "var" / "demo" / "talent.db").write_text("the other one's")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = talent("demo", "--port", str(free_port()), "--web-port", port)
    assert (ran.status, ran.err) == (1, f"端口 {port} 已被占用；请停掉占用它的程序，或用 --web-port 换一个端口。\n")
    assert (tmp_path / "var" / "demo" / "talent.db").read_text() == "the other one's"


def test_everybody_is_invited_and_told(migrated_sqlite: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'talent.db')}", BOOK)
    year = load(2022)
    people = invite(database, year, "kept", datetime.now(UTC))
    table = table_of(Account)
    with database.read() as connection:
        rows = connection.execute(select(table.c.name, table.c.role, table.c.city)).all()
    database.dispose()
    cities = [city.slug for city in year.cities]
    assert [tuple(row) for row in rows] == [
        ("province", "admin", None), ("leader", "viewer", None), *((city, "city", city) for city in cities),
    ]  # fmt: skip
    told = "\n".join(sign_ins("http://127.0.0.1:8000", people))
    assert all(name in told for name in ("province", "leader", *cities, "http://127.0.0.1:8000"))
    assert "TALENT_DATABASE__URL=sqlite:///var/demo/talent.db" in told
    assert "2022/yancheng/shortlist.xlsx" in told


@pytest.mark.prefect
@pytest.mark.slow
def test_it_runs_until_it_is_interrupted_and_meets_nothing_of_this_machine(tmp_path: Path) -> None:
    web, out = free_port(), tmp_path / "out"
    said = {
        "PREFECT_API_URL": "http://127.0.0.1:9/api",  # a real server would have its schedules taken away
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://office@127.0.0.1:9/prefect",
        "TALENT_DATABASE__URL": "postgresql://office@127.0.0.1:9/real",
        "TALENT_NOTIFY": "json://127.0.0.1:9/",
    }
    environment = foreign(os.environ) | said
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in said.items()))
    command = [sys.executable, "-P", "-m", "cli", "demo", "--port", str(free_port()), "--web-port", str(web)]
    with out.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=file, stderr=file, start_new_session=True
        )
    try:
        _until(lambda: "按 Ctrl-C 停止" in out.read_text(), out)
        with urlopen(f"http://127.0.0.1:{web}/readyz", timeout=5) as answer:
            assert answer.status == 200
        assert f"打开 http://127.0.0.1:{web}\n" in out.read_text()
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
        with pytest.raises(URLError):
            urlopen(f"http://127.0.0.1:{web}/livez", timeout=5)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _until(true: object, log: Path) -> None:
    assert callable(true)
    end = time.monotonic() + 300
    while not true():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.3)
