"""The clock of a demonstration, moved from the page."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import update

from acts.rerun import rerun
from calendars.deadlines import TZ
from dashboard.acts.once import form_token
from dashboard.pages import clock
from models import letterbox
from models.columns import table_of
from models.database import Busy
from models.tables.season import ProgrammeYear
from tests.support.scenes import stamp
from tests.support.window import ADMIN, PACK, UNTIL, VIEWER, Browser, Window


@pytest.fixture
def demo(window: Window) -> Window:
    """The window that `talent demo` opens."""
    return replace(window, site=replace(window.site, pack=PACK))


def now(window: Window) -> datetime:
    return window.site.now(window.site.year(2022)).astimezone(TZ)


def said(browser: Browser, address: str) -> list[str]:
    page = browser.get(address)
    found = re.search(r"<p role=\"[a-z]+\" class=\"[a-z]+\">(.*?)</p>", page.text)
    assert found is not None, page.text
    return [line for line in found[1].split("<br>") if line]


def form(page: str) -> dict[str, str]:
    """The fields of the clock's form as the page holds them."""
    fields = page.split('<form class="clock"')[1].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', fields))


def test_the_bar_says_where_each_button_goes(demo: Window) -> None:
    page = demo.as_(ADMIN).get("/2022").text
    bar = page.split('<form class="clock"')[1].split("</form>")[0]
    assert ("2022-02-07 周一 09:00" in bar, "盐城留给我办理" in bar) == (True, True)
    assert "<small>2022-02-09 周三 09:00 面试名单：督办</small>" in bar


def test_a_demonstration_hands_out_the_workbook_that_the_visitor_files(demo: Window, window: Window) -> None:
    here = "/2022/shortlist/yancheng"
    asked = f"{here}/template.xlsx?rehearsed=1"
    city = demo.as_("yancheng")
    assert (asked in city.get(here).text, asked in window.as_("yancheng").get(here).text) == (True, False)
    assert city.get(asked).content == (PACK / "yancheng" / "shortlist.xlsx").read_bytes()
    assert window.as_("yancheng").get(asked).status_code == 404
    assert demo.as_("nanjing").get(asked).status_code == 404


def test_the_bar_says_where_the_next_moment_chases_nobody(demo: Window) -> None:
    given = (demo.database, 2022, "shortlist", "yancheng", stamp("2022-02-07T09:00"))
    assert rerun(*given, until=date(2022, 2, 10), reason="疫情封控").done
    assert "面试名单：督办（没有要催的市）</small>" in demo.as_(ADMIN).get("/2022/tasks").text


def test_a_form_whose_play_broke_off_may_be_sent_again(demo: Window) -> None:
    admin = demo.as_(ADMIN)
    fields = form(admin.get("/2022").text) | {"to": "day"}
    for error in (OSError("full"), Busy()):
        with patch.object(clock, "play_on", side_effect=error), suppress(OSError):
            assert admin.post("/2022/clock", data=fields).status_code == 503
    assert admin.post("/2022/clock", data=fields).headers["location"] == f"/deeds/{fields['once']}"
    assert now(demo) == UNTIL + timedelta(days=1)


def test_a_day_forward_happens_once_and_tells_what_happened(demo: Window) -> None:
    admin = demo.as_(ADMIN)
    fields = form(admin.get("/2022").text) | {"to": "day"}
    first, again = (admin.post("/2022/clock", data=fields) for _ in range(2))
    assert [(answer.status_code, answer.headers["location"]) for answer in (first, again)] == [
        (303, f"/deeds/{fields['once']}")
    ] * 2
    assert now(demo) == UNTIL + timedelta(days=1)
    assert said(admin, first.headers["location"])[0] == "演示时钟已到 2022-02-08 09:00。"
    assert list((demo.site.settings.maildir / "new").iterdir()) != []


def test_after_an_answer_that_moved_nothing_the_button_works_again(demo: Window) -> None:
    wall = demo.site.wall()
    object.__setattr__(demo.site, "wall", lambda: wall)
    admin = demo.as_(ADMIN)
    with clock._moving:
        busy = admin.post("/2022/clock", data=form(admin.get("/2022").text) | {"to": "day"})
    assert said(admin, busy.headers["location"]) == [clock.MOVING]
    admin.post("/2022/clock", data=form(admin.get("/2022").text) | {"to": "day"})
    assert now(demo) == UNTIL + timedelta(days=1)


def test_to_the_next_moment_a_reminder_goes_out(demo: Window) -> None:
    admin = demo.as_(ADMIN)
    for expected in ("2022-02-09 09:00", "2022-02-11 09:00"):
        answer = admin.submit("/2022/clock", once=form_token(), to="moment", leave="yancheng")
        assert said(admin, answer.headers["location"])[0] == f"演示时钟已到 {expected}。"
    with demo.database.read() as connection:
        kinds = {row.kind for row in letterbox.listed(connection, 2022, {}) if row.queued_as_of > UNTIL}
    assert {"escalation", "digest"} <= kinds


def test_what_is_done_afterwards_is_signed_as_of_the_new_time(demo: Window) -> None:
    admin = demo.as_(ADMIN)
    admin.submit("/2022/clock", once=form_token(), to="day")
    opened = demo.site.year(2022)
    assert demo.site.now(opened) == UNTIL + timedelta(days=1)
    assert "2022-02-08 周二 09:00" in admin.get("/2022").text


@pytest.mark.parametrize(("who", "status"), [(None, 401), (VIEWER, 403), ("yancheng", 404)])
def test_nobody_else_moves_it_or_sees_that_it_can_be_moved(demo: Window, who: str | None, status: int) -> None:
    browser = demo.as_(who)
    assert browser.submit("/2022/clock", once=form_token(), to="day").status_code == status
    assert now(demo) == UNTIL
    if who == VIEWER:
        assert 'class="clock"' not in browser.get("/2022").text


def test_the_past_has_no_clock_to_move(demo: Window) -> None:
    assert 'class="clock"' not in demo.as_(ADMIN).get("/2022?as_of=2022-01-20T09:00").text


def test_a_forged_move_is_refused(demo: Window) -> None:
    admin = demo.as_(ADMIN)
    assert admin.post("/2022/clock", data={"once": form_token(), "to": "day", "csrf": "x"}).status_code == 403


def test_a_real_year_has_no_such_clock(demo: Window) -> None:
    with demo.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(rehearsal=False, clock=None))
    admin = demo.as_(ADMIN)
    assert admin.submit("/2022/clock", once=form_token(), to="day").status_code == 404
    assert 'class="clock"' not in admin.get("/2022").text
