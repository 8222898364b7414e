from __future__ import annotations

from datetime import date

import pytest

from calendars.checked_days import FAR, checked_day
from calendars.working_days import WorkingDays

TODAY, BASE, GRACE = date(2022, 1, 18), date(2022, 1, 20), 3


@pytest.mark.parametrize(
    ("day", "late", "left", "better", "works", "why"),
    [
        (date(2022, 1, 18), -2, 0, date(2022, 1, 21), True, "工作日"),
        (date(2022, 1, 20), 0, 2, date(2022, 1, 21), True, "工作日"),
        (date(2022, 1, 21), 1, 0, None, True, "工作日"),
        (date(2022, 1, 22), 2, 0, None, False, "周六"),
        (date(2022, 1, 29), 9, 0, None, True, "周六，调休上班"),
        (date(2022, 2, 1), 12, 0, None, False, "春节"),
    ],
)
def test_a_day_is_looked_at_and_what_is_left_is_counted_where_it_comes_too_soon(
    day: date, late: int, left: int, better: date | None, works: bool, why: str
) -> None:
    found = checked_day(day, BASE, TODAY, GRACE, WorkingDays())
    assert (found.late, found.left, found.better, found.works, found.why) == (late, left, better, works, why)


def test_a_day_is_far_from_the_day_after_the_sixtieth() -> None:
    far = [day for day in (date(2022, 3, 21), date(2022, 3, 22)) if checked_day(day, BASE, TODAY, 3, WorkingDays()).far]
    assert (FAR, far) == (60, [date(2022, 3, 22)])
