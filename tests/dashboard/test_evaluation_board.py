"""年度评价一览 and what is typed and published from it: what scores rest on, totals, ranks over the province."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import insert

from calendars.year import Year
from dashboard.serving.site import Site
from models.columns import table_of
from models.database import Database
from models.tables.accounts import Account
from phases.book import BOOK
from phases.scores import columns
from phases.year_end import DIMENSIONS
from settings import Settings
from tests.dashboard.test_acting import hidden
from tests.support.reading import Read
from tests.support.scenes import NANJING, WUXI, Scene, calendar, instant
from tests.support.window import ADMIN, BASE, PASSWORD, SECRET, VIEWER, Window

AT = "2022-11-21T10:00"
ONE, TWO, OTHER = "3201-2022-0001", "3201-2022-0002", "3202-2022-0001"
SCORES = "/2022/acts/evaluate"


def filed(scene: Scene, city: str) -> None:
    scene.through("midterm", city)
    for form in ("cultivation", "year-end"):
        scene.load(form, city, scene.sheets(form, city), AT)
    assert scene.submit("year-end", city, AT).done


def given(scene: Scene, city: str, *scores: Sequence[int], grade: str = "合格") -> None:
    """Give each student of a city these scores, as many as there are columns."""
    rows = scene.sheets("evaluation", city)["evaluations"]
    points = [dict(zip(DIMENSIONS.fields(scene.year), map(Decimal, one), strict=True)) for one in scores]
    made = [row.model_copy(update={**of, "grade": grade}) for row, of in zip(rows, points, strict=False)]
    assert scene.load("evaluation", city, {"evaluations": made}, AT).done


def served(database: Database, folder: Path) -> Window:
    now = instant("2022-12-05T10:00")
    with database.write() as connection:
        for name, role, city in ((ADMIN, "admin", None), (VIEWER, "viewer", None), (NANJING, "city", NANJING)):
            row = {"name": name, "shown": f"{name} 某", "role": role, "city": city, "password": PASSWORD}
            connection.execute(insert(table_of(Account)).values(row | {"made_by": "测试", "made_at": now}))
    settings = Settings(base_url=BASE, maildir=folder / "mail", letters=folder / "letters")
    return Window(Site(database, settings, SECRET, wall=lambda: now))


def window_of(database_url: str, folder: Path, year: Year, *cities: str) -> tuple[Scene, Window]:
    database = Database(database_url, BOOK)
    scene = Scene.begin(database, year)
    for city in cities:
        filed(scene, city)
    return scene, served(database, folder)


@pytest.fixture
def two_cities(database_url: str, tmp_path: Path) -> Iterator[Window]:
    """Two cities have filed; of Nanjing's students one is the second of the province, one has noughts alone."""
    scene, window = window_of(database_url, tmp_path, calendar(), NANJING, WUXI)
    given(scene, NANJING, [88] * 5, [0] * 5)
    given(scene, WUXI, [95] * 5, [70] * 5)
    yield window
    scene.database.dispose()


@pytest.fixture
def panel(database_url: str, tmp_path: Path) -> Iterator[Window]:
    """A year whose students are scored by two."""
    scene, window = window_of(database_url, tmp_path, calendar(panel=2), NANJING)
    yield window
    scene.database.dispose()


def ranked(page: str) -> list[tuple[str, str]]:
    """Rank and number of each row of a board."""
    tables = (table for table in Read.page(page).tables if table[0][0] == "名次")
    return [(row[0], row[1]) for table in tables for row in table[1:]]


def test_the_board_ranks_over_the_province_whichever_city_is_looked_at(two_cities: Window) -> None:
    admin = two_cities.as_(ADMIN)
    whole = admin.get("/2022/evaluation").text
    assert ranked(whole) == [("1", OTHER), ("2", ONE), ("3", "3202-2022-0002"), ("4", TWO)]
    assert ranked(admin.get("/2022/evaluation?city=nanjing").text) == [("2", ONE), ("4", TWO)]
    assert ("10/10" in whole, "学＊＊" in whole, "学生1" in whole) == (True, True, False)
    assert "! 各项均为 0 分" in whole
    assert two_cities.as_(VIEWER).get("/2022/evaluation").status_code == 200
    assert two_cities.as_(NANJING).get("/2022/evaluation").status_code == 404


def test_what_is_published_is_shown_with_the_rank_that_the_board_has(two_cities: Window) -> None:
    page = two_cities.as_(ADMIN).submit("/2022/acts/evaluate/preview", phase="year-end", city=NANJING, **typed(88)).text
    assert "要保存的评价" in page
    assert ranked(page) == [("2", ONE), ("—", TWO)]
    given(Scene(two_cities.database, calendar()), NANJING, [88] * 5, [61] * 5)
    page = two_cities.as_(ADMIN).submit("/2022/acts/approve/preview", phase="year-end", city=NANJING).text
    assert "要公布的结果" in page
    assert ranked(page) == [("2", ONE), ("4", TWO)]


def typed(*points: int, number: str = ONE, grade: str = "合格") -> dict[str, str]:
    """What the grid sends of one student: of each scorer the same on every dimension."""
    scores = {f"score_{at}": f"{points[(at - 1) // 5]}" for at in range(1, 5 * len(points) + 1)}
    row = {"name": f"学生{int(number[-4:])}", "grade": grade, **scores}
    return {f"rows:{number}:{column}": value for column, value in row.items()}


def test_noughts_that_are_to_be_published_are_said_beside_them(two_cities: Window) -> None:
    given(Scene(two_cities.database, calendar()), NANJING, [88] * 5, [0] * 5, grade="不合格")
    page = two_cities.as_(ADMIN).submit("/2022/acts/approve/preview", phase="year-end", city=NANJING).text
    assert "! 各项均为 0 分" in page


def test_where_scores_are_typed_stands_what_they_rest_on(two_cities: Window) -> None:
    grid = two_cities.as_(ADMIN).get(f"{SCORES}?phase=year-end&city=nanjing").text
    head, first, second = next(table for table in Read.page(grid).tables if table[0][0] == "报名号")
    assert (head[2], head[-1]) == ("评价依据", "已保存的总分")
    assert (first[2], first[-1]) == (
        "材料 4/4，到校 10/10，成长日志 3/3，面谈记录 3/3，中期合格", "88.00，第 2 名",
    )  # fmt: skip
    assert second[-1] == "0.00，第 4 名"


def test_a_panel_is_scored_published_and_exported_scorer_by_scorer(panel: Window) -> None:
    admin, of = panel.as_(ADMIN), {"phase": "year-end", "city": NANJING}
    grid = admin.get(f"{SCORES}?phase=year-end&city=nanjing").text
    assert ('colspan="5">评委2</th>' in grid, 'aria-label="学生1：评委2·科学兴趣"' in grid) == (True, True)
    wrong = admin.submit(f"{SCORES}/preview", **of, **typed(90, 85) | {f"rows:{ONE}:score_6": ""})
    assert "“评委2·科学兴趣”：没有填" in wrong.text
    shown = admin.submit(f"{SCORES}/preview", **of, **typed(90, 85), **typed(80, 100, number=TWO))
    assert [row[1:2] + row[4:5] for row in next(t for t in Read.page(shown.text).tables if t[0][0] == "名次")[1:]] == [
        [TWO, "90.00"], [ONE, "87.50"],
    ]  # fmt: skip
    assert "! 科学兴趣：评委相差 20 分" in shown.text
    assert admin.submit(SCORES, **hidden(shown)).is_redirect
    board = admin.get("/2022/evaluation").text
    assert ("<small>80、100</small>" in board, "87.5<br><small>90、85</small>" in board) == (True, True)
    book = openpyxl.load_workbook(io.BytesIO(admin.get("/2022/evaluation.xlsx").content))
    head, first, *_ = book[book.sheetnames[0]].iter_rows(values_only=True)
    assert head[-10:] == columns(calendar(panel=2))
    assert (first[1], first[9], first[-10:]) == (TWO, 90, (*[80] * 5, *[100] * 5))
    published = admin.submit("/2022/acts/approve/preview", **of).text
    assert "! 科学兴趣：评委相差 20 分" in published
