from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, event, insert, update

from acts.extend import extend
from calendars.deadlines import TZ
from dashboard.serving import in_hand
from dashboard.serving.page_memory import KeptPage, Memory, PageVariant, Remembered, Remembering, Version
from dashboard.serving.policy import PROVINCE, policy_of
from dashboard.serving.site import Site
from dashboard.signing_in.reader import Reader, Role
from dashboard.signing_in.sessions import digest
from models import writing
from models.audit import record
from models.columns import table_of
from models.database import Database
from models.reports import Matrix, matrix
from models.shortcuts.page_version import Glance, Glanced
from models.stamp import Stamp
from models.tables.accounts import Account, SignIn
from models.tables.season import Letter
from phases.book import BOOK
from settings import Settings
from tests.support.scenes import Scene, instant
from tests.support.window import ADMIN, BASE, SECRET, VIEWER, Browser, Window

HOME = "/2022"


@pytest.fixture
def frozen(window: Window) -> Window:
    """The window with its clock standing still, so that no minute passes within a test."""
    now = window.site.wall()
    object.__setattr__(window.site, "wall", lambda: now)
    return window


def asked(browser: Browser, **headers: str) -> tuple[int, str]:
    answer = browser.get(HOME, headers=headers)
    return answer.status_code, answer.text


def queries(window: Window) -> Iterator[list[str]]:
    sent: list[str] = []
    event.listen(window.database.engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
    yield sent


def put_off(window: Window) -> None:
    """An act of the season: one city is given more time."""
    at = instant("2022-02-07T09:00")
    later, stamp = at.date() + timedelta(days=18), Stamp("省办", at, at)
    assert extend(window.database, 2022, "interview", ["suzhou"], stamp, until=later, reason="疫情").done


def test_a_page_that_is_remembered_is_the_page_and_asks_the_pool_nothing(frozen: Window) -> None:
    browser = frozen.as_(ADMIN)
    made = browser.get(HOME)
    sent = next(queries(frozen))
    again = browser.get(HOME)
    assert (again.content, again.headers, sent) == (made.content, made.headers, [])


def test_a_write_shows_at_the_very_next_request(frozen: Window) -> None:
    browser = frozen.as_(ADMIN)
    before = browser.get(HOME).text
    put_off(frozen)
    after = browser.get(HOME).text
    assert ("剩 14 个工作日" in before, "剩 14 个工作日" in after) == (False, True)


def test_without_the_revision_it_would_not_show(frozen: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken control: a memory that looks at nothing but the reader and the minute."""
    look = Remembering.look

    async def blind(*given: object) -> Version | None:
        version = await look(*given)  # type: ignore[arg-type]
        return version and (version[0], None, None, version[3], version[4])

    monkeypatch.setattr(Remembering, "look", blind)
    browser = frozen.as_(ADMIN)
    before = browser.get(HOME).text
    put_off(frozen)
    assert browser.get(HOME).text == before


def test_what_people_did_beside_the_season_shows_too(frozen: Window) -> None:
    browser = frozen.as_(ADMIN)
    table = table_of(Letter)
    before = browser.get(HOME).text
    at = instant("2022-02-07T09:00")
    with frozen.database.write() as connection:
        one = connection.execute(table.select().limit(1)).one()
        connection.execute(update(table).where(table.c.id == one.id).values(state="failed"))
        unmarked = browser.get(HOME).text
        record(connection, Stamp("省办", at, at), "登记电话", "2022/interview/suzhou")
    assert (unmarked == before, browser.get(HOME).text == before) == (True, False)


def test_a_minute_later_the_page_is_made_anew(frozen: Window) -> None:
    """Letters' states bump no revision: they show a minute later at the latest."""
    browser, now, table = frozen.as_(ADMIN), frozen.site.wall(), table_of(Letter)
    browser.get(HOME)
    with frozen.database.write() as connection:
        one = connection.execute(table.select().where(table.c.kind == "passed").limit(1)).one()
        connection.execute(update(table).where(table.c.id == one.id).values(state="failed"))
    object.__setattr__(frozen.site, "wall", lambda: now + timedelta(minutes=1))
    assert "/2022/letters?state=failed" in browser.get(HOME).text.split('class="todo"')[1]


@pytest.mark.parametrize("how", ["disabled", "signed out", "over"])
def test_whoever_may_no_longer_look_is_out_at_the_next_request(frozen: Window, how: str) -> None:
    browser, account, session = frozen.as_(ADMIN), table_of(Account), table_of(SignIn)
    assert browser.get(HOME).status_code == 200
    with frozen.database.write() as connection:
        if how == "disabled":
            now = frozen.site.wall()
            connection.execute(update(account).where(account.c.name == ADMIN).values(disabled_at=now))
        elif how == "signed out":
            connection.execute(delete(session))
        else:
            connection.execute(update(session).values(until=frozen.site.wall()))
    answer = browser.get(HOME)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/2022")


def test_another_reader_never_gets_anothers_bytes(frozen: Window) -> None:
    pages = {name: frozen.as_(name).get(HOME) for name in (ADMIN, VIEWER, "yancheng", None)}
    again = {name: frozen.as_(name).get(HOME) for name in (ADMIN, VIEWER, "yancheng", None)}
    assert {name: page.status_code for name, page in again.items()} == {
        ADMIN: 200,
        VIEWER: 200,
        "yancheng": 404,
        None: 303,
    }
    for name, page in pages.items():
        assert (f"{ADMIN} 某" in page.text, f"{VIEWER} 某" in page.text) == (name == ADMIN, name == VIEWER)
    assert frozen.as_(ADMIN).csrf in again[ADMIN].text
    assert frozen.as_(ADMIN).csrf not in again[VIEWER].text


def test_an_account_that_becomes_a_citys_is_shown_nothing_of_the_province(frozen: Window) -> None:
    browser, account = frozen.as_(ADMIN), table_of(Account)
    browser.get(HOME)
    with frozen.database.write() as connection:
        connection.execute(update(account).where(account.c.name == ADMIN).values(role="city", city="suzhou"))
    assert browser.get(HOME).status_code == 404


def test_the_same_page_is_not_sent_twice(frozen: Window) -> None:
    browser = frozen.as_(ADMIN)
    etag = browser.get(HOME).headers["etag"]
    same = browser.get(HOME, headers={"if-none-match": etag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert "default-src 'self'" in same.headers["content-security-policy"]
    put_off(frozen)
    other = browser.get(HOME, headers={"if-none-match": etag})
    assert (other.status_code, other.headers["etag"] == etag) == (200, False)


def test_the_matrix_alone_is_the_same_for_a_minute_that_changed_nothing(frozen: Window) -> None:
    browser, now = frozen.as_(ADMIN), frozen.site.wall()
    part = browser.get(HOME, headers={"hx-request": "true"})
    object.__setattr__(frozen.site, "wall", lambda: now + timedelta(minutes=1))
    again = browser.get(HOME, headers={"hx-request": "true", "if-none-match": part.headers["etag"]})
    assert ("<html" in part.text, browser.csrf in part.text, again.status_code) == (False, False, 304)
    assert again.headers["talent-clock"] == "2022-02-07%20%E5%91%A8%E4%B8%80%2009%3A00"


def without_tokens(page: str) -> str:
    """The page without what each form carries once."""
    return re.sub(r'(name="once" value=")[^"]*', r"\1", page)


def test_a_browser_that_cannot_unpack_gets_it_unpacked(frozen: Window) -> None:
    browser = frozen.as_(ADMIN)
    packed, plain = browser.get(HOME), browser.get(HOME, headers={"accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert without_tokens(packed.text) == without_tokens(plain.text)


def test_the_route_names_its_policy_and_the_memory_asks_it(frozen: Window) -> None:
    routes = [route for route in frozen.as_(ADMIN).app.routes if isinstance(route, Remembered)]  # type: ignore[attr-defined]
    assert [(route.path, policy_of(route).roles) for route in routes] == [("/{year:int}", PROVINCE)]  # type: ignore[union-attr]


def test_a_year_that_was_not_opened_is_not_remembered(frozen: Window) -> None:
    assert [frozen.as_(ADMIN).get("/2031").status_code for _ in range(2)] == [404, 404]
    assert frozen.site.remembering.memory.held == 0


async def test_the_memory_looks_the_same_way_on_both_databases(database_url: str, tmp_path: Path) -> None:
    database, now = Database(database_url, BOOK), datetime.now(TZ)
    Scene.begin(database)
    row = {"id": 1, "name": "甲", "shown": "甲某", "role": "viewer", "made_by": "x", "made_at": now}
    sign_in = {"digest": digest("c"), "account": 1, "pending": False, "since": now, "seen": now}
    with database.write() as connection:
        connection.execute(insert(table_of(Account)).values(row))
        connection.execute(insert(table_of(SignIn)).values(sign_in | {"until": now + timedelta(hours=1)}))
    settings = Settings(base_url=BASE, maildir=tmp_path / "mail")
    remembering = Remembering(Site(database, settings, SECRET, wall=lambda: now))
    found = await remembering.look(PageVariant("c", packed=True, part=False, etags=b""), 2022)
    reader = Reader(1, "甲", "甲某", Role.VIEWER, None, digest("c"), "")
    assert found == (reader, 1, None, int(now.timestamp()) // 60, 0)
    assert await remembering.look(PageVariant("d", packed=True, part=False, etags=b""), 2022) is None
    database.dispose()


def test_what_is_written_while_a_page_is_made_shows_at_the_next_request(
    frozen: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that is made meanwhile is kept under the revision from before: the next look finds another."""

    def and_then(*given: object) -> Matrix:
        monkeypatch.setattr(in_hand, "matrix", matrix)
        found = matrix(*given)  # type: ignore[arg-type]
        put_off(frozen)
        return found

    monkeypatch.setattr(in_hand, "matrix", and_then)
    browser = frozen.as_(ADMIN)
    assert ["剩 14 个工作日" in browser.get(HOME).text for _ in range(2)] == [False, True]


READER = Reader(1, "a", "甲", Role.ADMIN, None, "s", "c")


def kept(size: int, revision: int = 1) -> KeptPage:
    return KeptPage((READER, revision, None, 0, 0), (), b"x" * size, b"")


def test_the_memory_holds_so_many_bytes_and_forgets_what_was_not_asked_for() -> None:
    memory = Memory(most=100)
    keys = [("s", f"/{at}", b"", True, False) for at in range(3)]
    memory.keep(keys[0], kept(40))
    memory.keep(keys[1], kept(40))
    assert memory.recall(keys[0], kept(0).version) is not None
    memory.keep(keys[2], kept(40))
    assert ([memory.recall(key, kept(0).version) is not None for key in keys], memory.held) == ([True, False, True], 80)
    memory.keep(keys[0], kept(10, revision=2))
    assert (memory.recall(keys[0], kept(0).version), memory.held) == (None, 50)


def test_one_look_says_who_it_is_and_how_new_the_year_is(database_url: str) -> None:
    """On SQLite past the pool, on PostgreSQL through it: the same answer."""
    database, now = Database(database_url, BOOK), instant("2022-02-07T09:00")
    glance = Glance(database)
    row = {"name": "甲", "shown": "甲某", "role": "city", "city": "suzhou", "made_by": "x", "made_at": now}
    sign_in = {"digest": "d", "account": 1, "pending": False, "since": now, "seen": now}
    with database.write() as connection:
        connection.execute(insert(table_of(Account)).values(id=1, **row))
        connection.execute(insert(table_of(SignIn)).values(sign_in | {"until": now + timedelta(hours=1)}))
    assert glance.at("d", 2022, now) == Glanced(1, "甲", "甲某", "city", "suzhou", None, None)
    Scene.begin(database)
    first = glance.at("d", 2022, now)
    with database.write(2022) as connection:
        writing.bump(connection, 2022)
    second = glance.at("d", 2022, now)
    assert first is not None
    assert second is not None
    assert (first.revision, second.revision) == (1, 2)
    assert glance.at("d", 2022, now + timedelta(hours=1)) is None
    assert glance.at("e", 2022, now) is None
    with database.write() as connection:
        connection.execute(update(table_of(SignIn)).values(pending=True))
    assert glance.at("d", 2022, now) is None
    database.dispose()
