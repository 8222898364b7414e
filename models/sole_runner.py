"""One at a time may run on a database, in whatever folder and on whatever machine: a lock that ends with its holder."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, RowMapping

    from models.database import Database

LOCK = 0x74616C656E74
LEAVING_SECONDS = 2.0
"""How long whoever was just killed is waited for."""

_LOCK = text(f"SELECT pg_try_advisory_lock({LOCK})")
_OWN = text("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :pid AND backend_start = :backend_start"
)
KEPT_ALIVE = ("SET tcp_keepalives_idle = 20", "SET tcp_keepalives_interval = 10", "SET tcp_keepalives_count = 3")


class RunsElsewhere(TalentError):
    """另一个 talent up 已在用这个数据库运行（另一个目录，或另一台机器）；请先停掉它，或用 --db 换一个数据库。"""


@contextmanager
def sole(database: Database) -> Iterator[Callable[[], None]]:
    """Be the only one that runs on a database, and close it at the end. Raise RunsElsewhere.

    The system takes the lock away with its holder; of one whose machine is cut off PostgreSQL hears within a minute.
    What is given takes the lock again where the server lost it, as after its restart: it is to be called again and
    again, by one thread, and raises RunsElsewhere where another has it by then, SQLAlchemyError while nobody can tell.
    """
    with _locked_file(database) if database.embedded else _locked_server(database) as hold:
        yield hold


@contextmanager
def _locked_file(database: Database) -> Iterator[Callable[[], None]]:
    database.make()
    assert database.file is not None
    handle = os.open(database.file, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunsElsewhere from None
        yield lambda: None  # as long as the handle is open nothing takes it away
    finally:
        database.dispose()  # first: closing any handle of the file takes away this process's other locks on it
        os.close(handle)


@contextmanager
def _locked_server(database: Database) -> Iterator[Callable[[], None]]:
    session = _LockSession(database)
    try:
        session.hold()
        yield session.hold
    finally:
        session.end()
        database.dispose()


class _LockSession:
    """The session of PostgreSQL that has the lock; another one where the server ended it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._own: RowMapping | None = None

    def hold(self) -> None:
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
            except SQLAlchemyError:
                self.end()
            else:
                return
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection = connection
        try:
            self._take(connection)
        except BaseException:
            self.end()
            raise

    def _take(self, connection: Connection) -> None:
        for setting in KEPT_ALIVE:
            connection.execute(text(setting))
        if self._own is not None:  # of which the server may not have heard that its other end is gone
            connection.execute(_END, dict(self._own))
        until = time.monotonic() + LEAVING_SECONDS
        while not connection.execute(_LOCK).scalar():
            if time.monotonic() > until:
                raise RunsElsewhere
            time.sleep(0.1)
        self._own = connection.execute(_OWN).mappings().one()

    def end(self) -> None:
        """Close the session itself: in the pool it would keep the lock."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.invalidate()
            self._connection.close()
            self._connection = None
