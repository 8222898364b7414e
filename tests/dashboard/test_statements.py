"""A page asks the database the same number of questions, however many cities there are."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert

from calendars.deadlines import TZ
from dashboard.serving.site import Site
from models.columns import table_of
from models.database import Database
from models.tables.accounts import Account
from phases.book import BOOK
from settings import Settings
from tests.support.scenes import Scene, calendar
from tests.support.window import ADMIN, BASE, SECRET, Window

PAGES = (
    "/2022/mentor-recommendation",
    "/2022/mentor-recommendation/nanjing",
    "/2022/cities/nanjing",
    "/2022/letters",
    "/2022/letters/1",
    "/2022/log",
    "/2022/pool",
    "/2022/calendar",
)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def seen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:  # noqa: ANN401 - the event's arguments
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", seen)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", seen)


def window(file: Path, cities: int) -> Window:
    """A season of so many cities whose first phase is open, and late in every one of them."""
    database = Database(f"sqlite:///{file}", BOOK)
    scene = Scene.begin(database, calendar(cities))
    for at in ("2021-12-31T09:00", "2022-01-17T09:00"):
        scene.advance(at)
    row = {"name": ADMIN, "shown": ADMIN, "role": "admin", "city": None, "password": "", "made_by": "测试"}
    with database.write() as connection:
        connection.execute(insert(table_of(Account)).values(row | {"made_at": datetime.now(TZ)}))
    morning = datetime(2022, 1, 17, 9, tzinfo=TZ)  # it stands still: with the minute everything is asked anew
    return Window(Site(database, Settings(base_url=BASE), SECRET, wall=lambda: morning))


def test_a_page_of_forty_cities_asks_as_often_as_one_of_two(migrated_sqlite: Path, tmp_path: Path) -> None:
    asked: list[dict[str, int]] = []
    for cities in (2, 40):
        made = window(Path(shutil.copy(migrated_sqlite, tmp_path / f"{cities}.db")), cities)
        browser, found = made.as_(ADMIN), {}
        for address in PAGES:
            with counted(made.database) as statements:
                assert browser.get(address).status_code == 200
            found[address] = len(statements)
        asked.append(found)
        made.database.dispose()
    assert asked[0] == asked[1]


def test_a_page_is_of_one_snapshot(window: Window) -> None:
    """Besides: who is looking, and at which year."""
    begun: list[object] = []
    browser = window.as_(ADMIN)
    event.listen(window.database.engine, "begin", begun.append)
    for address in PAGES:
        begun.clear()
        assert browser.get(address).status_code == 200
        assert (address, len(begun) <= 3) == (address, True)


OF_EACH_SNAPSHOT = ("BEGIN", "SELECT programme_year")
"""A page begins three: who is looking, at which year, and its own, which finds the year for itself."""


def test_a_page_asks_nothing_twice(window: Window) -> None:
    repeated: dict[str, list[str]] = {}
    questions: list[tuple[str, str]] = []

    def seen(_c: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:  # noqa: ANN401 - the event's arguments
        questions.append((" ".join(statement.split()), repr(given)))

    browser = window.as_(ADMIN)
    event.listen(window.database.engine, "before_cursor_execute", seen)
    for address in (*PAGES, "/2022", "/2022/tasks"):
        questions.clear()
        assert browser.get(address).status_code == 200
        twice = {statement for (statement, _), count in Counter(questions).items() if count > 1}
        repeated[address] = sorted(one[:60] for one in twice if not one.startswith(OF_EACH_SNAPSHOT))
    assert repeated == {address: [] for address in repeated}
