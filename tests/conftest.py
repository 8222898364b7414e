from __future__ import annotations

import gc
import os
import shutil
import signal
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic import command
from hypothesis import settings

from models.database import Database
from phases.book import BOOK
from post.collector_pause import leave_out_for_good
from tests import postgres
from tests.support import compiled, memory, shelf
from tests.support import tables_at_once as at_once
from tests.support.kinds import KINDS, spared
from tests.support.originals import MIGRATED, NOTHING, OPENED, PLANTED, RELEASED, SEASON, Originals
from tests.support.scenes import Scene, calendar, watched
from tests.support.shelf import Shelf

if TYPE_CHECKING:
    from tests.support.prefect_server import Server
    from tests.support.site import Site
    from tests.support.window import Window

SERVER: pytest.StashKey[Server] = pytest.StashKey()
"""The worker's Prefect server, as soon as a test has asked for one."""

settings.register_profile("untimed", deadline=None)  # a loaded machine is no finding; benchmarks measure
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Keep folders in memory and what is compiled, read zones from their package, and give back SIGINT.

    Zones: `deployments/environment.py` says why. SIGINT: a shell takes it from what it runs in the background, and
    Prefect's worker ends by it.
    """
    os.environ.setdefault("PYTHONTZPATH", "")
    zoneinfo.reset_tzpath()
    memory.settle()
    compiled.settle()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Look for garbage no more in what was imported, and in the rest less often: a page makes much, keeps nothing."""
    leave_out_for_good()
    gc.set_threshold(50_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--each-on-both", action="store_true", help="every case of every test on both kinds of database")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Count as slow what first has a season played: half a minute of pages is no part of `make fast`.

    Share the cases of a test out between the kinds of database (decision 3).

    What waits for Prefect comes first and what is slow next, so that no worker is left alone with it at the end.
    """
    for item in items:
        if {"season_file", "season_url", "planted_url"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker(pytest.mark.slow)
    if not config.getoption("--each-on-both"):
        left = {id(item) for item in spared(items)}
        config.hook.pytest_deselected(items=[item for item in items if id(item) in left])
        items[:] = [item for item in items if id(item) not in left]
    items.sort(key=lambda item: (item.get_closest_marker("prefect") is None, item.get_closest_marker("slow") is None))


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what is made once a run: that of all workers, where there are several."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


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
def sqlite_originals(kept: Path) -> Originals:
    return Originals(kept)


@pytest.fixture(scope="session")
def postgresql_originals(kept: Path, postgres_address: str) -> Originals:
    return Originals(kept, postgres_address)


@pytest.fixture(scope="session")
def migrated_sqlite(sqlite_originals: Originals) -> Path:
    """A migrated database file that the databases of the tests are copied from."""
    return sqlite_originals.file(MIGRATED)


@pytest.fixture
def tables_at_once(migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of a new file are made in one go, as they were migrated."""
    monkeypatch.setattr(command, "upgrade", at_once.upgrading(migrated_sqlite))


@pytest.fixture(scope="session")
def season_file(sqlite_originals: Originals) -> Path:
    """The database file of a season that was played once, with an account for each role and each city."""
    return sqlite_originals.file(SEASON)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The two kinds of database that everything must hold on."""
    return str(request.param)


@pytest.fixture
def originals(kind: str, request: pytest.FixtureRequest) -> Originals:
    """What databases of this kind are copied from."""
    found: Originals = request.getfixturevalue(f"{kind}_originals")
    return found


@pytest.fixture
def empty_database_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database without a table."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with request.getfixturevalue("originals").copy(NOTHING, tmp_path) as url:
        yield url


@pytest.fixture
def database_url(originals: Originals, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database without a row; beside a `scene`, with its year."""
    with originals.copy(OPENED if "scene" in request.fixturenames else MIGRATED, tmp_path) as url:
        yield url


@pytest.fixture
def season_url(originals: Originals, tmp_path: Path) -> Iterator[str]:
    """A copy of the season."""
    with originals.copy(SEASON, tmp_path) as url:
        yield url


@pytest.fixture
def planted_url(originals: Originals, tmp_path: Path) -> Iterator[str]:
    """A copy of the season with a canary in everything of everybody's."""
    with originals.copy(PLANTED, tmp_path) as url:
        yield url


@pytest.fixture
def released_url(originals: Originals, tmp_path: Path) -> Iterator[str]:
    """A copy of what an earlier release left, brought to today's tables."""
    with originals.copy(RELEASED, tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Server]:
    """One Prefect server for every test that needs one."""
    from tests.support.prefect_server import serving

    with serving(tmp_path_factory.mktemp("prefect")) as server:
        pytestconfig.stash[SERVER] = server
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Stop that server where the next test needs none: while it waits it takes two seconds of processor a minute."""
    yield
    server = item.config.stash.get(SERVER, None)
    if server is not None and nextitem is not None and nextitem.get_closest_marker("prefect") is None:
        server.stop()


@pytest.fixture
def site(prefect_server: Server, migrated_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """A folder where flows run, with a migrated database of its own, on that server."""
    from tests.support.site import Site

    prefect_server.begin()
    shutil.copy(migrated_sqlite, tmp_path / "talent.db")
    with Site(prefect_server, tmp_path).entered() as site:
        yield site


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, BOOK)
    yield opened
    opened.dispose()


@pytest.fixture
def scene(database: Database, originals: Originals) -> Scene:
    """The year 2022, just opened, as a rehearsal."""
    return Scene(watched(database), calendar(), originals)


@pytest.fixture(scope="session")
def sqlite_shelf(sqlite_originals: Originals) -> Shelf:
    return shelf.shelf(sqlite_originals)


@pytest.fixture(scope="session")
def postgresql_shelf(postgresql_originals: Originals) -> Shelf:
    return shelf.shelf(postgresql_originals)


@pytest.fixture
def played(kind: str, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Scene]]:
    """From an instant of the shelf's marks to a season of one's own as it stood then."""
    shelved: Shelf = request.getfixturevalue(f"{kind}_shelf")
    opened: list[Database] = []

    def begin(mark: str) -> Scene:
        opened.append(Database(shelved.copy(shelved.kept[mark]), BOOK))
        return Scene(opened[-1], calendar())

    yield begin
    for database in opened:
        database.dispose()
        shelf.discard(database.url)


@pytest.fixture
def second_database(originals: Originals, tmp_path: Path) -> Iterator[Database]:
    """Another migrated one of the same kind, to compare with."""
    (tmp_path / "second").mkdir()
    with originals.copy(MIGRATED, tmp_path / "second") as url:
        opened = Database(url, BOOK)
        yield opened
        opened.dispose()


@pytest.fixture
def window(season_url: str, tmp_path: Path) -> Iterator[Window]:
    """A copy of the season for this test alone; on both databases where it sends something."""
    yield from _window(season_url, tmp_path)


@pytest.fixture
def planted(planted_url: str, tmp_path: Path) -> Iterator[Window]:
    """The same with the canaries, where nobody has been yet: for who sends something."""
    yield from _window(planted_url, tmp_path)


def _window(url: str, folder: Path) -> Iterator[Window]:
    from tests.support.window import a_window

    made = a_window(url, folder)
    yield made
    made.database.dispose()
