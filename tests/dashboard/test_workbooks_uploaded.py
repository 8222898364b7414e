"""Each workbook of `tests/fixtures/workbooks` sent through the page: what is wrong or to be looked at stands there."""

from __future__ import annotations

import html
import re
from pathlib import Path

from models.open_years import set_clock
from tests.support import sheets
from tests.support.filing import upload
from tests.support.scenes import NANJING, YEAR, Scene, instant
from tests.support.window import Browser, a_window, give_accounts
from tests.support.workbooks_reported import APPLIED, AT, EXPECTED, FOLDER, Answer, Place

FAULT = re.compile(r'<th scope="row">(.*?)</th><td[^>]*>(.*?)</td><td[^>]*>.*?</td><td[^>]*>(.*?)</td><td')
LOOK = re.compile(r"<li>“.*?”表(?:第 (\d+) 行)?(?:“(.*?)”)?：(.*?)</li>")
WHO = {"mentor": "夏一梓", "institution": "南京大学"}


def differing(browser: Browser, scene: Scene, phase: str) -> list[str]:
    """The workbooks of a phase after whose upload the page says something else than is expected."""
    with scene.database.write() as connection:
        set_clock(connection, YEAR, instant(AT[phase]))
    found = []
    for name, expected in EXPECTED.items():
        if expected.phase == phase:
            answer = upload(browser, (FOLDER / f"{name}.xlsx").read_bytes(), f"/{YEAR}/{phase}/{NANJING}")
            if (answer.status_code, says(answer.text, expected)) != (422 if expected.wrong else 200, True):
                found.append(name)
    return found


def says(page: str, expected: Answer) -> bool:
    page = html.unescape(page)
    wrong = [(place(row, column), words) for row, column, words in FAULT.findall(page)]
    look = [(place(row, column), words) for row, column, words in LOOK.findall(page.partition("<h2>请留意</h2>")[2])]
    return all(
        len(said) == len(those)
        and dict(said).keys() == those.keys()
        and all(those[where] in words for where, words in said)
        for said, those in ((wrong, expected.wrong), (look, expected.look))
    )


def place(row: str, column: str) -> Place:
    return int(row) if row.isdigit() else None, column if column not in {"", "—"} else None


def test_the_page_says_of_each_what_is_wrong_and_what_to_look_at(scene: Scene, tmp_path: Path) -> None:
    city = scene.city(NANJING)
    roll = sheets.roll(sheets.mentor(city, name=WHO["mentor"], institution=WHO["institution"]))
    applied = [sheets.student(city, at, name=name, **WHO) for at, name in enumerate(APPLIED.split(), start=1)]
    give_accounts(scene.database)
    window = a_window(scene.database.url, tmp_path)
    browser = window.as_(NANJING)
    scene.file("mentor-recommendation", NANJING, roll)
    assert differing(browser, scene, "application") == []
    scene.file("application", NANJING, sheets.application(applied), AT["application"])
    assert differing(browser, scene, "shortlist") == []
    scene.file("shortlist", NANJING, sheets.shortlist(applied), AT["shortlist"])
    scene.file("interview", NANJING, sheets.interview(applied))
    assert differing(browser, scene, "meeting") == []
    window.database.dispose()
