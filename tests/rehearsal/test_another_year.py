"""A year of whose notice nobody has heard: every figure another, generated and played to its end by its file alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from calendars.findings import check
from calendars.year import Year
from models import draft_rows
from models.database import Database
from phases.book import BOOK
from phases.year_end import DIMENSIONS, EVALUATIONS
from rehearsal.generator import generate
from rehearsal.packs import read_pack
from rehearsal.play import Play, ends
from tests.support.packs import DEMO, came_to, expected
from tests.support.scenes import calendar
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
    ("weights = [1, 1, 1, 1, 1]", "weights = [1, 1, 1, 1, 1, 0.5]"),
    ("[phases.midterm]", '[phases.midterm]\nprovince = "record"'),
    ("[phases.meeting]", '[phases.meeting]\nprovince = "approve"'),
]


def another() -> Year:
    text = re.sub(r'code = "(\d{4})"', r'code = "\g<1>15"', calendar().source_text)
    for old, new in CHANGES:
        assert old in text, old
        text = text.replace(old, new, 1)
    return parse(text, "2022.toml")


@pytest.mark.slow
def test_a_year_of_other_figures_comes_to_the_same_end(tmp_path: Path, database: Database) -> None:
    year = another()
    assert ends(year).isoformat() == "2023-02-01T00:00:00+08:00"
    assert check(year)
    generate(BOOK, year, tmp_path)
    play = Play(database, year, read_pack(tmp_path), ends(year), "省办")
    for _ in play.steps():
        pass
    ended = play.ended()
    assert not ended.unmet
    assert came_to(ended.as_json()) == expected(DEMO)
    with database.read() as connection:
        students = draft_rows.rows(connection, year.year, None, EVALUATIONS.key)
    assert students
    assert all(row.keys() >= {*DIMENSIONS.fields(year)} for row in students)


@pytest.mark.slow
def test_a_year_without_a_shortlist_comes_to_the_same_end(tmp_path: Path, database: Database) -> None:
    text = re.sub(r"(?ms)^\[phases\.shortlist\].*?(?=^\[)", "", calendar().source_text)
    year = parse(text.replace('requires = ["shortlist"]', 'requires = ["application"]'), "2022.toml")
    generate(BOOK, year, tmp_path)
    play = Play(database, year, read_pack(tmp_path), ends(year), "省办")
    for _ in play.steps():
        pass
    ended, wanted = play.ended(), expected(DEMO)
    for phases in wanted["cities"].values():
        del phases["shortlist"]
    assert not ended.unmet
    assert came_to(ended.as_json()) == wanted
