"""The leadership's report: one page, the same facts as the matrix, no name of anybody."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from time import sleep

import pytest
import typst
from httpx2 import ASGITransport, AsyncClient
from pypdf import PdfReader
from sqlalchemy import update

from calendars.deadlines import TZ
from dashboard.exports.status_report import NoFont, facts, render
from dashboard.serving.app import make_app
from gates.states import State
from models.columns import table_of
from models.reports import matrix
from models.tables.season import ProgrammeYear
from tests.support.window import ADMIN, BASE, UNTIL, VIEWER, YEAR, Window


def read(pdf: bytes) -> tuple[int, str]:
    pages = PdfReader(BytesIO(pdf)).pages
    return len(pages), "".join(page.extract_text() for page in pages).replace(" ", "").replace("\n", "")


@pytest.mark.parametrize("name", [ADMIN, VIEWER])
def test_the_province_reads_the_season_on_one_page(window: Window, name: str) -> None:
    answer = window.as_(name).get("/2022/report.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    pages, text = read(answer.content)
    assert pages == 1
    wanted = (
        "截至2022-02-07周一09:00",
        "盐城市面试名单：已逾期，逾期8天（截止日2022-01-30）。截止前没有报送。",
        "省级资助0/65人",
        "接下来的日程",
        *(f"{city}" for city in ("南京", "无锡", "宿迁")),
    )
    assert [part for part in wanted if part not in text] == []


@pytest.mark.parametrize(("name", "status"), [("nanjing", 404), (None, 303)])
def test_a_city_has_no_such_report(window: Window, name: str | None, status: int) -> None:
    assert window.as_(name).get("/2022/report.pdf").status_code == status


def test_the_past_is_reported_as_it_stood(window: Window) -> None:
    answer = window.as_(ADMIN).get("/2022/report.pdf?as_of=2022-01-10T09:00")
    pages, text = read(answer.content)
    assert (pages, "截至2022-01-10周一09:00" in text, "盐城市面试名单" in text) == (1, True, False)


def test_the_worst_of_years_still_fits_one_page(window: Window) -> None:
    with window.database.read() as connection:
        found = matrix(connection, YEAR, UNTIL)
    rules = ("interviews.from-shortlist", "interviews.ratio", "funding.city-cap", "funding.province-total")
    late = {
        city: tuple(replace(one, state=State.OVERDUE, refusals=rules, attempt=2, waived=rules) for one in phases)
        for city, phases in found.cities.items()
    }
    said = facts(
        replace(found, cities=late, trained={"nanjing": 65}),
        ["盐城市 面试名单：申请延期到 2022-02-20，待答复"] * 30,
        UNTIL,
    )
    pages, text = read(render(said))
    assert (pages, "另有96项" in text, "另有22项" in text, "在培65人" in text) == (1, True, True, True)


def test_a_character_that_the_font_lacks_fails_instead_of_vanishing(window: Window) -> None:
    with window.database.read() as connection:
        said = facts(matrix(connection, YEAR, UNTIL), [], UNTIL, tried=True)
    assert said["as_of"].endswith("（试运行，不作数）")
    with pytest.raises(NoFont):
        render(said | {"foot": "\U0002cb6d"})
    with pytest.raises(NoFont, match="fonts-noto-cjk"):
        render(said, fonts=False)


def test_what_the_facts_say_is_text_and_never_typst(window: Window) -> None:
    with window.database.read() as connection:
        said = facts(matrix(connection, YEAR, UNTIL), ['#panic("x") *甲* $x$ <script>'], UNTIL)
    assert '#panic("x")*甲*$x$<script>' in read(render(said))[1]


def test_no_deadline_stands_at_the_next_days_midnight(window: Window) -> None:
    with window.database.read() as connection:
        coming = facts(matrix(connection, YEAR, datetime(2022, 1, 29, 9, tzinfo=TZ)), [], UNTIL)["coming"]
    assert "2022-01-30 周日 24:00　面试名单：截止" in coming


async def test_one_report_is_set_at_a_time_and_not_again_before_anything_is_written(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, most, asked = 0, 0, list[str]()

    def compiled(template: bytes, *, sys_inputs: dict[str, str], **_: object) -> tuple[bytes, list[object]]:
        nonlocal at_once, most
        del template
        at_once += 1
        most = max(most, at_once)
        sleep(0.02)
        at_once -= 1
        asked.append(sys_inputs["data"])
        return b"%PDF", []

    monkeypatch.setattr(typst, "compile_with_warnings", compiled)
    signed = {"cookie": "; ".join(f"{one.name}={one.value}" for one in window.as_(ADMIN).cookies.jar)}
    now = [datetime.now(TZ)]
    transport = ASGITransport(make_app(replace(window.site, wall=lambda: now[0])))
    days = [f"/2022/report.pdf?as_of=2022-01-{day}T09:00" for day in (11, 12, 13)]
    async with AsyncClient(transport=transport, base_url=BASE, headers=signed) as browser:
        answers = await asyncio.gather(*map(browser.get, days * 2))
        first = len(asked)
        for minutes in (0, 1, 2):  # the season as it stands now, whenever it is asked for
            now[0] += timedelta(minutes=minutes)
            answers.append(await browser.get("/2022/report.pdf"))
        with window.database.write() as connection:
            table = table_of(ProgrammeYear)
            connection.execute(update(table).values(revision=table.c.revision + 1))
        answers.append(await browser.get("/2022/report.pdf"))
    assert ([answer.content for answer in answers], most) == ([b"%PDF"] * 10, 1)
    assert (first, len(asked)) == (3, 5)
