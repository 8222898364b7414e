"""The resolver: the due day is inclusive, an extension never makes anyone worse off, and says why."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.deadlines import (
    CAUSES,
    TZ,
    Cause,
    Due,
    Extension,
    at_nine,
    day_of,
    end_of,
    resolve,
    room,
    start_of,
    uncorrected,
)
from calendars.working_days import WorkingDays

BASE = date(2022, 1, 30)

some_days = st.dates(date(2021, 1, 1), date(2023, 12, 31))
some_extensions = st.lists(st.builds(Extension, some_days, st.sampled_from(CAUSES)), max_size=6)


def test_the_last_microsecond_of_the_due_day_is_in_and_the_next_is_out() -> None:
    due = resolve(date(2022, 1, 15))
    assert due == Due(date(2022, 1, 15), datetime(2022, 1, 16, tzinfo=TZ), ("calendar",))
    assert due.met_by(datetime(2022, 1, 15, 23, 59, 59, 999999, tzinfo=TZ))
    assert not due.met_by(datetime(2022, 1, 16, tzinfo=TZ))


def test_the_same_edge_seen_from_utc() -> None:
    due = resolve(date(2022, 1, 15))
    assert due.met_by(datetime(2022, 1, 15, 15, 59, 59, 999999, tzinfo=UTC))
    assert not due.met_by(datetime(2022, 1, 15, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2024, 2, 28), datetime(2024, 2, 29, tzinfo=TZ)),
        (date(2024, 2, 29), datetime(2024, 3, 1, tzinfo=TZ)),
        (date(2023, 2, 28), datetime(2023, 3, 1, tzinfo=TZ)),
        (date(2022, 12, 31), datetime(2023, 1, 1, tzinfo=TZ)),
    ],
)
def test_a_due_day_ends_at_the_next_day_leap_years_and_new_year_included(day: date, instant: datetime) -> None:
    assert resolve(day).instant == instant
    assert instant.utcoffset() == timedelta(hours=8)


def test_days_become_instants_of_shanghai_and_back() -> None:
    day = date(2022, 3, 1)
    assert [start_of(day).isoformat(), at_nine(day).isoformat(), end_of(day).isoformat()] == [
        "2022-03-01T00:00:00+08:00",
        "2022-03-01T09:00:00+08:00",
        "2022-03-02T00:00:00+08:00",
    ]
    assert day_of(datetime(2022, 2, 28, 16, tzinfo=UTC)) == day


@pytest.mark.parametrize(
    ("given_", "day", "because"),
    [
        ([Extension(date(2022, 2, 3), "extension")], date(2022, 2, 3), ("calendar", "extension")),
        ([Extension(date(2022, 1, 29), "extension")], BASE, ("calendar",)),
        ([Extension(BASE, "rerun")], BASE, ("calendar",)),
        (
            [Extension(date(2022, 2, 10), "rerun"), Extension(date(2022, 2, 3), "extension")],
            date(2022, 2, 10),
            ("calendar", "extension", "rerun"),
        ),
        (
            [Extension(date(2022, 2, 10), "extension"), Extension(date(2022, 2, 3), "rerun")],
            date(2022, 2, 10),
            ("calendar", "extension"),
        ),
        (
            [Extension(date(2022, 2, 8), "rerun"), Extension(date(2022, 2, 10), "grace")],
            date(2022, 2, 10),
            ("calendar", "rerun", "grace"),
        ),
    ],
)
def test_the_causes_that_moved_the_day_are_named(given_: list[Extension], day: date, because: tuple[str, ...]) -> None:
    assert resolve(BASE, given_) == Due(day, end_of(day), because)


@given(some_days, some_extensions)
def test_the_later_of_base_and_own_always_wins(base: date, extensions: list[Extension]) -> None:
    due = resolve(base, extensions)
    assert due.day == max([base, *(extension.until for extension in extensions)])
    assert due.instant == end_of(due.day)


@given(some_days, some_extensions, st.builds(Extension, some_days, st.sampled_from(CAUSES)))
def test_nobody_is_worse_off_for_one_more_extension(base: date, extensions: list[Extension], one: Extension) -> None:
    assert resolve(base, [*extensions, one]).day >= resolve(base, extensions).day


@given(some_days, some_days, some_extensions)
def test_a_later_general_day_never_makes_anyone_worse_off(a: date, b: date, extensions: list[Extension]) -> None:
    assert resolve(min(a, b), extensions).day <= resolve(max(a, b), extensions).day


@given(some_days, some_extensions, st.randoms(use_true_random=False))
def test_the_order_in_which_extensions_came_is_nothing(base: date, given_: list[Extension], order: Random) -> None:
    shuffled = list(given_)
    order.shuffle(shuffled)
    assert resolve(base, shuffled) == resolve(base, given_)


@given(some_days, some_extensions)
def test_because_is_calendar_exactly_where_nothing_moved_it(base: date, extensions: list[Extension]) -> None:
    due = resolve(base, extensions)
    assert (due.because == ("calendar",)) == (due.day == base)


@pytest.mark.parametrize(
    ("since", "due", "extension"),
    [
        (datetime(2022, 2, 7, 9, 30, tzinfo=TZ), date(2022, 2, 10), None),  # exactly three working days stay
        (datetime(2022, 2, 7, 9, 30, tzinfo=TZ), date(2022, 2, 9), Extension(date(2022, 2, 10), "grace")),
        (datetime(2022, 1, 28, 9, 30, tzinfo=TZ), date(2022, 1, 30), Extension(date(2022, 2, 7), "grace")),
        (datetime(2022, 2, 7, 23, 59, tzinfo=TZ), date(2022, 1, 30), Extension(date(2022, 2, 10), "grace")),
    ],
)
def test_room_to_work_is_kept_in_working_days(since: datetime, due: date, extension: Extension | None) -> None:
    assert room(resolve(due), since, 3, WorkingDays()) == extension


@given(some_days, some_days, st.integers(0, 10))
def test_room_is_the_grace_at_least_and_no_more_than_needed(opened: date, due: date, grace: int) -> None:
    days, since = WorkingDays(), at_nine(opened)
    extension = room(resolve(due), since, grace, days)
    kept = resolve(due, [extension] if extension else [])
    assert days.left(opened, kept.day) >= grace
    assert kept.day in {due, days.after(opened, grace)}


@pytest.mark.parametrize(
    ("causes", "kept"),
    [
        ((), []),
        (("extension", "correction"), []),
        (("extension", "extension", "correction"), [0]),
        (("extension", "grace", "correction"), [1]),
        (("rerun", "extension", "correction", "correction"), []),
        (("correction", "extension"), [1]),
    ],
)
def test_a_correction_takes_back_the_newest_that_was_given_by_hand(causes: tuple[Cause, ...], kept: list[int]) -> None:
    assert uncorrected(causes) == kept


def test_a_due_survives_a_process_border() -> None:
    due = resolve(BASE, [Extension(date(2022, 2, 10), "rerun")])
    assert pickle.loads(pickle.dumps(due)) == due
