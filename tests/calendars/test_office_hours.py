"""Office hours: when letters leave that nobody's hand causes, and which reminders come too near an opening."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.deadlines import TZ, day_of, resolve
from calendars.files import load
from calendars.office_hours import OfficeHours
from calendars.rungs import ladder, reminders
from tests.support.scenes import instant

YEAR = load(2022)
HOURS = YEAR.hours
FIRST = instant("2021-12-01T00:00")
INSTANTS = st.integers(0, 426 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))


def test_the_hours_of_2022_are_those_of_an_office() -> None:
    assert OfficeHours(YEAR.working_days, 9, 17) == HOURS


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2021-12-31T00:00", "2021-12-31T09:00"),  # the day of the notice, a Friday
        ("2022-01-14T08:59:59.999999", "2022-01-14T09:00"),
        ("2022-01-14T09:00", "2022-01-14T09:00"),
        ("2022-01-14T16:59:59.999999", "2022-01-14T16:59:59.999999"),
        ("2022-01-14T17:00", "2022-01-17T09:00"),
        ("2022-01-29T23:59", "2022-01-30T09:00"),  # a Sunday that is worked
        ("2022-01-31T00:00", "2022-02-07T09:00"),  # the Spring Festival
        ("2022-02-05T12:00", "2022-02-07T09:00"),
    ],
)
def test_a_letter_waits_for_the_next_office_hour(at: str, leaves: str) -> None:
    assert HOURS.on_or_after(instant(at)) == instant(leaves)


@given(INSTANTS)
def test_it_is_the_first_office_hour_there_is(at: datetime) -> None:
    found = HOURS.on_or_after(at)
    assert found >= at
    assert HOURS.hold(found)
    assert YEAR.working_days.is_working(day_of(found))
    assert 9 <= found.astimezone(TZ).hour < 17
    quarters = (at + timedelta(minutes=15 * number) for number in range(int((found - at) / timedelta(minutes=15)) + 1))
    assert not [one for one in quarters if one < found and HOURS.hold(one)]


@given(INSTANTS, st.sampled_from([phase.slug for phase in YEAR.phases]))
def test_no_reminder_is_sent_within_a_working_day_of_the_letter_that_opens(since: datetime, slug: str) -> None:
    phase = YEAR.phase(slug)
    opening = HOURS.on_or_after(since)
    for rung in reminders(YEAR, phase, resolve(phase.due), since):
        assert HOURS.hold(rung.instant)
        assert rung.instant - opening >= timedelta(days=1)
        assert YEAR.working_days.left(day_of(opening), day_of(rung.instant)) >= 1


def test_without_the_guard_one_is() -> None:
    """The control: the ladder alone keeps a reminder of the opening's own morning."""
    phase, opens = YEAR.phase("shortlist"), instant("2022-01-21T00:00")
    due = resolve(phase.due)
    alone = [rung.days for rung in ladder(phase, due, YEAR.working_days, opens)]
    assert (alone, [rung.days for rung in reminders(YEAR, phase, due, opens)]) == ([7, 3, 1], [3, 1])


def test_the_same_hour_of_the_next_working_day_is_a_day_after() -> None:
    assert HOURS.a_day_after(instant("2022-01-21T14:30")) == instant("2022-01-24T14:30")
    assert HOURS.a_day_after(instant("2022-01-31T00:00")) == instant("2022-02-08T09:00")
