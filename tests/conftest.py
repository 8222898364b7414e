from __future__ import annotations

import os
import shutil
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import settings

from models import migrate
from models.database import Database
from phases.book import BOOK
from tests import postgres
from tests.support import memory, shelf
from tests.support.scenes import Scene, calendar
from tests.support.shelf import Shelf

if TYPE_CHECKING:
    from tests.support.prefect_server import Server
    from tests.support.site import Site
    from tests.support.window import Window

settings.register_profile("untimed", deadline=None)  # a loaded machine is no finding; benchmarks measure
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Keep folders in memory, and give back SIGINT.

    A shell takes it from what it runs in the background, and Prefect's worker ends by it.
    """
    memory.settle()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count as slow what first has a season played: half a minute of pages is no part of `make fast`."""
    for item in items:
        if {"season_file", "season_url"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker(pytest.mark.slow)


def _make(address: str, name: str, template: str) -> str:
    """A database of that name on the server; its URL."""
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return sa.make_url(address).set(database=name).render_as_string(hide_password=False)


def _drop(address: str, name: str) -> None:
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _migrate(url: str) -> None:
    from models.database import Database
    from models.migrate import upgrade

    database = Database(url, BOOK)
    try:
        upgrade(database)
    finally:
        database.dispose()


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """The maintenance database of a server to make databases on, started here where none is given."""
    with ExitStack() as stack:
        address = os.environ.get(postgres.ADDRESS)
        if address is None:
            try:
                address = stack.enter_context(postgres.server())
            except postgres.NoServer:
                if os.environ.get("CI"):
                    raise
                pytest.skip("本机没有 PostgreSQL 服务器程序（Debian：apt-get install postgresql），只测 SQLite")
        yield address


@pytest.fixture(scope="session")
def migrated_postgres(postgres_address: str) -> Iterator[str]:
    """The name of a migrated database that the databases of the tests are copied from."""
    name = f"template_{uuid.uuid4().hex}"
    _migrate(_make(postgres_address, name, "template0"))
    yield name
    _drop(postgres_address, name)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file that the databases of the tests are copied from."""
    path = tmp_path_factory.mktemp("template") / "talent.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """The two kinds of database that everything must hold on."""
    return str(request.param)


@pytest.fixture
def empty_database_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database without a table."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    yield from _copy(request.getfixturevalue("postgres_address"), "template0")


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database without a row."""
    if kind == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_sqlite'), tmp_path / 'talent.db')}"
        return
    yield from _copy(request.getfixturevalue("postgres_address"), request.getfixturevalue("migrated_postgres"))


@pytest.fixture(scope="session")
def season_file(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database file of a season that was played once, with an account for each role and each city."""
    path = Path(shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("season") / "talent.db"))
    _play(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def season_postgres(postgres_address: str, migrated_postgres: str) -> Iterator[str]:
    """The name of a database with the same season."""
    name = f"season_{uuid.uuid4().hex}"
    _play(_make(postgres_address, name, migrated_postgres))
    yield name
    _drop(postgres_address, name)


def _play(url: str) -> None:
    from models.database import Database
    from tests.support.window import play_season

    database = Database(url, BOOK)
    try:
        play_season(database)
    finally:
        database.dispose()


@pytest.fixture
def season_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A copy of that season."""
    if kind == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('season_file'), tmp_path / 'talent.db')}"
        return
    yield from _copy(request.getfixturevalue("postgres_address"), request.getfixturevalue("season_postgres"))


def _copy(address: str, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    yield _make(address, name, template)
    _drop(address, name)


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One Prefect server for every test that needs one."""
    from tests.support.prefect_server import serving

    with serving(tmp_path_factory.mktemp("prefect")) as server:
        yield server


@pytest.fixture
def site(prefect_server: Server, migrated_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """A folder where flows run, with a migrated database of its own, on that server."""
    from tests.support.site import Site

    shutil.copy(migrated_sqlite, tmp_path / "talent.db")
    with Site(prefect_server, tmp_path).entered() as site:
        yield site


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, BOOK)
    yield opened
    opened.dispose()


@pytest.fixture
def scene(database: Database) -> Scene:
    """The year 2022, just opened, as a rehearsal."""
    return Scene.begin(database)


@pytest.fixture(scope="session")
def sqlite_shelf(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path_factory.mktemp('shelf') / 'played.db')}"
    return shelf.play(url, shelf.copy_file)


@pytest.fixture(scope="session")
def postgresql_shelf(postgres_address: str, migrated_postgres: str) -> Shelf:
    template = postgres_address.rpartition("/")[0] + f"/{migrated_postgres}"
    return shelf.play(shelf.copy_on_server(template), shelf.copy_on_server)


@pytest.fixture
def played(kind: str, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Scene]]:
    """From an instant of the shelf's marks to a season of one's own as it stood then."""
    kept: Shelf = request.getfixturevalue(f"{kind}_shelf")
    opened: list[Database] = []

    def begin(mark: str) -> Scene:
        opened.append(Database(kept.copy(kept.kept[mark]), BOOK))
        return Scene(opened[-1], calendar())

    yield begin
    for database in opened:
        database.dispose()


@pytest.fixture
def second_database(empty_database_url: str) -> Iterator[Database]:
    """Another one of the same kind, to compare with."""
    opened = Database(empty_database_url, BOOK)
    migrate.upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def window(season_url: str, tmp_path: Path) -> Iterator[Window]:
    """A copy of the season for this test alone; on both databases where it sends something."""
    from tests.support.window import a_window

    made = a_window(season_url, tmp_path)
    yield made
    made.database.dispose()
