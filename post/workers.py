"""Proof that a worker lives: a lock that the system itself takes away with the worker's process.

On SQLite it is a file lock beside the database, on PostgreSQL an advisory lock of a session of its own. A stopped
(SIGSTOP) or slow worker keeps it; a killed one has lost it, however little time has passed. Both are of one machine or
one server: a database file on a network share, or a pooler that lends sessions out by transaction, breaks the promise.

A session can be cut off from a worker that goes on. So on Linux a worker of PostgreSQL also holds a name in its
machine's network namespace (an abstract socket), which goes with its process and nothing else: another one in the same
namespace of the same boot finds the name free once it is dead, and need not wait for the lease; while it finds the name
taken the worker lives, and is not given up however long it says nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import socket
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from models.database import Database

FOLDER = "workers"
KEY = 8
"""Bytes by which a worker is told from all others; on PostgreSQL as many follow that tell where it runs."""

Life = Literal["ended", "alive", "untold"]
"""What is seen of a worker's process from here: `untold` where nothing can be seen."""


class Worker:
    """One run of the post. `token` is what it claims letters with; `holds` tells whether its lock is still its own."""

    def __init__(self, token: str, holds: Callable[[], bool]) -> None:
        self.token, self.holds = token, holds


@contextmanager
def at_work(database: Database) -> Iterator[Worker]:
    """Give a worker whose token is locked until the block, or the process, ends."""
    token = secrets.token_hex(KEY)
    if database.embedded:
        with _file_lock(database, token) as holds:
            yield Worker(token, holds)
        return
    named = token + _place()
    with _session_lock(database, token) as holds, _name(named) as is_named:
        yield Worker(named if is_named else token, holds)


def gone(database: Database, tokens: Collection[str]) -> frozenset[str]:
    """Give those of these tokens that no living process holds."""
    return (_without_file_lock if database.embedded else _without_session_lock)(database, tokens)


def life(token: str) -> Life:
    """Tell what is seen from here of the process of a worker of PostgreSQL."""
    if not token[2 * KEY :] or token[2 * KEY :] != _place():
        return "untold"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as caller:
        try:
            caller.connect(_address(token))
        except ConnectionRefusedError:
            return "ended"
        except OSError:
            return "untold"
    return "alive"


@cache
def _place() -> str:
    """Tell this boot and network namespace from any other; "" where there are no abstract sockets."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = Path("/proc/self/ns/net").stat()
    except OSError:
        return ""
    return hashlib.sha256(f"{boot}/{space.st_dev}/{space.st_ino}".encode()).hexdigest()[: 2 * KEY]


@contextmanager
def _name(token: str) -> Iterator[bool]:
    """Hold the name, and give whether that could be done; never where there are no such names."""
    if not token[2 * KEY :]:
        yield False
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as holder:
        try:
            holder.bind(_address(token))
        except OSError:
            yield False
            return
        yield True


def _address(token: str) -> str:
    return f"\0talent-calendar/{token}"


def _path(database: Database, token: str) -> Path:
    return Path(make_url(database.url).database or "").absolute().parent / FOLDER / token


@contextmanager
def _file_lock(database: Database, token: str) -> Iterator[Callable[[], bool]]:
    path = _path(database, token)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield lambda: True  # nothing but the end of the process takes it away
        path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _without_file_lock(database: Database, tokens: Collection[str]) -> frozenset[str]:
    return frozenset(token for token in tokens if _let_go(_path(database, token)))


def _let_go(path: Path) -> bool:
    """Tell whether the lock is free; what a dead worker left behind is cleared away."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


@contextmanager
def _session_lock(database: Database, token: str) -> Iterator[Callable[[], bool]]:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(select(func.pg_advisory_lock(_number(token))))

        def holds() -> bool:
            with suppress(SQLAlchemyError):
                return connection.execute(select(1)).scalar() == 1
            return False

        try:
            yield holds
        finally:
            try:
                connection.execute(select(func.pg_advisory_unlock(_number(token))))
            except SQLAlchemyError:
                connection.invalidate()  # a session that went back to the pool alive would keep the lock


def _without_session_lock(database: Database, tokens: Collection[str]) -> frozenset[str]:
    with database.read() as connection:
        free = {token: select(func.pg_try_advisory_xact_lock(_number(token))) for token in tokens}
        return frozenset(token for token, query in free.items() if connection.execute(query).scalar())


def _number(token: str) -> int:
    """The token as PostgreSQL wants it: a signed integer of 64 bits."""
    return int.from_bytes(bytes.fromhex(token[: 2 * KEY]), signed=True)
