"""A year is drafted on the page from another: checked as it is typed, kept, opened by the act there is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from calendars import files, typed_year
from calendars.deadlines import TZ
from dashboard.serving.site import Site
from models import calendar_drafts, standing
from models.database import Database
from phases.book import BOOK
from settings import DashboardSettings, Settings
from tests.dashboard.test_acting import hidden as carried
from tests.support.filing import once
from tests.support.window import ADMIN, BASE, SECRET, VIEWER, Browser, Window, give_accounts

HERE = "/years/draft"
NOW = datetime(2027, 9, 1, 9, tzinfo=TZ)


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Window]:
    database = Database(database_url, BOOK)
    give_accounts(database)
    settings = Settings(base_url=BASE, maildir=tmp_path, dashboard=DashboardSettings(totp=False))
    yield Window(Site(database, settings, SECRET, wall=lambda: NOW))
    database.dispose()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def form(page: str, **changed: str) -> dict[str, str]:
    """What the form holds, with these fields typed over."""
    base = files.parse(hidden(page, "base"), "", None)
    plain = {name: one.value for name, one in typed_year.fields(base, BOOK.terms).items()}
    kept = {name: hidden(page, name) for name in ("base", "seen", "seen_of", "once")}
    return plain | kept | {name.replace("__", "."): value for name, value in changed.items()}


def begun(browser: Browser, **changed: str) -> dict[str, str]:
    page = browser.get(f"{HERE}?from=2027")
    assert page.status_code == 200
    return form(page.text, **changed)


def test_a_year_is_drafted_saved_gone_on_with_and_opened(empty: Window) -> None:
    browser = empty.as_(ADMIN)
    assert [empty.as_(who).get(f"{HERE}?from=2027").status_code for who in (VIEWER, "yancheng")] == [403, 404]
    assert browser.get(f"{HERE}?from=1999").status_code == 409
    fields = begun(browser, figures__grace="4")
    for _ in range(2):
        saved = browser.submit(HERE, **fields)
        assert saved.headers["location"] == f"/deeds/{fields['once']}"
    listed = browser.get("/years").text
    assert "继续填写 2028 年度" in listed
    again = browser.get(f"{HERE}?year=2028")
    assert ('name="figures.grace" type="text" value="4"' in again.text, hidden(again.text, "seen")) == (True, "1")
    text = hidden(listed, "calendar")
    shown = browser.submit("/years/preview", calendar=text).text
    assert ("<li>通知尚未印发：本年度通知尚未印发" in shown, "<code>" in shown, "draft 一行" in shown) == (
        True,
        False,
        False,
    )
    opened = browser.submit("/years", calendar=text, once=once(shown), start="real")
    assert opened.status_code == 303
    with empty.database.read() as connection:
        assert standing.opened(connection, 2028).year.figures.grace == 4
        assert calendar_drafts.drafts(connection) == []


def test_each_fault_stands_at_its_field_and_nothing_typed_is_lost(empty: Window) -> None:
    browser = empty.as_(ADMIN)
    fields = begun(browser, figures__grace="三", title="我的年度")
    for address in (f"{HERE}/check", HERE):
        page = browser.submit(address, **fields)
        assert (page.status_code, page.text.count('aria-invalid="true"')) == (422, 1)
        assert (
            '<a href="#figures.grace">重新开放、延期、退回之后至少留给城市的时间</a>：“三”应是整数；写成整数。'
            in page.text
        )
        [field] = re.findall(r'<input id="figures.grace"[^>]*>', page.text)
        [described] = re.findall(r'aria-describedby="([^"]+)"', field)
        assert f'<small class="fault" id="{described}">“三”应是整数' in page.text
        assert 'name="title" type="text" value="我的年度"' in page.text
    with empty.database.read() as connection:
        assert calendar_drafts.drafts(connection) == []


def test_of_two_officers_the_second_is_told_and_overwrites_only_knowingly(empty: Window) -> None:
    browser = empty.as_(ADMIN)
    one, other = begun(browser, figures__grace="4"), begun(browser, figures__grace="5")
    assert browser.submit(HERE, **one).status_code == 303
    told = browser.submit(HERE, **other)
    assert (told.status_code, "admin 某 于 2027年9月1日09:00 保存过" in told.text) == (409, True)
    assert 'name="figures.grace" type="text" value="5"' in told.text
    assert browser.get(f"{HERE}?from=2027").headers["location"] == f"{HERE}?year=2028"
    assert "2027-09-01 09:00 保存的 2028 年度草案" in browser.get(f"{HERE}?year=2028").text
    assert f"{HERE}?from=2027" not in browser.get("/years").text
    knowing = form(told.text, figures__grace="5")
    assert browser.submit(HERE, **knowing).status_code == 303
    stale = form(told.text, figures__grace="6") | {"once": "another form"}
    assert browser.submit(HERE, **stale).status_code == 409, "the first version was seen, and the second stands"
    with empty.database.read() as connection:
        [kept] = calendar_drafts.drafts(connection)
    assert (kept.version, files.parse(kept.calendar, "", None).figures.grace) == (2, 5)


def test_a_draft_that_is_made_another_year_s_does_not_write_over_that_one(empty: Window) -> None:
    browser = empty.as_(ADMIN)
    page = browser.get(f"{HERE}?from=2026").text
    assert browser.submit(HERE, **form(page)).status_code == 303
    assert browser.submit(HERE, **begun(browser, figures__grace="4")).status_code == 303
    page, other = (browser.get(f"{HERE}?year={year}").text for year in (2027, 2028))
    again = form(page) | {name: value for name, value in form(other).items() if name.startswith("phases.")}
    told = browser.submit(HERE, **again | {"year": "2028", "figures.grace": "7"})
    assert (told.status_code, "2028 年度的草案，admin 某 于" in told.text) == (409, True)
    with empty.database.read() as connection:
        kept = [files.parse(one.calendar, "", None) for one in calendar_drafts.drafts(connection)]
    assert [(one.year, one.figures.grace) for one in kept] == [(2027, 3), (2028, 4)]
    knowing = {"seen": hidden(told.text, "seen"), "seen_of": hidden(told.text, "seen_of"), "once": once(told.text)}
    assert browser.submit(HERE, **again | knowing | {"year": "2028", "figures.grace": "7"}).status_code == 303


def test_a_year_that_is_open_is_drafted_no_more(empty: Window) -> None:
    browser = empty.as_(ADMIN)
    fields = begun(browser)
    shown = browser.submit("/years/preview", shipped="2027").text
    late = {"through": "none", "reason": "试验", "start": "real"}
    assert browser.submit("/years", calendar=hidden(shown, "calendar"), once=once(shown), **late).status_code == 303
    assert (browser.get(f"{HERE}?from=2026").status_code, f"{HERE}?from=2026" in browser.get("/years").text) == (
        409,
        False,
    )
    told = browser.submit(HERE, **(fields | {"year": "2027"}))
    assert told.status_code in {409, 422}
    with empty.database.read() as connection:
        assert calendar_drafts.drafts(connection) == []


def test_a_calendar_under_way_is_revised_by_the_same_fields_through_the_act_there_is(window: Window) -> None:
    browser = window.as_(ADMIN)
    page = browser.get(f"{HERE}?revise=2022").text
    assert "与现行的日历相同" in page
    assert "预览修订" not in page
    fields = form(page, figures__grace="4", notice="苏教〔2022〕9 号") | {"revises": "2022"}
    checked = browser.submit(f"{HERE}/check", **fields)
    assert (checked.status_code, "还没有办理" in checked.text) == (200, True)
    text = hidden(checked.text, "calendar")
    shown = browser.submit("/2022/acts/amend/preview", calendar=text, reason="通知改了")
    assert shown.status_code == 200, shown.text
    assert "日历里改动的（2 项）" in shown.text
    assert "<li>重新开放、延期、退回之后至少留给城市的时间：3 → 4</li>" in shown.text
    assert "<li>通知文号：" in shown.text
    done = browser.submit("/2022/acts/amend", **carried(shown))
    assert done.status_code == 303
    with window.database.read() as connection:
        assert standing.opened(connection, 2022).year.figures.grace == 4
    stale = browser.submit(f"{HERE}/check", **fields | {"figures.grace": "5"})
    assert (stale.status_code, "年度日历已被修订" in stale.text, "预览修订" in stale.text) == (409, True, False)
    knowing = browser.submit(f"{HERE}/check", **fields | {"figures.grace": "5", "base": hidden(stale.text, "base")})
    assert (knowing.status_code, "预览修订" in knowing.text) == (200, True)
    unsaid = browser.submit("/2022/acts/amend/preview", calendar=text, reason="")
    assert (unsaid.status_code, hidden(unsaid.text, "calendar").strip()) == (422, text.strip())
