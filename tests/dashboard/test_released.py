"""Pages of a year that an earlier release opened, with a phase and rules that this one no longer has, lacking one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from calendars.deadlines import TZ
from dashboard.serving.app import make_app
from models import migrate
from models.database import Database
from models.open_years import set_clock
from phases.book import BOOK
from phases.year_end import DIMENSIONS
from tests.support import released, routes
from tests.support.originals import once
from tests.support.routes import Walk, starts, walk
from tests.support.window import ADMIN, VIEWER, YEAR, Window, a_window, copied, give_accounts

pytestmark = pytest.mark.slow

GONE = {
    "[phases.application]": "[phases.registration]",
    '["application"]': '["registration"]',
    "'application'": "'registration'",
    '"phase": "application"': '"phase": "registration"',
    "applications.rank": "applications.gone",
    "mentors.standing": "mentors.gone",
}
"""What the release of then had and this one has not, by what stands for it in the dump."""

TAKEN_IN = {
    '"综合能力", "英语交流能力"]': "]",
}
"""What the release of then let a year file say and this one does not, by what the file says."""

LEFT = datetime(2022, 2, 7, 9, 30, tzinfo=TZ)
RETURNED = "2022-01-19T13:00"
"""When Changzhou's applications lie returned, for a rule that is no more."""


def of_another_release(dump: str) -> str:
    """The dump of a year with a phase that this release does not know, and without one that it does."""
    for ours, theirs in (GONE | TAKEN_IN).items():
        assert ours in dump
        dump = dump.replace(ours, theirs)
    dump = re.sub(r"(?s)\[phases\.cultivation\].*?(?=\[phases)", "", dump, count=1)
    return re.sub(r"(?m)^INSERT INTO \"city_phase\" VALUES\(\d+,2022,'cultivation',.*\n", "", dump)


def take_over(url: str) -> None:
    """Bring what that one left to this release."""
    released.load(1, url, of_another_release(released.dump(1)))
    database = Database(url, BOOK)
    migrate.upgrade(database)
    give_accounts(database)
    with database.write(YEAR) as connection:
        set_clock(connection, YEAR, LEFT)
    database.dispose()


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Window]:
    """The window of this release on it."""
    made = a_window(url, folder)
    yield made
    made.database.dispose()


@pytest.fixture
def window(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    monkeypatch.setitem(routes.SHARED, "phase", ("mentor-recommendation", "registration", "shortlist"))
    file = once(kept / "another-release.db", lambda path: take_over(f"sqlite:///{path}"))
    with opened(copied(file, tmp_path), tmp_path) as made:
        yield made


def visited(window: Window, name: str) -> Walk:
    """Everywhere that somebody may look, now and when a rule that is no more refused."""
    app = make_app(window.site)
    found = [
        route for route in routes.routes(app) if not routes.unsafe(route) and not {*routes.named(route)} & routes.SECRET
    ]
    made = [address for route in found for address in routes.addresses(window, route, "changzhou")]
    return walk(
        window.as_(name), [*starts(window, app, "changzhou"), *made, *(f"{one}?as_of={RETURNED}" for one in made)]
    )


@pytest.mark.parametrize("name", [ADMIN, VIEWER, "changzhou"])
def test_every_page_shows_what_is_stored(window: Window, name: str) -> None:
    answers = visited(window, name).answers
    assert [address for address, answer in answers.items() if answer.status_code >= 500] == []
    assert answers["/2022/registration/changzhou"].status_code == 200
    assert "applications.gone" in answers["/2022/exports/findings.csv"].text


def test_its_calendar_is_revised_on_the_page(empty_database_url: str, tmp_path: Path) -> None:
    take_over(empty_database_url)
    with opened(empty_database_url, tmp_path) as window:
        admin = window.as_(ADMIN)
        shown = admin.submit("/2022/acts/amend/preview", **{"due:midterm": "2022-09-02"}, reason="通知")
    assert (shown.status_code, "<td>调整</td><td>中期评价：截止</td>" in shown.text) == (200, True)


def test_an_evaluation_of_fewer_dimensions_is_shown(window: Window) -> None:
    year = window.site.year(YEAR).year
    (sheet,) = BOOK.form("evaluation", year).sheets
    named = ["科学兴趣", "学科基础知识", "创新及科研潜质"]
    assert [column.label for column in sheet.columns if column.field in DIMENSIONS.fields(year)] == named
    assert window.as_(ADMIN).get("/2022/acts/evaluate?city=changzhou").status_code == 200
    assert window.as_(ADMIN).get("/2022/evaluation/changzhou/template.xlsx").status_code == 200
