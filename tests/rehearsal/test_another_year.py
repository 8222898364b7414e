"""A year of whose notice nobody has heard: every figure another, generated and played to its end by its file alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from calendars.findings import check
from calendars.year import Year
from dashboard.serving.site import Site
from letters.occurrences import occurrences
from letters.render import render
from letters.specimens import specimen
from models import draft_rows
from models.columns import table_of
from models.database import Database
from models.tables.season import Letter, LetterBody
from phases.book import BOOK
from phases.year_end import DIMENSIONS, EVALUATIONS, SUMMARIES
from rehearsal.generator import generate
from rehearsal.packs import read_pack
from rehearsal.play import Play, ends
from settings import DashboardSettings, Settings
from tests.support.kinds import ON_SQLITE
from tests.support.packs import DEMO, came_to, expected
from tests.support.scenes import calendar
from tests.support.window import ADMIN, BASE, SECRET, Browser, Window, give_accounts
from tests.support.years import parse

CHANGES = [
    ('"生物", "计算机"]', '"生物", "计算机", "天文（地学）"]'),
    ('honours = ["长江学者", ', 'honours = ["青年拔尖", '),
    ('team_degrees = ["博士"]', "team_degrees = []"),
    ('team_titles = ["正高", "副高"]', 'team_titles = ["正高", "特聘"]'),
    ('senior_grades = ["高一", "高二"]', 'senior_grades = ["预科", "高一"]'),
    ("[[3, 6], [7, 8], [9, 11]]", "[[3, 6], [7, 8], [9, 11], [12, 1]]"),
    ("cultivation_months = [1, 12]", "cultivation_months = [2, 1]"),
    ("due = 2022-12-31                   # [八(六)]", "due = 2023-01-31"),
    ("due = 2022-11-30                   # [五(二)]", "due = 2022-12-31 #"),
    ("province_due = 2022-12-31", "province_due = 2023-01-31"),
    ('"英语交流能力"]', '"英语交流能力", "身心素质"]'),
    ('summaries_owed = ["市级", "导师", "中学"]', 'summaries_owed = ["市级", "导师", "中学", "高校"]'),
    ("[phases.midterm]", '[phases.midterm]\nprovince = "record"'),
    ("[phases.meeting]", '[phases.meeting]\nprovince = "approve"'),
]


def another() -> Year:
    text = re.sub(r'code = "(\d{4})"', r'code = "\g<1>15"', calendar().source_text)
    for old, new in CHANGES:
        assert old in text, old
        text = text.replace(old, new, 1)
    return parse(text, "2022.toml")


OF_A_SHORTLIST = re.compile("测试(?!函件)|分数线|划线|面试名单")
"""What is said of a shortlist, and of the test and the cut lines that make it; a letter on trial is none of these."""


def of_2022(*changes: tuple[str, str]) -> Year:
    text = calendar().source_text
    for old, new in changes:
        text, done = re.subn(old, new, text, count=1)
        assert done, old
    return parse(text, "2022.toml")


WITHOUT_SHORTLIST = (
    (r"(?ms)^\[phases\.shortlist\].*?(?=^\[)", ""),
    (r'requires = \["shortlist"\]', 'requires = ["application"]'),
)
"""What makes a year file one without a shortlist."""


def play(year: Year, folder: Path, database: Database) -> Play:
    """Play a year to its end with a season made for it; it comes to the end that 2022 comes to."""
    generate(BOOK, year, folder)
    played = Play(database, year, read_pack(folder), ends(year), "省办", BASE)
    for _ in played.steps():
        pass
    ended, wanted = played.ended(), expected(DEMO)
    for phases in wanted["cities"].values():
        for slug in set(phases) - {phase.slug for phase in year.phases}:
            del phases[slug]
    assert not ended.unmet
    assert came_to(ended.as_json()) == wanted
    return played


def bodies(database: Database, year: Year, **wanted: str) -> dict[str, list[str]]:
    """Give the subjects and texts of the letters of a kind, by audience."""
    letter, body = table_of(Letter), table_of(LetterBody)
    query = select(letter.c.recipient, letter.c.subject, body.c.text, body.c.html).join(
        body, letter.c.body == body.c.digest
    )
    found: dict[str, list[str]] = defaultdict(list)
    with database.read() as connection:
        chosen = query.where(letter.c.year == year.year, *(letter.c[name] == one for name, one in wanted.items()))
        for recipient, *texts in connection.execute(chosen):
            found[recipient.partition(":")[0]].append("\n".join(texts))
    return found


@pytest.mark.slow
@ON_SQLITE
def test_a_year_of_other_figures_comes_to_the_same_end(tmp_path: Path, database: Database) -> None:
    year = another()
    assert ends(year).isoformat() == "2023-02-01T00:00:00+08:00"
    assert check(year)
    play(year, tmp_path, database)
    with database.read() as connection:
        students = draft_rows.rows(connection, year.year, None, EVALUATIONS.key)
    assert students
    assert all(row.keys() >= {*DIMENSIONS.fields(year)} for row in students)
    opened = bodies(database, year, kind="opened", phase="year-end")
    assert {audience: any("年度工作总结" in text for text in texts) for audience, texts in opened.items()} == {
        "city": True,
        "mentor": True,
        "school": True,
        "institution": True,
    }
    assert all("收齐市级管理办公室、导师、中学和高校（科研院所）的年度工作总结" in text for text in opened["city"])


def said_of(database: Database, year: Year, folder: Path) -> Iterator[tuple[str, str]]:
    """Give all that people are told of a played year: letters and their previews, pages and what hangs on them."""
    for audience, texts in bodies(database, year).items():
        yield from ((audience, text) for text in texts)
    for (kind, phase), audiences in occurrences(BOOK, year).items():
        for one in audiences:
            rendered = render(specimen(BOOK, year, kind, phase, one, year.cities[0]))
            yield f"{kind} {phase} {one}", f"{rendered.subject}{rendered.text}{rendered.html}"
    give_accounts(database)
    settings = Settings(base_url=BASE, maildir=folder / "mail", dashboard=DashboardSettings(totp=False))
    window = Window(Site(database, settings, SECRET))
    for who in (ADMIN, year.cities[0].slug):
        yield from walked(window.as_(who), year)


def walked(browser: Browser, year: Year) -> Iterator[tuple[str, str]]:
    """Follow every link of the year's pages, of letters, students and log rows one of a kind; not to the notice itself.

    That one says what was published, whatever the year's file leaves out of it.
    """
    ahead, seen = ["/", f"/api/v1/years/{year.year}/status"], set[str]()
    while ahead:
        address = ahead.pop()
        shape = re.sub(r"\d+", "0", address.partition("?")[0])
        if (
            shape in seen
            or shape == "/0/notice"
            or (shape != "/" and not address.startswith((f"/{year.year}", "/api")))
        ):
            continue
        seen.add(shape)
        answer = browser.get(address, follow_redirects=True)
        if answer.headers.get("content-type", "").startswith("application/vnd"):
            with ZipFile(BytesIO(answer.content)) as workbook:
                for name in workbook.namelist():
                    yield f"{address} {name}", workbook.read(name).decode("utf-8", "replace")
        elif answer.status_code == 200 and not answer.headers["content-type"].startswith("application/pdf"):
            yield address, answer.text
            ahead += [urljoin(address, href) for href in re.findall(r'href="([^"#]+)"', answer.text)]
    assert len(seen) > 20, seen


@pytest.mark.slow
@ON_SQLITE
def test_a_year_without_a_shortlist_that_asks_no_school_for_summaries_speaks_of_neither(
    tmp_path: Path, database: Database
) -> None:
    year = of_2022(*WITHOUT_SHORTLIST, (r"summaries_owed = .*", 'summaries_owed = ["市级", "导师"]'))
    play(year, tmp_path, database)
    _asks_no_school(database, year)
    said = list(said_of(database, year, tmp_path))
    found = [(where, re.findall(f".{{0,40}}(?:{OF_A_SHORTLIST.pattern}).{{0,20}}", text)) for where, text in said]
    assert [one for one in found if one[1]] == []


def _asks_no_school(database: Database, year: Year) -> None:
    opened = bodies(database, year, kind="opened", phase="year-end")
    assert {audience: any("年度工作总结" in text for text in texts) for audience, texts in opened.items()} == {
        "city": True,
        "mentor": True,
        "school": False,
        "institution": True,
    }
    assert all("收齐市级管理办公室、导师和高校（科研院所）的年度工作总结" in text for text in opened["city"])
    with database.read() as connection:
        filed = {row["type"] for row in draft_rows.rows(connection, year.year, None, SUMMARIES.key)}
    assert filed == {"市级", "导师"}  # 高校 is asked for, and not owed


def test_a_year_with_one_does() -> None:
    """The control: the same words are found where there is a shortlist."""
    year = calendar()
    passed = render(specimen(BOOK, year, "passed", "application", "city", year.cities[0])).text
    assert OF_A_SHORTLIST.search(passed)
    assert not OF_A_SHORTLIST.search(
        render(specimen(BOOK, of_2022(*WITHOUT_SHORTLIST), "passed", "application", "city", year.cities[0])).text
    )
