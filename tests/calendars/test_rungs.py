"""Reminder rungs: 09:00, on working days, never before the opening, one letter a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.deadlines import TZ, Due, Extension, at_nine, resolve, start_of
from calendars.files import load
from calendars.rungs import (
    Rung,
    digest_slot,
    escalation_at,
    ladder,
    latest,
    monthly,
    overdue_letter_at,
    province_due,
    province_ladder,
)
from calendars.working_days import WorkingDays
from calendars.year import Phase

YEAR = load(2022)
DAYS = YEAR.working_days


def rungs_of(slug: str) -> list[tuple[int, str]]:
    phase = YEAR.phase(slug)
    found = ladder(phase, resolve(phase.due), DAYS, start_of(phase.opens))
    return [(rung.days, rung.instant.isoformat()) for rung in found]


def a_phase(opens: date, due: date, rungs: tuple[int, ...]) -> Phase:
    return Phase(slug="shortlist", name="面试名单", requires=(), opens=opens, due=due, rungs=rungs)


some_phases = st.builds(
    lambda opens, length, rungs: a_phase(opens, opens + timedelta(days=length), tuple(rungs)),
    st.dates(date(2021, 6, 1), date(2026, 11, 1)),
    st.integers(0, 60),
    st.lists(st.integers(1, 40), unique=True, max_size=5),
)


def test_the_reminders_of_saturday_15_january_fall_on_working_days() -> None:
    phase = YEAR.phase("mentor-recommendation")
    assert phase.due.weekday() == 5
    assert ladder(phase, resolve(phase.due), DAYS, start_of(phase.opens)) == (
        Rung(7, date(2022, 1, 8), at_nine(date(2022, 1, 7)), "2022-01-08 为周六，提前到 2022-01-07"),
        Rung(3, date(2022, 1, 12), at_nine(date(2022, 1, 12)), "工作日"),
        Rung(1, date(2022, 1, 14), at_nine(date(2022, 1, 14)), "工作日"),
    )


def test_a_make_up_day_carries_a_reminder() -> None:
    phase = YEAR.phase("shortlist")
    rung = ladder(phase, resolve(phase.due), DAYS, start_of(phase.opens))[-1]
    assert rung == Rung(1, date(2022, 1, 29), at_nine(date(2022, 1, 29)), "周六，调休上班")


@pytest.mark.parametrize(
    ("slug", "rungs"),
    [
        ("interview", [7, 3, 1]),  # 14 days before is in the festival, and the day before it is before the opening
        ("meeting", [7, 1]),  # 3 and 1 fall on one Friday
        ("year-end", [14, 7, 3, 1]),  # 30 days before is before the opening
        ("midterm", [30, 14, 7, 3, 1]),
        ("cultivation", []),
    ],
)
def test_rungs_that_fall_away_or_together(slug: str, rungs: list[int]) -> None:
    assert [days for days, _ in rungs_of(slug)] == rungs


def test_an_extension_moves_the_ladder_with_the_due_day() -> None:
    due = resolve(date(2022, 1, 30), [Extension(date(2022, 2, 10), "rerun")])
    found = ladder(YEAR.phase("shortlist"), due, DAYS, datetime(2022, 2, 7, 9, 30, tzinfo=TZ))
    assert [(rung.days, rung.instant.isoformat()) for rung in found] == [(1, "2022-02-09T09:00:00+08:00")]


def test_a_rung_at_the_very_opening_stays_and_a_microsecond_later_falls_away() -> None:
    phase = a_phase(date(2022, 3, 1), date(2022, 3, 3), (1,))
    nine = at_nine(date(2022, 3, 2))
    assert len(ladder(phase, resolve(phase.due), DAYS, nine)) == 1
    assert ladder(phase, resolve(phase.due), DAYS, nine + timedelta(microseconds=1)) == ()


def test_a_leap_day_is_one_of_the_days_counted_back() -> None:
    phase = a_phase(date(2024, 2, 19), date(2024, 3, 1), (1, 2))
    found = ladder(phase, resolve(phase.due), DAYS, start_of(phase.opens))
    assert [(rung.days, rung.nominal) for rung in found] == [(2, date(2024, 2, 28)), (1, date(2024, 2, 29))]


@given(some_phases, st.integers(0, 10))
def test_a_ladder_climbs_by_working_days_between_opening_and_due(phase: Phase, late: int) -> None:
    due, since = resolve(phase.due), start_of(phase.opens) + timedelta(days=late)
    found = ladder(phase, due, DAYS, since)
    instants = [rung.instant for rung in found]
    assert instants == sorted(set(instants))
    for rung in found:
        day = rung.instant.date()
        assert since <= rung.instant < due.instant
        assert (rung.instant.time(), rung.nominal) == (time(9), due.day - timedelta(days=rung.days))
        assert day == DAYS.on_or_before(rung.nominal)


@given(some_phases)
def test_a_rung_missing_from_the_ladder_was_too_early_or_shares_its_day(phase: Phase) -> None:
    since = start_of(phase.opens)
    found = {rung.instant: rung.days for rung in ladder(phase, resolve(phase.due), DAYS, since)}
    for ahead in phase.rungs:
        instant = at_nine(DAYS.on_or_before(phase.due - timedelta(days=ahead)))
        assert instant < since or found[instant] <= ahead


@given(some_phases, st.integers(0, 100))
def test_after_downtime_only_the_newest_rung_that_has_come_is_owed(phase: Phase, hours: int) -> None:
    found = ladder(phase, resolve(phase.due), DAYS, start_of(phase.opens))
    as_of = start_of(phase.opens) + timedelta(hours=hours * 10)
    come = [rung for rung in found if rung.instant <= as_of]
    assert latest(found, as_of) == (come[-1] if come else None)
    assert latest(reversed(found), as_of) == latest(found, as_of)


def test_a_rung_has_come_at_its_very_instant() -> None:
    phase = YEAR.phase("shortlist")
    rungs = ladder(phase, resolve(phase.due), DAYS, start_of(phase.opens))
    nine = at_nine(date(2022, 1, 27))
    assert [latest(rungs, at) for at in (nine - timedelta(microseconds=1), nine)] == [rungs[0], rungs[1]]


def test_the_monthly_watch_ends_with_the_due_day() -> None:
    phase = YEAR.phase("cultivation").model_copy(update={"due": date(2022, 5, 4)})  # May begins with a holiday
    assert monthly(phase, DAYS) == (at_nine(date(2022, 4, 1)),)


def test_cultivation_is_watched_from_april_on_the_first_working_day_of_each_month() -> None:
    days = [instant.isoformat() for instant in monthly(YEAR.phase("cultivation"), DAYS)]
    first = ["04-01", "05-05", "06-01", "07-01", "08-01", "09-01", "10-08", "11-01", "12-01"]
    assert days == [f"2022-{day}T09:00:00+08:00" for day in first]


def test_a_phase_without_a_monthly_watch_has_none() -> None:
    assert monthly(YEAR.phase("midterm"), DAYS) == ()


def test_overdue_and_escalation_wait_for_working_days() -> None:
    due = resolve(date(2022, 1, 30))
    assert overdue_letter_at(due, DAYS).isoformat() == "2022-02-07T09:00:00+08:00"
    assert escalation_at(due, DAYS, 3).isoformat() == "2022-02-09T09:00:00+08:00"


@pytest.mark.parametrize(
    ("as_of", "slot"),
    [
        (datetime(2022, 1, 30, 8, 59, 59, 999999, tzinfo=TZ), None),
        (datetime(2022, 1, 30, 9, tzinfo=TZ), datetime(2022, 1, 30, 9, tzinfo=TZ)),
        (datetime(2022, 1, 30, 23, 59, tzinfo=TZ), datetime(2022, 1, 30, 9, tzinfo=TZ)),
        (datetime(2022, 1, 31, 9, tzinfo=TZ), None),
        (datetime(2022, 1, 15, 12, tzinfo=TZ), None),
    ],
)
def test_a_digest_is_for_working_days_from_nine(as_of: datetime, slot: datetime | None) -> None:
    assert digest_slot(as_of, DAYS) == slot


def test_the_province_has_five_working_days_after_a_filing() -> None:
    due = province_due(datetime(2022, 1, 28, 16, tzinfo=TZ), YEAR.figures, DAYS, None)
    assert due == Due(date(2022, 2, 9), start_of(date(2022, 2, 10)), ("filed",))  # 29, 30 January, 7, 8, 9 February


def test_a_day_fixed_by_the_calendar_binds_the_province_whenever_the_city_filed() -> None:
    filed = datetime(2022, 11, 30, 16, tzinfo=TZ)
    assert province_due(filed, YEAR.figures, DAYS, date(2022, 12, 31)) == resolve(date(2022, 12, 31))


def test_the_province_is_reminded_in_working_days_and_not_before_the_filing() -> None:
    filed = datetime(2022, 1, 28, 16, tzinfo=TZ)
    due = province_due(filed, YEAR.figures, DAYS, None)
    found = province_ladder(due, YEAR.figures, DAYS, filed)
    assert [(rung.days, rung.nominal) for rung in found] == [(3, date(2022, 1, 30)), (1, date(2022, 2, 8))]
    assert province_ladder(due, YEAR.figures, DAYS, at_nine(date(2022, 2, 8))) == found[1:]


def test_overrides_of_the_year_reach_the_ladder() -> None:
    days = WorkingDays({date(2022, 1, 14): "holiday"})
    phase = YEAR.phase("mentor-recommendation")
    assert ladder(phase, resolve(phase.due), days, start_of(phase.opens))[-1].instant == at_nine(date(2022, 1, 13))
