from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prefect_server import Server, serving
from tests.site import Site


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One Prefect server for all of these tests."""
    with serving(tmp_path_factory.mktemp("prefect")) as server:
        yield server


@pytest.fixture
def site(server: Server, migrated_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """A folder where runs work, with a database of its own, on that server."""
    shutil.copy(migrated_sqlite, tmp_path / "talent.db")
    with Site(server, tmp_path).entered() as site:
        yield site
