"""The database, embedded or real: transactions that lose no update and let no two writers of a year pass each other.

On SQLite a writing transaction begins with `BEGIN IMMEDIATE`: one writer at a time, by the file's own lock. On
PostgreSQL it locks the year's row first, which comes to the same; what touches all years locks them all first, so that
everybody locks years before letters. Readers see one snapshot on both.

Within a process writers wait for one another before they take a connection: however many there are, one of them at most
waits in the database, and readers find a connection free. On PostgreSQL that is one for each year; who writes what
belongs to no year waits there for single rows. Docs: docs/decisions/0028-when-it-came-in.md.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError  # noqa: A004 -- no connection of the pool came free

from calendars.errors import TalentError
from models.contact_keys import PlayedContactKeys
from models.key_file import PlayedKeys
from models.one_snapshot import ANSWERS, OneSnapshot
from models.revisions import refuse_newer
from models.sealed import Seals, sealing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from models.contact_keys import ContactKeys
    from models.key_file import MatchingKeys
    from phases.book import Book

Which = int | Literal["every"] | None
"""The year that is written, every year (what they share), or none."""

TURN_SECONDS = 300
"""How long a writer waits in all before it gives up as `Busy`: for its turn in its process, where it holds nothing,
then in the database for another process. So nobody is sent away before those who came after him.
"""

READ_SECONDS = 30
"""How long a reader of SQLite waits where the file is being recovered or moved, before it gives up as `Busy`."""

ROW_SECONDS = 2
"""How long the holder of a year waits for a single row that something else has locked (PostgreSQL)."""

POOL = {"pool_size": 5, "max_overflow": 45}
"""Connections that are kept, and made besides where more ask at once: as many as a window has threads."""

_PATIENCE = f"PRAGMA busy_timeout={READ_SECONDS * 1000}"
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    _PATIENCE,
    "PRAGMA foreign_keys=ON",
    "PRAGMA synchronous=FULL",
)


_SHARED: ContextVar[tuple[Database, OneSnapshot] | None] = ContextVar("shared", default=None)
"""What the reads of the block that runs share, and of which database; None where each sees a snapshot of its own."""


class Busy(TalentError):
    """数据库正忙（另一项操作尚未完成），请稍后再试。"""


class NotPrepared(TalentError):
    """数据库尚未建表或版本不符；请先运行 talent db upgrade。"""


class NotHeld(Exception):
    """A defect: a year is written in a transaction that did not lock it."""


class Turns:
    """One at a time, first come first served, among the threads of a process; who waits holds no connection."""

    def __init__(self) -> None:
        self._queue: deque[Event] = deque()
        self._changing = Lock()

    @contextmanager
    def mine(self, seconds: float) -> Iterator[None]:
        """Wait so many seconds for one's turn, and keep it to the end of the block; raise `Busy`."""
        called = Event()
        try:
            with self._changing:
                self._queue.append(called)
                self._call()
            if not called.wait(seconds):
                raise Busy
            yield
        finally:
            with self._changing:
                if called in self._queue:
                    self._queue.remove(called)
                self._call()

    def _call(self) -> None:
        if self._queue:
            self._queue[0].set()


class Database:
    """A database by its URL. Connections are made when first needed; `dispose` closes them.

    `book` are the phases that it is made for, `keys` those that children are matched by, of invented people where no
    others are named; every connection of it hands both down (`book_of`, `models.matching_keys.keys_of`). `contact_keys`
    are what its columns of contacts are encrypted with.
    """

    def __init__(
        self, url: str, book: Book, keys: MatchingKeys | None = None, contact_keys: ContactKeys | None = None
    ) -> None:
        self.url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        self.book = book
        self.keys = keys or PlayedKeys()
        self.contact_keys = contact_keys or PlayedContactKeys()
        self.seals = Seals(self.contact_keys, self._rehearsal, self._check)
        self._is_rehearsal: bool | None = None
        self._of_ours = False
        self._turns: dict[Which, Turns] = {}
        self._making = Lock()

    @property
    def embedded(self) -> bool:
        """Whether this is SQLite."""
        return self.url.startswith("sqlite")

    @cached_property
    def engine(self) -> Engine:
        """The SQLAlchemy engine, set up so that the driver's defaults lose nothing."""
        if self.absent:
            raise NotPrepared
        handed = {"talent_book": self.book, "talent_keys": self.keys, "talent_contact_keys": self.contact_keys}
        pinged = {} if self.embedded else {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10}}
        engine = create_engine(make_url(self.url), hide_parameters=True, execution_options=handed, **POOL, **pinged)
        if self.embedded:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _rehearsal(self) -> bool:
        """Whether its years are of invented people; asked once there is a year, apart from whoever is writing."""
        if self._is_rehearsal is None:
            with self.engine.connect() as connection:
                self._is_rehearsal = connection.scalar(text("SELECT rehearsal FROM programme_year LIMIT 1"))
        return bool(self._is_rehearsal)

    def _check(self) -> None:
        """Raise where anything is encrypted under a key that is not there; asked apart from whoever is writing."""
        from models.rewriting import by_key, of_book

        with self.engine.connect() as connection:
            self.seals.check(one.named for one in by_key(connection, of_book(self.book)))

    @property
    def driver_error(self) -> type[Exception]:
        """What the driver itself raises, to whoever speaks to it past SQLAlchemy."""
        error: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        return error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot and changes nothing."""
        shared = self._shared()
        with _speaking(), sealing(self.seals), shared.read() if shared else self._snapshot() as connection:
            yield connection

    @contextmanager
    def one_snapshot(self) -> Iterator[None]:
        """Let the reads of a block see one snapshot together, until it writes: then a new one. Of one thread."""
        shared = OneSnapshot(self._snapshot)
        before = _SHARED.set((self, shared))
        try:
            yield
        finally:
            _SHARED.reset(before)
            shared.end()

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Let each read of a block see a snapshot of its own: for work in steps, in transactions of its own."""
        self.let_go()
        before = _SHARED.set(None)
        try:
            yield
        finally:
            _SHARED.reset(before)

    def let_go(self) -> None:
        """End the snapshot that the reads share, before it is waited for anything; the next read begins another."""
        if shared := self._shared():
            shared.end()

    def _shared(self) -> OneSnapshot | None:
        found = _SHARED.get()
        return found[1] if found and found[0] is self else None

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        level = {} if self.embedded else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.connect().execution_options(**level, **{ANSWERS: {}}) as connection:
            yield connection
            with suppress(SQLAlchemyError):  # what was read is read, even where the connection was lost since
                connection.rollback()

    @contextmanager
    def write(self, year: Which = None, *, patient: bool = True) -> Iterator[Connection]:
        """Give a connection inside a writing transaction; commit at its end, roll back where it raises.

        `year` names the year whose writers exclude one another; "every" excludes those of all years, None nobody. Who
        is not `patient` hears `Busy` at once where another writes.
        """
        until = patience() if patient else monotonic()
        self.let_go()
        self.refuse_newer()
        with (
            _speaking(),
            sealing(self.seals),
            self._turn(year, until),
            self.engine.connect().execution_options(talent_write=until, talent_holds=year) as connection,
            connection.begin(),
        ):
            if not self.embedded:
                connection.execute(text(f"SET LOCAL lock_timeout = {_left(until) or 1}"))
                if year == "every":
                    connection.execute(text("SELECT 1 FROM programme_year ORDER BY year FOR UPDATE"))
                elif year is not None:
                    lock = text("SELECT 1 FROM programme_year WHERE year = :year FOR UPDATE")
                    connection.execute(lock, {"year": year})
                connection.execute(text(f"SET LOCAL lock_timeout = '{ROW_SECONDS}s'"))
            yield connection

    def refuse_newer(self) -> None:
        """Raise `Newer` where a newer program made its tables, into which this one would write what it knows of them.

        Asked once: who brings a database up has nobody else running on it.
        """
        if not self._of_ours:
            with _speaking(), self.engine.connect() as connection:
                refuse_newer(connection)
            self._of_ours = True

    def _turn(self, year: Which, until: float) -> AbstractContextManager[None]:
        """Wait in the process, in order, where the database would let it wait, until that second; raise `Busy`."""
        if year is None and not self.embedded:
            return nullcontext()
        with self._making:
            turns = self._turns.setdefault(None if self.embedded else year, Turns())
        return turns.mine(max(0, until - monotonic()))

    @property
    def absent(self) -> bool:
        """Whether this is an embedded database that nobody has made yet."""
        return self.file is not None and not self.file.is_file()

    @property
    def file(self) -> Path | None:
        """The file of an embedded database, None where it is a server's."""
        return Path(make_url(self.url).database or "") if self.embedded else None

    def make(self) -> None:
        """Make an embedded database's file where there is none, its owner's alone; reading never does."""
        if self.file is not None:
            _private_file(self.file)

    def dispose(self) -> None:
        """Close what is open."""
        if "engine" in self.__dict__:
            self.engine.dispose()


class Within(Database):
    """A database seen from inside one transaction of it: what is written here stands or falls with that one.

    Each `write` of it is a savepoint, so that acts may be done one after another, looked at, and taken back together.
    `holds` is what the transaction was begun for: of another year nothing is written in it.
    """

    def __init__(self, database: Database, connection: Connection, holds: Which = None) -> None:
        super().__init__(database.url, database.book, database.keys, database.contact_keys)
        self.seals = database.seals
        self._connection, self._holds = connection, holds

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give the transaction's own connection, which sees what was written in it."""
        with sealing(self.seals):
            yield self._connection

    @contextmanager
    def write(self, year: Which = None, *, patient: bool = True) -> Iterator[Connection]:  # noqa: ARG002 -- it has its turn
        """Give the transaction's own connection inside a savepoint; raise `NotHeld` for a year it does not hold."""
        if year is not None and self._holds not in ("every", year):
            raise NotHeld(f"{year} in a transaction that holds {self._holds}")
        with sealing(self.seals), self._connection.begin_nested():
            yield self._connection


def book_of(connection: Connection) -> Book:
    """Give the phases that the database of a connection is made for."""
    book: Book = connection.get_execution_options()["talent_book"]
    return book


def _private_file(path: Path) -> None:
    """Make the file before SQLite does, readable by its owner alone: it holds children's data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's own type
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    until: float | None = connection.get_execution_options().get("talent_write")
    if until is None:
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout={_left(until)}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(_PATIENCE)


def patience() -> float:
    """Give until when a writer who begins now waits, by the process's own clock, in seconds."""
    return monotonic() + TURN_SECONDS


def _left(until: float) -> int:
    """The milliseconds until that second of the process's own clock; 0 where it is past."""
    return max(0, round((until - monotonic()) * 1000))


_BUSY = (
    "database is locked", "lock timeout", "LockNotAvailable", "canceling statement due to lock", "DeadlockDetected"
)  # fmt: skip
_UNPREPARED = ("no such table", "no such column", "UndefinedTable", "UndefinedColumn")


def passes(error: Exception) -> bool:
    """Tell whether the same may be done later: another held the database, or the server hung up or was not there.

    No statement is to blame for PostgreSQL's classes 08 and 57P. Whether what was under way was committed is not known.
    """
    state = getattr(error.orig, "sqlstate", "") if isinstance(error, OperationalError) else ""
    return isinstance(error, (Busy, TimeoutError)) or state is None or state.startswith(("08", "57P"))


_FULL = ("disk I/O error", "disk is full", "No space left on device")


def full(error: BaseException) -> bool:
    """Tell whether the disk takes no more, or is broken, whichever driver says it and however."""
    said = getattr(error, "orig", None) or error
    return getattr(said, "sqlstate", None) == "53100" or any(words in str(said) for words in _FULL)


@contextmanager
def _speaking() -> Iterator[None]:
    """Turn what a driver says of a lock or a missing table into words for people."""
    try:
        yield
    except Exception as error:
        said = f"{type(getattr(error, 'orig', None)).__name__}: {error}"
        if isinstance(error, OperationalError) and any(word in said for word in _BUSY):
            raise Busy from error
        if any(word in said for word in _UNPREPARED) and hasattr(error, "orig"):
            raise NotPrepared from error
        raise
