"""Who runs on a database is told apart from who only uses it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from psycopg import Connection
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from deployments import household, up
from deployments.children import Child
from deployments.house import House
from models import sole_runner
from models.database import Database
from models.sole_runner import RunsElsewhere, sole

HOLDERS = """FROM pg_locks WHERE locktype = 'advisory'
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

on_postgresql = pytest.mark.parametrize("kind", ["postgresql"])


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sole_runner, "LEAVING_SECONDS", 0.2)


def test_one_at_a_time_runs_on_a_database_whatever_its_folder(database: Database) -> None:
    other = Database(database.url, database.book)
    with sole(database) as hold:
        hold()
        with pytest.raises(RunsElsewhere, match="另一个 talent up 已在用这个数据库"), sole(other):
            pass
        with other.read() as connection:  # it may be used all the same
            assert connection.closed is False
        other.dispose()
    with sole(other):
        pass


def _restarted(database: Database) -> None:
    """End the session that holds the lock, as a restart of the server does."""
    with database.write() as connection:
        assert len(connection.execute(text(f"SELECT pg_terminate_backend(pid, 5000) {HOLDERS}")).all()) == 1


@on_postgresql
def test_it_is_alone_again_after_the_server_was_restarted(database: Database) -> None:
    other = Database(database.url, database.book)
    with sole(database) as hold:
        _restarted(other)
        hold()
        with pytest.raises(RunsElsewhere), sole(other):
            pass
    with sole(other):
        pass


@on_postgresql
def test_it_hears_that_another_came_in_meanwhile(database: Database) -> None:
    other = Database(database.url, database.book)
    with sole(database) as hold:
        _restarted(other)
        with sole(other), pytest.raises(RunsElsewhere):
            hold()
        hold()  # the other ended


@on_postgresql
def test_its_own_session_that_was_cut_off_stands_in_nobodys_way(database: Database) -> None:
    """The server hears of a machine that was cut off after a minute; until then the lock is still that session's."""
    sessions, own = list[Connection[object]](), Database(database.url, database.book)
    event.listen(own.engine, "connect", lambda made, _: sessions.append(made))
    with sole(own) as hold:
        line, (here, there) = sessions[0].fileno(), socket.socketpair()
        with socket.socket(fileno=os.dup(line)), here, there:  # open on the server's side
            os.dup2(here.fileno(), line)
            there.shutdown(socket.SHUT_RDWR)
            hold()
    assert len(sessions) == 2


@pytest.mark.parametrize("kind", ["sqlite"])
def test_whoever_runs_ends_where_another_came_in(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, asked = list[str](), iter((OperationalError("", {}, Exception()), RunsElsewhere()))

    def hold() -> None:
        raise next(asked)

    monkeypatch.setattr(household, "HOLD_SECONDS", 0.01)
    monkeypatch.setattr(up, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(Child, "keep", lambda _: False)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(RunsElsewhere):
        up.run(House(tmp_path, 9, "127.0.0.1", 9, {}), database, said.append, hold=hold)
    assert (said, list(asked)) == (["已停止。"], [])
