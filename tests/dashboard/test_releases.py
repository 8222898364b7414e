"""Pages of the seasons that every release left at stages of the year."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models import migrate
from models.database import Database
from models.open_years import set_clock
from phases.book import BOOK
from tests.support import released
from tests.support.released import STAGES
from tests.support.scenes import instant
from tests.support.window import ADMIN, YEAR, Window, a_window, give_accounts

pytestmark = pytest.mark.slow

PAGES = ("", "/log", "/letters", "/calendar", "/tasks", "/exports", "/{phase}", "/{phase}/yancheng")


@pytest.fixture
def window(release: str, stage: str, tmp_path: Path) -> Iterator[Window]:
    url = f"sqlite:///{tmp_path / 'left.db'}"
    released.fill(url, released.left(release, stage))
    database = Database(url, BOOK)
    migrate.upgrade(database)
    give_accounts(database)
    with database.write(YEAR) as connection:
        set_clock(connection, YEAR, instant(STAGES[stage]))
    database.dispose()
    made = a_window(url, tmp_path)
    yield made
    made.database.dispose()


@pytest.mark.parametrize(
    ("release", "stage"), [(release, stage) for release in released.releases() for stage in STAGES]
)
def test_its_pages_are_shown(window: Window, release: str, stage: str) -> None:  # noqa: ARG001 -- asked by the window
    admin, phases = window.as_(ADMIN), [phase.slug for phase in window.site.year(YEAR).year.phases]
    pages = dict.fromkeys(page.format(phase=phase) for page in PAGES for phase in phases)
    answers = {page: admin.get(f"/{YEAR}{page}").status_code for page in pages}
    assert {page: status for page, status in answers.items() if status != 200} == {}
    assert window.as_("yancheng").get(f"/{YEAR}/cities/yancheng").status_code == 200
