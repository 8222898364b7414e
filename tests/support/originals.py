"""Databases that the tests' own are copied from: made once a run, by whichever worker asks first."""

from __future__ import annotations

import atexit
import fcntl
import pickle
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from models import migrate
from models.database import Database
from phases.book import BOOK

T = TypeVar("T")
NOTHING, MIGRATED, OPENED, SEASON, PLANTED, SIX_EACH = "nothing", "migrated", "opened", "season", "planted", "six-each"
PARTIES, REAL_YEAR, RELEASED = "parties", "real-year", "released"


def _begin(database: Database) -> None:
    from tests.support.scenes import Scene

    Scene.begin(database)


def _play(database: Database) -> None:
    from tests.support.window import play_season

    play_season(database)


def _plant(database: Database) -> None:
    from tests.support.canaries import plant

    plant(database)


def _fund(database: Database) -> None:
    from tests.support.funding import six_each

    six_each(database)


def _file(database: Database) -> None:
    from tests.support.parties_on_file import parties_on_file

    parties_on_file(database)


def _open(database: Database) -> None:
    from tests.support.real_year import real_year

    real_year(database)


def _bring_up(database: Database) -> None:
    from tests.support.released import load

    load(1, database.url)
    migrate.upgrade(database)


MADE: Mapping[str, tuple[str, Callable[[Database], None]]] = {
    MIGRATED: (NOTHING, migrate.upgrade),
    OPENED: (MIGRATED, _begin),
    SEASON: (MIGRATED, _play),
    PLANTED: (SEASON, _plant),
    SIX_EACH: (MIGRATED, _fund),
    PARTIES: (MIGRATED, _file),
    REAL_YEAR: (MIGRATED, _open),
    RELEASED: (NOTHING, _bring_up),
}
"""What each is a copy of, and what is done to it then."""

PLAYED = frozenset({SEASON, RELEASED})
"""Those with rows enough for statements to go by how many there are."""


def filed_through(phase: str, city: str) -> str:
    """The name of a year of which that city has filed every phase up to that one, and nothing else was done."""
    return f"{city} through {phase}"


def _made(name: str) -> tuple[str, Callable[[Database], object]]:
    city, apart, phase = name.partition(" through ")
    if not apart:
        return MADE[name]
    from tests.support.scenes import FILED, Scene, calendar

    before = [*FILED][: [*FILED].index(phase)]

    def file(database: Database) -> None:
        said = Scene(database, calendar()).file(phase, city)
        assert said.done, said

    return filed_through(before[-1], city) if before else OPENED, file


def once(path: Path, make: Callable[[Path], object]) -> Path:
    """Give the path, which `make` has filled; who asks meanwhile waits. What is half made has another name."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            half = path.with_name(f"half.{path.name}")
            make(half)
            half.rename(path)
    return path


def remembered(path: Path, make: Callable[[], T]) -> T:
    """Give what `make` makes, made once a run and kept in that path."""
    found: T = pickle.loads(once(path, lambda half: half.write_bytes(pickle.dumps(make()))).read_bytes())
    return found


def counted(database: Database) -> None:
    """Have PostgreSQL know how many rows there are where, as it finds out by itself within minutes.

    Till then each page costs it four times as much.
    """
    if not database.embedded:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")


def created(address: str, template: str, name: str) -> str:
    """A copy of a database on the server of that address, under a name of its own that begins so; its URL."""
    url = sa.make_url(address).set(database=f"{name}_{uuid.uuid4().hex}")
    _said(address, f'CREATE DATABASE "{url.database}" TEMPLATE "{template}"', by_files=True)
    return url.render_as_string(hide_password=False)


def dropped(url: str) -> None:
    """Take a database from its server, whoever speaks to it."""
    _said(url, f'DROP DATABASE IF EXISTS "{sa.make_url(url).database}" WITH (FORCE)')


def _said(url: str, statement: str, *, by_files: bool = False) -> None:
    """Say it to the server; a copy `by_files` is what it makes before its release 15, and takes half as long."""
    with _server(sa.make_url(url).set(database="postgres")).connect() as connection:
        knows = connection.dialect.server_version_info or ()
        connection.exec_driver_sql(f"{statement} STRATEGY FILE_COPY" if by_files and knows >= (15,) else statement)


@cache
def _server(url: sa.URL) -> sa.Engine:
    """Who speaks to a server all through the run: a session that begins costs as much as a copy of a database."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    atexit.register(engine.dispose)
    return engine


@dataclass(frozen=True)
class Originals:
    """Those of one kind of database: files in a folder, or databases on a server, which is thrown away after the run.

    The folder is common to all workers of the run.
    """

    folder: Path
    server: str | None = None

    def file(self, name: str) -> Path:
        """The file of an original; on a server it holds the database's name."""
        if self.server is None:
            return once(self.folder / f"{name}.db", lambda path: self._fill(name, path))
        at = sa.make_url(self.server).port  # without one for all, each worker has its own
        return once(self.folder / f"{name}.{at}", lambda path: self._create(name, path))

    @contextmanager
    def copy(self, name: str, folder: Path) -> Iterator[str]:
        """A copy for one test; its URL."""
        if self.server is None:
            yield f"sqlite:///{shutil.copy(self.file(name), folder / 'talent.db')}"
            return
        url = created(self.server, self.on_server(name), "test")
        try:
            yield url
        finally:
            dropped(url)

    def put(self, name: str, database: Database) -> None:
        """Have a test's own database, which nobody else has open, go on as that one."""
        database.dispose()
        if self.server is None:
            assert database.file is not None
            shutil.copy(self.file(name), database.file)
            return
        url = sa.make_url(database.url)
        dropped(database.url)
        _said(self.server, f'CREATE DATABASE "{url.database}" TEMPLATE "{self.on_server(name)}"', by_files=True)

    def on_server(self, name: str) -> str:
        """The name of the original there."""
        return "template0" if name == NOTHING else self.file(name).read_text()

    def _fill(self, name: str, path: Path) -> None:
        source, _ = _made(name)
        if source != NOTHING:
            shutil.copy(self.file(source), path)
        self._done(name, f"sqlite:///{path}")

    def _create(self, name: str, path: Path) -> None:
        assert self.server is not None
        url = created(self.server, self.on_server(_made(name)[0]), name.replace(" ", "_"))
        self._done(name, url)
        path.write_text(str(sa.make_url(url).database))

    @staticmethod
    def _done(name: str, url: str) -> None:
        database = Database(url, BOOK)
        try:
            _made(name)[1](database)
            if name in PLAYED:
                counted(database)
        finally:
            database.dispose()
