from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.database import Database
from phases.book import BOOK
from tests.acts import shelf
from tests.acts.shelf import Shelf
from tests.scenes import Scene, calendar


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
    opened.upgrade()
    yield opened
    opened.dispose()
