"""A year as the fields of a form: there and back, and what is wrong with it in words that know of no file."""

from __future__ import annotations

import re

import pytest

from calendars import files
from calendars.drafts import draft
from calendars.findings import check
from calendars.typed_year import beside, fields, read, sentences, written
from phases.book import BOOK

YEARS = files.shipped()
OF_A_FILE = re.compile(r"[a-z_]{3,}|[\[\]{}]|英文双引号|不带引号|去掉引号")


def typed(year: int, **changed: str) -> dict[str, str]:
    plain = {name: one.value for name, one in fields(files.load(year), BOOK.terms).items()}
    return plain | {name.replace("__", "."): value for name, value in changed.items()}


@pytest.mark.parametrize("year", YEARS)
def test_what_stands_in_the_fields_makes_the_same_year(year: int) -> None:
    there = files.load(year)
    back = read(there, typed(year), BOOK.terms)
    assert back.year is not None
    assert {name: one.value for name, one in fields(back.year, BOOK.terms).items()} == typed(year)
    left_out = {"source_text", "days"}
    assert back.year.model_dump(exclude=left_out) == there.model_dump(exclude=left_out)
    assert back.year.days == there.days


def test_the_next_year_is_read_as_it_is_drafted_without_the_days_of_the_last() -> None:
    origin = files.load(2022)
    following = files.parse(draft(origin, 2028)[0], "", None)
    found = read(following, {name: one.value for name, one in fields(following, BOOK.terms).items()}, BOOK.terms)
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
        ("days.holiday", "2022-02-30", "2022-02-30：没有这一天；写成真实存在的日期"),
        ("days.working", "2029-05-08", "2029-05-08：与 2022 年度无关；改正年份，或去掉这一天。"),
        ("phases.year-end.second_due", "2022-01-01", "2022-01-01 不在截止日与省办期限之间"),
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
    for name in fields(files.load(2022), BOOK.terms):
        found = read(files.load(2022), typed(2022) | {name: value}, BOOK.terms)
        said = [one for those in (*found.faults.values(), *found.doubts.values()) for one in those]
        assert [one for one in said if OF_A_FILE.search(one.replace(value, "") if value else one)] == [], name


def test_a_day_that_was_left_out_can_be_typed_again_and_one_that_the_phase_knows_added() -> None:
    year = files.load(2022)
    optional = {
        f"phases.{phase.slug}.{name}"
        for phase in year.phases
        for name, may in (
            ("files_from", True), ("monthly_from", BOOK.terms[phase.slug].monthly),
            ("second_due", BOOK.terms[phase.slug].two), ("second_rungs", BOOK.terms[phase.slug].two),
            ("province_due", phase.province),
        )
        if may
    }  # fmt: skip
    emptied = read(year, typed(2022) | dict.fromkeys(optional, ""), BOOK.terms).year
    assert emptied is not None
    assert optional <= {*fields(emptied, BOOK.terms)}
    back = read(emptied, typed(2022), BOOK.terms).year
    assert back is not None
    assert back.phases == year.phases
    second = {"phases.year-end.second_due", "phases.year-end.second_rungs"}
    assert optional - {*fields(emptied, BOOK.terms, revising=True)} == second


def test_single_days_are_typed_and_one_cannot_be_both() -> None:
    year = files.load(2022)
    made = read(year, typed(2022, days__holiday="2022-05-06、2022-05-09", days__working="2022-05-08"), BOOK.terms).year
    assert made is not None
    assert {str(day): kind for day, kind in made.days.items()} == {
        "2022-05-06": "holiday", "2022-05-09": "holiday", "2022-05-08": "working",
    }  # fmt: skip
    both = read(year, typed(2022, days__holiday="2022-05-06", days__working="2022-05-06"), BOOK.terms)
    assert both.faults == {"days.holiday": ["2022-05-06：既放假又上班；只留一处。"]}


def test_what_is_to_be_looked_at_names_its_field_and_no_key() -> None:
    drafted = files.parse(draft(files.load(2026), 2027)[0], "", None)
    said = sentences(drafted, BOOK.terms, check(drafted))
    assert "通知尚未印发：本年度通知尚未印发，全部日期暂定；通知印发后核对各项，去掉“通知尚未印发”。" in said
    assert [one for one in said if OF_A_FILE.search(one) or "：" not in one] == []


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
