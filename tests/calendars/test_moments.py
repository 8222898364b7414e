"""The moments of a year: what the schedules are made of."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from calendars.files import load
from calendars.moments import Moment, moments
from calendars.working_days import WorkingDays

YEAR = load(2022)


def told(phase: str) -> list[tuple[str, str, str]]:
    return [(str(m.instant)[:16], m.kind, m.label) for m in moments(YEAR) if m.phase == phase]


def test_the_moments_of_the_shortlist() -> None:
    assert told("shortlist") == [
        ("2022-01-21 00:00", "opening", "面试名单：开放"),
        ("2022-01-27 09:00", "rung", "面试名单：截止前 3 天提醒"),
        ("2022-01-29 09:00", "rung", "面试名单：截止前 1 天提醒"),
        ("2022-01-31 00:00", "deadline", "面试名单：截止"),
        ("2022-02-07 09:00", "next-day", "面试名单：逾期通知"),
        ("2022-02-09 09:00", "third-day", "面试名单：督办"),
    ]


def test_the_moments_of_the_year_end_include_the_province_s_own() -> None:
    assert told("year-end") == [
        ("2022-11-01 00:00", "opening", "年度评价：开放"),
        ("2022-11-16 09:00", "rung", "年度评价：截止前 14 天提醒"),
        ("2022-11-23 09:00", "rung", "年度评价：截止前 7 天提醒"),
        ("2022-11-25 09:00", "rung", "年度评价：截止前 3 天提醒"),
        ("2022-11-29 09:00", "rung", "年度评价：截止前 1 天提醒"),
        ("2022-12-01 00:00", "deadline", "年度评价：截止"),
        ("2022-12-01 09:00", "next-day", "年度评价：逾期通知"),
        ("2022-12-01 09:00", "second", "年度评价：后交部分截止前 30 天提醒"),
        ("2022-12-05 09:00", "third-day", "年度评价：督办"),
        ("2022-12-16 09:00", "second", "年度评价：后交部分截止前 14 天提醒"),
        ("2022-12-23 09:00", "second", "年度评价：后交部分截止前 7 天提醒"),
        ("2022-12-28 09:00", "second", "年度评价：后交部分截止前 3 天提醒"),
        ("2022-12-28 09:00", "province-due", "年度评价：省办期限前 3 个工作日提醒"),
        ("2022-12-30 09:00", "second", "年度评价：后交部分截止前 1 天提醒"),
        ("2022-12-30 09:00", "province-due", "年度评价：省办期限前 1 个工作日提醒"),
        ("2023-01-01 00:00", "second", "年度评价：后交部分截止"),
        ("2023-01-01 00:00", "province-due", "年度评价：省办期限"),
        ("2023-01-03 09:00", "second", "年度评价：后交部分逾期通知"),
        ("2023-01-03 09:00", "province-due", "年度评价：省办逾期汇总"),
        ("2023-01-05 09:00", "second", "年度评价：后交部分督办"),
    ]


def test_the_moments_of_a_year_by_kind() -> None:
    assert Counter(moment.kind for moment in moments(YEAR)) == {
        "opening": 8,
        "deadline": 8,
        "next-day": 8,
        "third-day": 8,
        "rung": 3 + 3 + 2 + 3 + 1 + 5 + 4,
        "monthly": 9,
        "province-due": 4,
        "second": 8,
    }


@pytest.mark.parametrize("year", [2022, 2026, 2027])
def test_moments_are_sorted_distinct_and_their_letters_go_out_at_nine_on_working_days(year: int) -> None:
    loaded = load(year)
    found = moments(loaded)
    instants = [moment.instant for moment in found]
    assert (instants, len(found)) == (sorted(instants), len(set(found)))
    for moment in found:
        hour, day = moment.instant.hour, moment.instant.date()
        assert hour == 0 or (hour == 9 and loaded.working_days.is_working(day))


def test_a_single_day_override_moves_a_moment() -> None:
    year = YEAR.model_copy(update={"days": {date(2022, 1, 29): "holiday"}})
    gone, come = set(moments(YEAR)) - set(moments(year)), set(moments(year)) - set(moments(YEAR))
    label = "面试名单：截止前 1 天提醒"
    nine = WorkingDays(year.days).on_or_before(date(2022, 1, 29))
    assert [(m.instant.date(), m.label) for m in gone] == [(date(2022, 1, 29), label)]
    assert [(m.instant.date(), m.label) for m in come] == [(nine, label)] == [(date(2022, 1, 28), label)]


def test_moments_of_one_instant_stand_in_the_order_of_the_phases() -> None:
    def at(day: str) -> list[Moment]:
        return [moment for moment in moments(YEAR) if str(moment.instant).startswith(day)]

    assert [moment.phase for moment in at("2022-12-01 09:00")] == ["cultivation", "year-end", "year-end"]
