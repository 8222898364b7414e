"""Calendar feeds: whoever has the address reads one calendar, until it is revoked."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from icalendar import Calendar
from sqlalchemy import select, update

from acts.extend import extend
from acts.open_year import open_year
from calendars.files import load
from dashboard.acts.once import form_token
from models.columns import table_of
from models.stamp import Stamp
from models.tables.accounts import Account
from models.tables.audit import AuditEntry
from models.tables.feeds import Feed
from models.tables.season import ProgrammeYear
from tests.support.window import ADMIN, BASE, UNTIL, VIEWER, YEAR, Window


def made(window: Window, name: str, whose: str = "") -> str:
    """Make a feed as somebody; its path."""
    page = window.as_(name).submit("/2022/feeds", once=form_token(), whose=whose)
    found = re.search(rf"{BASE}(/feeds/[\w-]{{43}}\.ics)", page.text)
    assert found is not None
    return found[1]


def events(body: bytes) -> dict[str, int]:
    """The deadlines of a calendar by their UID, and the version of each."""
    return {str(event["uid"]): int(str(event["sequence"])) for event in Calendar.from_ical(body).walk("VEVENT")}


def test_a_city_s_feed_has_its_own_due_days_and_changes_with_them(window: Window) -> None:
    path = made(window, "nanjing", "nanjing")
    nobody = window.as_(None)
    first = nobody.get(path)
    assert (first.status_code, first.headers["content-type"], first.headers["cache-control"]) == (
        200,
        "text/calendar; charset=utf-8",
        "private, max-age=300",
    )
    tag = first.headers["etag"]
    again = [nobody.get(path, headers={"if-none-match": given}) for given in (tag, f'W/{tag}, "other"', "*", '"other"')]
    assert [(answer.status_code, len(answer.content) > 0) for answer in again] == [(304, False)] * 3 + [(200, True)]
    stamp = Stamp("省办", window.site.wall(), UNTIL)
    extend(window.database, YEAR, "interview", ["nanjing"], stamp, until=UNTIL.date().replace(day=25), reason="雪")
    changed = nobody.get(path, headers={"if-none-match": tag})
    uid = "2022-interview-due-nanjing@talent-calendar"
    assert (changed.status_code, events(first.content)[uid], events(changed.content)[uid]) == (200, 1, 2)
    assert nobody.head(path).status_code == 200


def test_a_feed_carries_every_year_that_is_open(window: Window) -> None:
    """The next year hides none that still runs."""
    path, now = made(window, "nanjing", "nanjing"), datetime.now(UTC)
    assert {uid[:4] for uid in events(window.as_(None).get(path).content)} == {"2022"}
    said = open_year(window.database, load(2027), Stamp("省办", now, now), rehearsal=True)
    assert said.done, said.message
    assert {uid[:4] for uid in events(window.as_(None).get(path).content)} == {"2022", "2027"}
    programme = table_of(ProgrammeYear)
    with window.database.write() as connection:
        connection.execute(update(programme).where(programme.c.year == 2027).values(trial="trial@kepu.example"))
    assert {uid[:4] for uid in events(window.as_(None).get(path).content)} == {"2022"}, "a trial is in no calendar"


def test_the_province_s_feed_has_its_own_days(window: Window) -> None:
    body = window.as_(None).get(made(window, VIEWER)).content
    assert "2022-year-end-province-due@talent-calendar" in events(body)


@pytest.mark.parametrize("whose", ["", "yancheng", "南京", "nowhere"])
def test_a_city_makes_no_feed_but_its_own(window: Window, whose: str) -> None:
    answer = window.as_("nanjing").submit("/2022/feeds", once=form_token(), whose=whose)
    assert (answer.status_code, "/feeds/" in answer.text.split("<main")[-1]) == (
        (200, True) if whose == "南京" else (404, False)
    )


def test_an_address_is_shown_once_and_kept_as_a_digest(window: Window) -> None:
    path = made(window, "nanjing", "nanjing")
    secret = path.removeprefix("/feeds/").removesuffix(".ics")
    assert secret not in window.as_("nanjing").get("/2022/exports").text
    with window.database.read() as connection:
        kept = [*connection.execute(select(table_of(Feed))), *connection.execute(select(table_of(AuditEntry)))]
    assert (len(kept), any(secret in str(row) for row in kept)) == (2, False)


def test_a_revoked_feed_is_not_there_and_only_its_owner_or_the_province_s_hands_revoke_it(window: Window) -> None:
    paths = [made(window, "nanjing", "nanjing") for _ in range(2)]
    with window.database.read() as connection:
        keys = list(connection.execute(select(table_of(Feed).c.digest).order_by(table_of(Feed).c.made_at)).scalars())

    def revoke(name: str, key: str) -> int:
        return window.as_(name).submit("/2022/feeds/revoke", feed=key).status_code

    tries = [revoke(*each) for each in (("yancheng", keys[0]), (VIEWER, keys[0]), ("nanjing", "nothing"))]
    assert tries == [404, 404, 404]
    assert [window.as_(None).get(path).status_code for path in paths] == [200, 200]
    assert [revoke("nanjing", keys[0]), revoke(ADMIN, keys[1]), revoke("nanjing", keys[0])] == [303, 303, 404]
    assert [window.as_(None).get(path).status_code for path in paths] == [404, 404]


def test_a_double_click_makes_one_feed_and_shows_its_address_again(window: Window) -> None:
    browser = window.as_("nanjing")
    once = {"once": form_of(browser.get("/2022/exports").text), "whose": "nanjing"}
    pages = [browser.submit("/2022/feeds", **once) for _ in range(2)]
    shown = [re.findall(rf"{BASE}(/feeds/[\w-]{{43}}\.ics)", page.text) for page in pages]
    with window.database.read() as connection:
        [kept] = connection.execute(select(table_of(Feed).c.digest)).scalars()
        assert len(connection.execute(select(table_of(AuditEntry))).all()) == 1
    assert (shown[0], len(shown[0])) == (shown[1], 1)
    assert window.as_("wuxi").submit("/2022/feeds", **once | {"whose": "wuxi"}).status_code == 409
    assert browser.submit("/2022/feeds/revoke", feed=kept).status_code == 303
    again = browser.submit("/2022/feeds", **once)
    assert (again.status_code, shown[0][0] in again.text) == (409, False)


def form_of(page: str) -> str:
    """The token of the form that makes a feed."""
    return page.split('/feeds" class="fields"')[1].split('name="once" value="')[1].split('"', maxsplit=1)[0]


def test_a_disabled_account_s_feed_is_not_there(window: Window) -> None:
    path, table = made(window, "nanjing", "nanjing"), table_of(Account)
    with window.database.write() as connection:
        connection.execute(update(table).where(table.c.name == "nanjing").values(disabled_at=window.site.wall()))
    assert window.as_(None).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/feeds/x.ics", "/feeds/.ics", "/feeds/" + "a" * 43 + ".ics"])
def test_a_guessed_address_is_not_there(window: Window, path: str) -> None:
    assert window.as_(None).get(path).status_code == 404


def test_without_the_form_s_token_no_feed_is_made(window: Window) -> None:
    browser = window.as_("nanjing")
    assert [browser.post(path).status_code for path in ("/2022/feeds", "/2022/feeds/revoke")] == [403, 403]
