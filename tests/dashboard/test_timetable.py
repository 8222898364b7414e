from __future__ import annotations

from datetime import date

from calendars.moments import moments
from dashboard.views.timetable import TimetableEntry, by_month, entry
from tests.support.made import calendar, instant

YEAR = calendar()


def test_a_deadline_stands_at_the_end_of_its_due_day() -> None:
    (deadline,) = [one for one in moments(YEAR) if one.phase == "shortlist" and one.kind == "deadline"]
    assert entry(deadline, YEAR.working_days, instant("2022-01-30T23:59")) == TimetableEntry(
        instant("2022-01-31T00:00"),
        date(2022, 1, 30),
        "24:00",
        "面试名单：截止",
        "shortlist",
        "周日，调休上班",
        past=False,
    )


def test_every_moment_is_listed_once_in_the_month_of_its_day_and_the_past_is_told_apart() -> None:
    listed = by_month(moments(YEAR), YEAR.working_days, instant("2022-02-07T09:00"))
    assert [month for month, _ in listed][:3] == ["2021 年 12 月", "2022 年 1 月", "2022 年 2 月"]
    assert sum(len(entries) for _, entries in listed) == len(moments(YEAR))
    assert all(f"{one.day.year} 年 {one.day.month} 月" == month for month, entries in listed for one in entries)
    february = dict(listed)["2022 年 2 月"]
    assert [(one.day.day, one.label, one.past) for one in february][:2] == [
        (7, "面试名单：逾期通知", True),
        (9, "面试名单：督办", False),
    ]
