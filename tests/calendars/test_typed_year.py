"""A year as the fields of a form: there and back, and what is wrong with it in words that know of no file."""

from __future__ import annotations

import re

import pytest

from calendars import files
from calendars.drafts import draft
from calendars.typed_year import beside, fields, read, written
from phases.book import BOOK

YEARS = files.shipped()
OF_A_FILE = re.compile(r"[a-z_]{3,}|[\[\]{}]|英文双引号|不带引号|去掉引号")


def typed(year: int, **changed: str) -> dict[str, str]:
    plain = {name: one.value for name, one in fields(files.load(year)).items()}
    return plain | {name.replace("__", "."): value for name, value in changed.items()}


@pytest.mark.parametrize("year", YEARS)
def test_what_stands_in_the_fields_makes_the_same_year(year: int) -> None:
    there = files.load(year)
    back = read(there, typed(year), BOOK.terms)
    assert back.year is not None
    assert {name: one.value for name, one in fields(back.year).items()} == typed(year)
    left_out = {"source_text", "days"}
    assert back.year.model_dump(exclude=left_out) == there.model_dump(exclude=left_out)
    assert back.year.days == there.days


def test_the_next_year_is_read_as_it_is_drafted_without_the_days_of_the_last() -> None:
    origin = files.load(2022)
    following = files.parse(draft(origin, 2028)[0], "", None)
    found = read(following, {name: one.value for name, one in fields(following).items()}, BOOK.terms)
    assert found.year is not None
    assert (found.year.year, found.year.draft, found.year.days) == (2028, True, {})
    assert {phase.due.year for phase in found.year.phases} <= {2028, 2029}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("figures.grace", "三", "“三”应是整数；写成整数。"),
        ("figures.subject_rank", "一成", "“一成”"),
        ("figures.office_hours", "10-17", "不含 9 时，而提醒在 9 时发出；写成起、止两个数，如 9-17。"),
        ("figures.score_weights", "1、2", "有 2 个权重，而评价有 5 个方面；每个方面写一个权重，次序相同；等权的留空。"),
        ("figures.excellent_from", "50", "低于定为合格的总分线；不低于定为合格的总分线，低于它的须写定级理由。"),
        ("phases.shortlist.due", "2022-01-02", "截止日 2022-01-02 早于开放日"),
        ("phases.shortlist.due", "2022-02-30", "没有 2022-02-30 这一天"),
        ("phases.shortlist.due", "", "“”不是日期；写成日期，如 2022-02-07。"),
        ("phases.interview.province_due", "2022-01-01", "2022-01-01 早于截止日"),
        ("phases.meeting.rungs", "7、7", "提前提醒的天数 7 写了两次；只留一个。"),
        ("subjects", "", "一个也没有写；至少写一个学科。"),
        ("contact.phone", "打这个", "“打这个”写法不对"),
        ("year", "2O22", "“2O22”应是整数；写成整数。"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_in_words_of_the_office(name: str, value: str, said: str) -> None:
    found = read(files.load(2022), typed(2022) | {name: value}, BOOK.terms)
    assert (found.year, found.faults[name][0][: len(said)]) == (None, said)


@pytest.mark.parametrize("value", ["", "x", "-1", "99999", "1、1", "9-", "2022-13-01", '"', "，，", "1999-01-01"])
def test_whatever_is_typed_no_key_of_the_file_is_shown(value: str) -> None:
    for name in fields(files.load(2022)):
        found = read(files.load(2022), typed(2022) | {name: value}, BOOK.terms)
        said = [one for those in (*found.faults.values(), *found.doubts.values()) for one in those]
        assert [one for one in said if OF_A_FILE.search(one.replace(value, "") if value else one)] == [], name


def test_typed_words_are_no_file() -> None:
    hostile = '"]\n[figures]\ngrace = 1 #'
    found = read(files.load(2022), typed(2022) | {"title": hostile, "notice": hostile}, BOOK.terms)
    assert found.year is None
    assert {"title", "notice"} <= {*found.faults}


def test_a_day_says_its_weekday_and_its_holiday() -> None:
    days = files.load(2022).working_days
    said = {
        str(day): beside(days, day) for day in (files.load(2022).phase(slug).due for slug in ("shortlist", "interview"))
    }
    assert said == {"2022-01-30": "周日，调休上班", "2022-02-20": "周日"}
    assert written("span", "9 至 17") == "[9, 17]"
