"""Addresses that no page links to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from calendars.deadlines import TZ
from dashboard.instants import EARLIEST, sensible
from dashboard.once import form_token
from tests.dashboard.conftest import ADMIN, Window

NOW = datetime(2022, 2, 7, 9, tzinfo=TZ)
HUGE = "9" * 20


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (datetime(2022, 1, 20, 9), datetime(2022, 1, 20, 9, tzinfo=TZ)),  # noqa: DTZ001 -- as it is typed
        (datetime(2022, 1, 20, 1, tzinfo=UTC), datetime(2022, 1, 20, 9, tzinfo=TZ)),
        (datetime(2022, 2, 8, 9, tzinfo=TZ), NOW),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), NOW),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), EARLIEST),
    ],
)
def test_whatever_instant_is_typed_is_one_that_can_be_shown(typed: datetime, shown: datetime) -> None:
    assert sensible(typed, NOW) == shown


@pytest.mark.parametrize("year", [HUGE, "1999", "3000"])
def test_a_year_that_cannot_be_is_not_there(window: Window, year: str) -> None:
    admin = window.as_(ADMIN)
    assert admin.get(f"/{year}").status_code == 404
    assert admin.get(f"/api/v1/years/{year}/status").status_code == 404
    assert admin.submit(f"/{year}/clock", once=form_token(), to="day").status_code == 404


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00%2B14:00", "0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_the_edges_of_time_are_shown_as_what_they_are_near(window: Window, as_of: str) -> None:
    admin = window.as_(ADMIN)
    for address in ("/2022", "/api/v1/years/2022/status", "/api/v1/years/2022/log"):
        assert admin.get(f"{address}?as_of={as_of}").status_code == 200, address
