"""One at a time may run on a database, in whatever folder and on whatever machine: a lock that ends with its holder."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.database import Database

LOCK = 0x74616C656E74
LEAVING_SECONDS = 2.0
"""How long whoever was just killed is waited for."""

KEPT_ALIVE = ("SET tcp_keepalives_idle = 20", "SET tcp_keepalives_interval = 10", "SET tcp_keepalives_count = 3")


class RunsElsewhere(TalentError):
    """另一个 talent up 已在用这个数据库运行（另一个目录，或另一台机器）；请先停掉它，或用 --db 换一个数据库。"""


@contextmanager
def sole(database: Database) -> Iterator[None]:
    """Be the only one that runs on a database, and close it at the end. Raise RunsElsewhere.

    The system takes the lock away with its holder; of one whose machine is cut off PostgreSQL hears within a minute.
    """
    with _locked_file(database) if database.embedded else _locked_server(database):
        yield


@contextmanager
def _locked_file(database: Database) -> Iterator[None]:
    database.make()
    assert database.file is not None
    handle = os.open(database.file, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunsElsewhere from None
        yield
    finally:
        database.dispose()  # first: closing any handle of the file takes away this process's other locks on it
        os.close(handle)


@contextmanager
def _locked_server(database: Database) -> Iterator[None]:
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for setting in KEPT_ALIVE:
                connection.execute(text(setting))
            until = time.monotonic() + LEAVING_SECONDS
            while not connection.execute(text(f"SELECT pg_try_advisory_lock({LOCK})")).scalar():
                if time.monotonic() > until:
                    raise RunsElsewhere
                time.sleep(0.1)
            yield
    finally:
        database.dispose()
