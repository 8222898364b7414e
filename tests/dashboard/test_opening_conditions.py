from __future__ import annotations

from dashboard.views import opening_conditions
from gates.states import State
from tests.support.made import calendar, instant

YEAR = calendar()


def test_the_calendar_says_what_opens_when() -> None:
    assert [opening_conditions.opening(YEAR, YEAR.phase(slug)) for slug in ("mentor-recommendation", "midterm")] == [
        "2021-12-31（周五）开放，不等其他阶段。",
        "“师生见面会”通过之后开放，不早于 2022-07-01（周五）。",
    ]


def test_passing_says_who_has_the_last_word_and_from_when_filing_is_possible() -> None:
    assert [opening_conditions.passing(YEAR.phase(slug)) for slug in ("shortlist", "interview", "cultivation")] == [
        "市级管理办公室报送后，系统核验通过，本阶段即为通过。",
        "市级管理办公室报送后，系统核验通过，再由省级管理办公室备案，本阶段即为通过。",
        "2022-12-01（周四）起可以报送；市级管理办公室报送后，系统核验通过，本阶段即为通过。",
    ]


def test_two_phases_wait_for_the_meeting() -> None:
    assert [phase.slug for phase in opening_conditions.followers(YEAR, YEAR.phase("meeting"))] == [
        "cultivation",
        "midterm",
    ]


def test_a_city_reads_what_each_next_phase_still_waits_for() -> None:
    states = dict.fromkeys((phase.slug for phase in YEAR.phases), State.WAITING)
    states |= {"mentor-recommendation": State.PASSED, "application": State.OVERDUE}
    at = instant("2022-01-21T09:00")
    assert opening_conditions.after(YEAR, YEAR.phase("application"), states, at) == (
        "“面试名单”尚未开放：须“学生申报”通过（现为已逾期），方可开放。",
    )
    assert opening_conditions.after(YEAR, YEAR.phase("shortlist"), states, at) == (
        "“导师面试”尚未开放：须“面试名单”通过（现为未开放），且到2022-01-31（周一），方可开放。",
    )
    assert opening_conditions.after(YEAR, YEAR.phase("mentor-recommendation"), states, at) == ("“学生申报”已逾期。",)
