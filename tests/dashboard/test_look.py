from __future__ import annotations

from datetime import date

import pytest

from calendars import files
from dashboard.serving.look import Looking, moved
from models.standing import Opened
from phases.book import BOOK
from tests.support.scenes import instant
from tests.support.window import ADMIN, Window

OPENED = Opened(files.load(2022), BOOK, rehearsal=True, closed_as_of=None, revision=1)
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


@pytest.mark.parametrize(
    ("name", "address"),
    [
        *(
            ("yancheng", f"/2022/shortlist/yancheng/{page}")
            for page in ("workbook", "rows", "request", "trial", "file")
        ),
        (ADMIN, "/2022/shortlist/yancheng/workbook"),
        (ADMIN, "/2022/offices"),
        (ADMIN, "/2022/acts/extend"),
    ],
)
def test_what_has_no_past_says_so_and_leads_to_now(window: Window, name: str, address: str) -> None:
    browser = window.as_(name)
    past = browser.get(f"{address}?sheet=&as_of=2022-01-20T10:00")
    assert (past.status_code, "<form" in past.text.partition("<main")[2]) == (409, False)
    assert f'href="{address}?sheet=">回到现在' in past.text
    now = browser.get(address)
    assert (now.status_code, 'class="at"' in now.text) == (200, False)


@pytest.mark.parametrize(
    ("name", "address", "fields"),
    [
        ("yancheng", "/2022/shortlist/yancheng/request", {"until": "2022-02-15", "reason": "封控"}),
        ("yancheng", "/2022/shortlist/yancheng/file", {}),
        ("yancheng", "/2022/shortlist/yancheng/rows", {"do": "save"}),
        ("yancheng", "/2022/shortlist/yancheng/workbook", {}),
        (ADMIN, "/2022/shortlist/yancheng/calls", {"whom": "某", "said": "已告知"}),
        (ADMIN, "/2022/offices/contacts", {"office": "yancheng", "name": "某", "part": "main"}),
        (ADMIN, "/2022/feeds", {}),
    ],
)
def test_in_the_past_nothing_is_done(window: Window, name: str, address: str, fields: dict[str, str]) -> None:
    def kept() -> dict[str, int]:
        with window.database.read() as connection:
            return {
                table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
                for table in ("request", "audit", "call", "contact", "feed", "transition", "workbook_load", "deed")
            }

    before = kept()
    answer = window.as_(name).submit(f"{address}?as_of=2022-01-20T10:00", once="a form", **fields)
    assert (answer.status_code, kept()) == (409, before)
    assert "过去的情形只能查看；请回到现在再办理。" in answer.text
