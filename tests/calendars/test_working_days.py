"""Working days: make-up days, overrides, years without a notice, arithmetic."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar  # type: ignore[import-untyped]
import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from calendars.working_days import WorkingDays, _notice, published, spring_festival

DAYS = WorkingDays()
DAY = timedelta(days=1)
# The first day of the first lunar month, 2025 to 2099, month and day, after GB/T 33661-2017; lunar-python 1.4.8, which
# computes it by another way than the `holidays` library, gives the same 75 days.
SPRING_FESTIVALS = """
    0129 0217 0206 0126 0213 0203 0123 0211 0131 0219 0208 0128 0215 0204 0124
    0212 0201 0122 0210 0130 0217 0206 0126 0214 0202 0123 0211 0201 0219 0208
    0128 0215 0204 0124 0212 0202 0121 0209 0129 0217 0205 0126 0214 0203 0123
    0211 0131 0219 0207 0127 0215 0205 0124 0212 0202 0122 0209 0129 0217 0206
    0126 0214 0203 0124 0210 0130 0218 0207 0127 0215 0205 0125 0212 0201 0121
"""

some_days = st.dates(date(2006, 1, 1), date(2027, 11, 1))
some_counts = st.integers(0, 30)
some_overrides = st.dictionaries(
    st.dates(date(2022, 1, 1), date(2022, 3, 1)), st.sampled_from(["working", "holiday"]), max_size=8
)


def test_every_day_of_21_years_agrees_with_chinesecalendar() -> None:
    first, last = date(2006, 1, 1), date(2026, 12, 31)
    days = [first + DAY * n for n in range((last - first).days + 1)]
    assert [day for day in days if DAYS.is_working(day) != chinese_calendar.is_workday(day)] == []


def test_the_notices_are_those_that_the_library_gives_by_its_front_door() -> None:
    for year in range(2006, 2028):
        china = country_holidays("CN", years=year, language="zh_CN")
        assert _notice(year).holidays == {day: name for day, name in china.items() if day.year == year}
        assert _notice(year).make_up_days == {day for day in china.weekend_workdays if day.year == year}


def test_the_days_around_the_spring_festival_of_2022() -> None:
    days = [date(2022, 1, 28) + DAY * n for n in range(11)]
    assert {day.isoformat()[5:]: (DAYS.is_working(day), DAYS.why(day)) for day in days} == {
        "01-28": (True, "工作日"),
        "01-29": (True, "周六，调休上班"),
        "01-30": (True, "周日，调休上班"),
        "01-31": (False, "调休放假"),
        "02-01": (False, "春节"),
        "02-02": (False, "春节"),
        "02-03": (False, "春节"),
        "02-04": (False, "调休放假"),
        "02-05": (False, "周六"),
        "02-06": (False, "周日"),
        "02-07": (True, "工作日"),
    }


def test_an_override_wins_over_the_notice_both_ways() -> None:
    days = WorkingDays({date(2022, 1, 30): "holiday", date(2022, 2, 5): "working"})
    assert (days.is_working(date(2022, 1, 30)), days.why(date(2022, 1, 30))) == (False, "日历指定放假")
    assert (days.is_working(date(2022, 2, 5)), days.why(date(2022, 2, 5))) == (True, "日历指定上班")
    assert days.before(date(2022, 2, 7), 2) == date(2022, 1, 29)


def test_a_year_is_published_once_it_has_make_up_days() -> None:
    assert [year for year in range(2019, 2030) if published(year)] == [2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026]


def test_a_year_without_a_notice_still_has_weekends_and_statutory_holidays() -> None:
    days = [date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 4), date(2027, 2, 6), date(2027, 10, 1)]
    assert [DAYS.is_working(day) for day in days] == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        (date(2022, 1, 14), date(2022, 1, 15), 0),  # a Saturday is due
        (date(2022, 1, 28), date(2022, 1, 30), 2),  # two make-up days
        (date(2022, 1, 30), date(2022, 1, 30), 0),
        (date(2022, 1, 31), date(2022, 1, 30), 0),
        (date(2022, 1, 30), date(2022, 2, 8), 2),
    ],
)
def test_working_days_left(today: date, due: date, left: int) -> None:
    assert DAYS.left(today, due) == left


def test_the_spring_festival_of_75_years_agrees_with_the_table() -> None:
    assert [f"{spring_festival(year):%m%d}" for year in range(2025, 2100)] == SPRING_FESTIVALS.split()


@given(some_days, some_counts)
def test_after_and_before_undo_each_other_from_a_working_day(day: date, n: int) -> None:
    start = DAYS.on_or_after(day)
    assert DAYS.before(DAYS.after(start, n), n) == start


@given(some_days, st.integers(1, 30))
def test_the_nth_working_day_after_leaves_n_working_days(day: date, n: int) -> None:
    found = DAYS.after(day, n)
    assert (DAYS.is_working(found), DAYS.left(day, found)) == (True, n)


@given(some_overrides, st.dates(date(2022, 1, 10), date(2022, 2, 20)))
def test_the_nearest_working_days_enclose_the_day(overrides: dict[date, str], day: date) -> None:
    days = WorkingDays(overrides)
    earlier, later = days.on_or_before(day), days.on_or_after(day)
    assert earlier <= day <= later
    assert days.is_working(earlier)
    assert days.is_working(later)
    assert (earlier == later) == days.is_working(day)
    between = [earlier + DAY * n for n in range(1, (later - earlier).days)]
    assert not any(days.is_working(each) for each in between)
