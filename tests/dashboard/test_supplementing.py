"""What a city files of somebody with a day of his own after its midterm passed: named on its pages, loaded there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import html5lib  # type: ignore[import-untyped]
import pytest

from acts.extend_person import extend_person
from dashboard.serving.site import Site
from models.database import Database
from phases.book import BOOK
from settings import DashboardSettings, Settings
from tests.dashboard.test_rows import fields
from tests.support import sheets
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp
from tests.support.window import ADMIN, BASE, SECRET, Window, give_accounts

H = "{http://www.w3.org/1999/xhtml}"
MIDTERM, ILL, FILED = "midterm", "3201-2022-0001", "2022-08-20T10:00"
HERE, HOME = f"/{YEAR}/{MIDTERM}/{NANJING}", f"/{YEAR}/cities/{NANJING}"
OWED = f"个人延期的还要补报：{ILL} 须在 2022-09-20（周二）24:00 前（剩 "


@pytest.fixture
def scene(database_url: str) -> Iterator[Scene]:
    database = Database(database_url, BOOK)
    yield Scene.begin(database)
    database.dispose()


def window(scene: Scene, folder: Path, at: str) -> Window:
    settings = Settings(base_url=BASE, maildir=folder / "mail", dashboard=DashboardSettings(totp=False))
    return Window(Site(scene.database, settings, SECRET, wall=lambda: instant(at)))


def waits(window: Window) -> tuple[str, str]:
    """What stands above the matrix, in words, and the number beside 待办 on another page."""
    admin = window.as_(ADMIN)
    row = html5lib.parse(admin.get(f"/{YEAR}").text).find(f".//{H}ul[@class='hands']")
    badge = re.search(r'<span class="badge">(\d+)<', admin.get(f"/{YEAR}/calendar").text)
    return "".join(row.itertext()) if row is not None else "", badge[1] if badge else "0"


def test_who_was_left_out_is_named_and_filed_on_the_citys_pages(scene: Scene, tmp_path: Path) -> None:
    scene.through("meeting", NANJING)
    asked = (scene.database, YEAR, MIDTERM, NANJING, ILL, stamp("2022-08-10T10:00"))
    assert extend_person(*asked, until=date(2022, 9, 20), reason="个人原因").done
    scene.load(MIDTERM, NANJING, sheets.midterm(sheets.students(scene.city(NANJING))[1:2]), FILED)
    assert scene.submit(MIDTERM, NANJING, FILED).done
    give_accounts(scene.database)
    late = window(scene, tmp_path, "2022-09-21T00:00").as_(NANJING)
    assert ("补报" in late.get(HERE).text, 'type="file"' in late.get(HERE).text) == (False, False)
    here = window(scene, tmp_path, "2022-09-05T10:00")
    city = here.as_(NANJING)
    assert (OWED in city.get(HOME).text, OWED in city.get(HERE).text) == (True, True)
    page = city.get(f"{HERE}/workbook").text
    ways = (f'action="{HERE}/workbook"', f'"{HERE}/template.xlsx?filled=1"', f'"{HERE}/rows"')
    assert [way in page for way in ways] == [True, True, True]
    assert f'"{HERE}/trial"' not in page
    assert "代该市导入" in here.as_(ADMIN).get(HERE).text
    before = waits(here)
    assert "1 人 个人延期未交齐" in before[0]
    assert ILL in city.get(f"{HERE}/rows").text
    sent = fields(city.get(f"{HERE}/rows").text)
    his = {"reported_on": "2022-07-10", "qualified": "合格", "opinion": "见评语"}
    said = city.submit(f"{HERE}/rows", do="save", **(sent | {f"3.{field}": value for field, value in his.items()}))
    assert said.is_redirect, said.text
    done = city.get(HERE).text
    assert (OWED in done, 'type="file"' in done) == (False, False)
    assert scene.cell(MIDTERM, NANJING).filings == 2
    after = waits(here)
    assert ("个人延期" in after[0], int(before[1]) - int(after[1])) == (False, 1)
