"""Whatever a year file is made to say: what the check lets pass, no act and no page of the season stumbles over."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import acts.load
from calendars import drafts, findings, ics
from calendars.errors import TalentError
from calendars.faults import CalendarFaults
from calendars.moments import moments
from calendars.year import Year
from models.database import Database
from models.reports import matrix
from phases.book import BOOK
from tests.support.books import FORMS, book, read, render, sample
from tests.support.scenes import FILED, NANJING, YEAR, Scene, calendar, instant, stamp
from tests.support.years import parse

TEXT = calendar(cities=2).source_text
STATED = re.compile(r"(?m)^([a-z_-]+) = (.+?)( *#.*)?$")
WHOLE: tuple[tuple[str, str], ...] = (
    (r'"计算机"\](?= +#)', '"计算机", "天文（地学）"]'),
    (r"honours = \[", 'honours = ["青年拔尖", '),
    (r"senior_grades = \[", 'senior_grades = ["预科", '),
    (r"team_titles = \[", 'team_titles = ["特聘", '),
    (r"(?m)^dimensions = .*", 'dimensions = ["方面甲"]'),
    (r"(?m)^dimensions = (\[[^\]]*)\](.*)", r'dimensions = \1, "体质"]'),
    (r"(?m)^panel = 1", "panel = 3"),
    (r'(?m)^(summaries_owed = .*)"\]', r'\1", "高校"]'),
    (r"\[\[3, 6\], \[7, 8\], \[9, 11\]\]", "[[3, 4], [5, 6], [7, 8], [9, 11]]"),
    (r"cultivation_months = \[1, 12\](?s:(.*?)due = 2022-12-31)", r"cultivation_months = [2, 1]\1due = 2023-01-31"),
    (r'code = "3201"', 'code = "320115"'),
    (r"(?ms)^\[phases\.shortlist\].*?(?=^\[)(.*)\[\"shortlist\"\]", r'\1["application"]'),
    (r"(?ms)^\[phases\.midterm\].*?(?=^\[)(.*)\[\"midterm\"\]", r'\1["meeting"]'),
    (r"(?ms)^\[phases\.year-end\].*?(?=^#|^\[)", ""),
)
"""What a year may say that the notice of 2022 does not, each as all that has to be said for it."""
PHASES = re.compile(r"(?m)^\[phases\.[a-z-]+\]\n")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
NUMBERS = st.sampled_from(["0", "1", "2", "14", "366", "400", "100000", "10000000000000000000000", "0.5", "10.005"])
SAID = "天文 天文（地学） a、b {x} 行\\n行 姓名 meeting approve record results 博士 高一 数学 midterm application =1+1"
WORDS = st.sampled_from([*(f'"{word}"' for word in SAID.split(" ")), '""', '" "', "'\"'", f'"{"长" * 150}"'])
MORE = (
    *(f'province = "{ending}"' for ending in ("approve", "record", "results")),
    "monthly_from = 2022-08-01",
    "files_from = 2022-08-01",
    "province_due = 2023-01-05",
)
SLOW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The year file as another year might have it, with up to three values made others, and sometimes a line more."""
    text = TEXT
    for old, new in draw(st.lists(st.sampled_from(WHOLE), unique=True, max_size=6)):
        text = re.sub(old, new, text, count=1)
    lines = [found.span(2) for found in STATED.finditer(text)]
    for start, end in sorted(draw(st.sets(st.sampled_from(lines), max_size=3)), reverse=True):
        text = text[:start] + draw(otherwise(text[start:end])) + text[end:]
    if draw(st.booleans()):
        more, at = draw(st.sampled_from(MORE)), draw(st.sampled_from([found.end() for found in PHASES.finditer(text)]))
        text = f"{text[:at]}{more}\n{text[at:]}"
    sections = re.split(r"(?m)^(?=\[)", text)
    one, other = draw(st.integers(0, len(sections) - 1)), draw(st.integers(0, len(sections) - 1))
    sections[one], sections[other] = sections[other], sections[one]
    return "\n".join(sections) if draw(st.booleans()) else text


def with_all() -> str:
    """The year file with everything that it may say at once."""
    text = TEXT
    for old, new in WHOLE[:11]:
        text, done = re.subn(old, new, text, count=1)
        assert done, old
    return text.replace("[phases.midterm]", '[phases.midterm]\nprovince = "record"')


@pytest.mark.parametrize("change", WHOLE)
def test_what_another_year_may_say_is_let_pass(change: tuple[str, str]) -> None:
    text, done = re.subn(*change, TEXT, count=1)
    assert done
    assert parse(text, "2022.toml").source_text != TEXT


def otherwise(value: str) -> st.SearchStrategy[str]:
    """Another value of the same kind, or the same with something in it changed."""
    if DAY.fullmatch(value):
        ahead = st.sampled_from([-400, -40, -7, -1, 0, 1, 7, 40, 365])
        return ahead.map(lambda days: (date.fromisoformat(value) + timedelta(days)).isoformat())
    if value.startswith("[["):
        return st.sampled_from(["[]", "[[1, 12]]", "[[3, 4], [5, 6], [7, 8], [9, 11]]", "[[9, 11], [3, 6]]"])
    if value.startswith("["):
        inner = [part.strip() for part in value[1:-1].split(",") if part.strip()]
        more = st.lists(WORDS if '"' in value else NUMBERS, max_size=2)
        kept = st.permutations(inner).flatmap(lambda all_: st.integers(0, len(all_)).map(lambda n: [*all_[n:]]))
        return st.tuples(kept, more).map(lambda both: f"[{', '.join((*both[0], *both[1]))}]")
    return WORDS if value.startswith('"') else NUMBERS


@contextmanager
def opened(template_of: Path, year: Year) -> Iterator[Scene]:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{shutil.copy(template_of, Path(folder) / 'year.db')}", BOOK)
        try:
            yield Scene.begin(database, year)
        finally:
            database.dispose()


def looked_at(year: Year) -> None:
    assert [moment.instant for moment in moments(year)]
    findings.check(year)
    ics.calendar([ics.DatedYear(year)])
    with suppress(CalendarFaults):
        drafts.draft(year, year.year + 1)
    for slug in FORMS:
        empty = render(slug, year)
        assert [fault for fault in read(empty, slug, year).errors if fault.row != 1] == []


def played(scene: Scene) -> None:
    """A season in short: what is owed at each phase's time, a real workbook of each form, one city that files."""
    for slug, at in FILED.items():
        done = scene.advance(at)
        assert not done.failures
        with suppress(TalentError):
            acts.load.load(scene.database, YEAR, slug, NANJING, book(sample(slug)), stamp(at))
        with suppress(TalentError):
            scene.file(slug, NANJING, at=at)
    assert not scene.advance("2023-01-20T10:00").failures
    with scene.database.read() as connection:
        assert matrix(connection, YEAR, instant("2023-01-20T10:00")).as_json()["year"] == YEAR


@pytest.mark.slow
@SLOW
@given(text=mutated())
@example(text=TEXT)
@example(text=TEXT.replace("[[3, 6], [7, 8], [9, 11]]", "[[3, 4], [5, 6], [7, 8], [9, 11]]"))
@example(text=TEXT.replace('"计算机"]  ', '"天文（地学）"]  ').replace('["计算机"]', '["天文（地学）"]'))
@example(text=TEXT.replace("英语交流能力", "外语"))
@example(text=with_all())
def test_a_year_that_the_check_lets_pass_stops_nothing(migrated_sqlite: Path, text: str) -> None:
    try:
        year = parse(text, "2022.toml")
    except CalendarFaults:
        return
    looked_at(year)
    with opened(migrated_sqlite, year) as scene:
        played(scene)


@pytest.mark.parametrize(("year", "last"), [(2000, 2000), (2099, 2100)])
def test_the_first_and_the_last_year_that_may_be_said(year: int, last: int) -> None:
    text = TEXT.replace("2021-", f"{year - 1}-").replace("2022-", f"{year}-").replace("year = 2022", f"year = {year}")
    read = parse(text.replace("due = 2099-12-31", "due = 2100-03-31"), f"{year}.toml")
    assert max(moment.instant.year for moment in moments(read)) >= last
    findings.check(read)
