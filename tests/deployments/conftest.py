from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from acts.on_paper import NOTHING, Paper
from acts.open_year import open_year
from calendars.files import load
from models.database import Database
from models.stamp import Stamp
from phases.book import BOOK


@pytest.fixture
def office(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder with nothing but a database in it, where the year 2022 is under way."""
    (tmp_path / "var").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "var" / "talent.db")
    database, now = Database(f"sqlite:///{tmp_path}/var/talent.db", BOOK), datetime.now(UTC)
    open_year(database, load(2022), Stamp("省办", now, now), paper=Paper(NOTHING, "试验"))
    yield tmp_path
    database.dispose()
