from __future__ import annotations

from datetime import date

import pytest

from calendars import files
from dashboard.looking import Looking, moved
from models.standing import Opened
from tests.dashboard.conftest import ADMIN, Window
from tests.scenes import instant

OPENED = Opened(files.load(2022), rehearsal=True, closed_as_of=None, revision=1)
NOW = instant("2022-02-07T09:00")


def looked(at: str) -> Looking:
    return Looking(OPENED, NOW, instant(at))


@pytest.mark.parametrize(
    ("at", "before", "after", "day"),
    [
        ("2022-02-07T09:00", "2022-02-06T09:00", None, 38),
        ("2022-02-06T09:01", "2022-02-05T09:01", "", 37),
        ("2022-02-06T08:59", "2022-02-05T08:59", "2022-02-07T08:59", 37),
        ("2022-01-01T10:00", "2021-12-31T10:00", "2022-01-02T10:00", 1),
        ("2021-12-31T10:00", None, "2022-01-01T10:00", 0),
        ("2021-06-01T10:00", None, "2021-06-02T10:00", 0),
    ],
)
def test_a_day_earlier_and_later_keep_within_the_year_and_the_present(
    at: str, before: str | None, after: str | None, day: int
) -> None:
    look = looked(at)
    assert (look.day_before, look.day_after, look.day) == (before, after, day)
    assert (look.first, look.last, look.days) == (date(2021, 12, 31), date(2022, 2, 7), 38)


def test_a_link_keeps_what_else_was_asked() -> None:
    query = [("state", "failed"), ("as_of", "2022-01-01T09:00"), ("q", "a&b")]
    assert (
        moved("/2022/letters", query, "2022-01-02T09:00") == "/2022/letters?state=failed&q=a%26b&as_of=2022-01-02T09:00"
    )
    assert moved("/2022", query[1:2], "") == "/2022"


@pytest.mark.parametrize(
    "as_of", ["", "2022-02-07T09:00", "2022-02-07T09:00:00", "2030-01-01T00:00", "2022-02-07T01:00Z"]
)
def test_the_present_minute_the_future_and_an_empty_field_are_now(window: Window, as_of: str) -> None:
    page = window.as_(ADMIN).get("/2022", params={"as_of": as_of}).text
    assert ('class="past"' in page, "hx-get" in page) == (False, True)


def test_the_past_is_marked_and_does_not_refresh_itself(window: Window) -> None:
    page = window.as_(ADMIN).get("/2022?as_of=2022-01-22T10:00&only=hand").text
    said = page.split('<p class="past" role="status">')[1].split("</p>")[0]
    assert "这是 2022-01-22 周六 10:00 的情形，只能查看。" in said
    assert '<a href="/2022?only=hand">回到现在</a>' in said
    assert ("hx-get" in page, "http-equiv" in page) == (False, False)


def test_an_instant_that_cannot_be_read_is_said_to_be_so(window: Window) -> None:
    answer = window.as_(ADMIN).get("/2022?as_of=gestern")
    assert (answer.status_code, "gestern" in answer.text) == (422, False)
