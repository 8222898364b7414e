"""The mistakes of a real office, each put right in the browser, one after the other in one season of one server.

That nobody applied is ticked in `test_filing.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from dashboard.serving.site import Site
from models.database import Database
from models.letterbox import written_to
from phases.book import BOOK
from settings import DashboardSettings, Settings
from tests.browser.conftest import Town, serving
from tests.support import sheets
from tests.support.originals import MIGRATED, Originals
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant
from tests.support.window import ADMIN, SECRET, give_accounts

pytestmark = pytest.mark.slow
TYPO, DECLINED, HIS, MOVES, NEXT = (f"3201-2022-000{place}" for place in range(1, 6))
MENTOR, LEAVING = ("南京导师1", "南京大学"), ("南京导师2", "南京大学")


@dataclass
class Office:
    """The season, its window, and the clock on the wall: what is done is done at that hour."""

    scene: Scene
    town: Town
    clock: list[datetime]

    def act(self, slug: str, at: str, said: str, **fields: str) -> None:
        """Fill an act's form as the province, look at the preview, confirm; the answer has to say so much."""
        self.clock[0] = instant(at)
        with self.town.context(scripts=False) as context:
            page = self.town.sign_in(context, ADMIN)
            phase = f"&phase={fields.pop('phase')}" if "phase" in fields else ""
            page.goto(f"/{YEAR}/acts/{slug}?city={NANJING}{phase}")
            for name, value in fields.items():
                field = page.locator(f"[name={name}]").first
                if field.get_attribute("type") == "radio":
                    page.locator(f"[name={name}][value={value}]").check()
                elif field.evaluate("one => one.tagName") == "SELECT":
                    field.select_option(value)
                else:
                    field.fill(value)
            page.get_by_role("button", name="预览").click()
            assert page.get_by_role("alert").all_inner_texts() == []
            page.get_by_role("button", name=re.compile("^确认：")).click()
            expect(page.get_by_role("status").first).to_contain_text(said)

    def reads(self, address: str, *said: str | re.Pattern[str]) -> None:
        """What the city finds on a page of its own."""
        with self.town.context(scripts=False) as context:
            page = self.town.sign_in(context, NANJING)
            page.goto(address)
            for one in said:
                expect(page.get_by_text(one).first).to_be_attached()


@pytest.fixture(scope="module")
def office(
    sqlite_originals: Originals, tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> Iterator[Office]:
    """Nanjing has four in training, with two mentors; Wuxi two."""
    folder: Path = tmp_path_factory.mktemp("mistakes")
    clock = [instant("2022-02-21T09:00")]
    with sqlite_originals.copy(MIGRATED, folder) as url:
        database = Database(url, BOOK)
        give_accounts(database)
        scene = Scene.begin(database)
        where = scene.city(NANJING)
        his = {"mentor": LEAVING[0], "institution": LEAVING[1]}
        applied = [sheets.student(where, place, **(his if place == 3 else {})) for place in range(1, 13)]
        scene.through(
            "interview",
            NANJING,
            **{
                "mentor-recommendation": sheets.roll(sheets.mentor(where), sheets.mentor(where, 2)),
                "application": sheets.application(applied),
                "shortlist": sheets.shortlist(applied),
                "interview": sheets.interview(applied, 4, 2),
            },
        )
        scene.through("meeting", WUXI)
        settings = Settings(maildir=folder / "mail", dashboard=DashboardSettings(totp=False))

        def site(address: str) -> Site:
            return Site(database, settings.model_copy(update={"base_url": address}), SECRET, wall=lambda: clock[0])

        with serving(site) as (address, made):
            yield Office(scene, Town(address, made, chromium), clock)
        database.dispose()


def test_the_mistakes_of_a_year(office: Office) -> None:
    scene, where = office.scene, office.scene.city(NANJING)
    student = sheets.student
    office.act(
        "correct-student", "2022-02-21T10:00", "更正", student=TYPO, what="name", value="学生甲", reason="录入有误"
    )
    office.act("decline-place", "2022-02-21T11:00", NEXT, student=DECLINED, next=NEXT, reason="另有安排")
    kept = [student(where, 1, name="学生甲"), *(student(where, place) for place in (3, 4, 5))]
    assert scene.file("meeting", NANJING, sheets.meeting(kept), "2022-02-24T10:00").done

    left = {"mentor": LEAVING[0], "institution": LEAVING[1]}
    to = {"successor": MENTOR[0], "successor_institution": MENTOR[1]}
    office.act("replace-mentor", "2022-05-10T10:00", MENTOR[0], **left, **to, reason="调往外省工作")
    home = {"office": WUXI, "school": "无锡一中", "mentor": "无锡导师1", "institution": "无锡大学"}
    office.act("move-student", "2022-05-10T11:00", "无锡", student=MOVES, **home, reason="随家庭迁居")
    office.reads(f"/{YEAR}/application/{NANJING}", *map(re.compile, (f"{TYPO}.*→ 学生甲", DECLINED, NEXT, MOVES)))

    kept = [one for one in kept if one.number != MOVES]
    assert scene.file("midterm", NANJING, sheets.midterm(kept), "2022-07-20T10:00").done
    whole = sheets.year_end(where, kept)
    ill = tuple(row for row in whole["summaries"] if row.model_dump()["type"] != "导师")
    assert scene.load("cultivation", NANJING, sheets.cultivation(kept), "2022-11-20T09:00").done
    assert scene.load("year-end", NANJING, {**whole, "summaries": ill}, "2022-11-20T10:00").done
    assert scene.submit("year-end", NANJING, "2022-11-20T11:00").done
    year_end = {"phase": "year-end"}
    party = f"{MENTOR[0]}（{MENTOR[1]}）"
    office.act("excuse", "2022-12-12T10:00", "免", **year_end, party=party, reason="长期请假")

    assert scene.load("evaluation", NANJING, sheets.evaluation(kept), "2022-12-13T10:00").done
    assert scene.approve("year-end", NANJING, "2022-12-13T11:00").done
    wrong = {"student": TYPO, "grade": "不合格", "reason": "评分录入有误"}
    office.act("correct-result", "2022-12-20T10:00", "不合格", **year_end, **wrong)
    with scene.database.read() as connection:
        written = written_to(connection, YEAR, f"city:{NANJING}")
    (amended,) = (one for one in written if one.kind == "amended" and "评分录入有误" in one.text)
    said = re.compile("年度评价结果予以更正"), re.compile(f"{TYPO}.*不合格"), re.compile("评分录入有误")
    office.reads(f"/{YEAR}/letters/{amended.id}", *said)
