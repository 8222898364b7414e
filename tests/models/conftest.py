from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.database import Database
from phases.book import BOOK
from tests.scenes import Scene


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, BOOK)
    yield opened
    opened.dispose()


@pytest.fixture
def scene(database: Database) -> Scene:
    """The year 2022, just opened, as a rehearsal."""
    return Scene.begin(database)
