"""A form confirmed twice at once: one of them does it, and the other is shown what came of that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Barrier, Event
from types import ModuleType
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from httpx2 import Response
from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

import acts.accounts
from acts import rerun, submit
from dashboard.acts import once as once_
from dashboard.acts.once import form_token
from dashboard.pages import filing
from dashboard.serving.api_shapes import ROOT
from models import accounts, deeds
from models.columns import table_of
from models.database import Busy, Database, Within
from models.tables.accounts import Account
from models.tables.audit import Deed
from models.tables.contact_receipts import Call
from models.tables.feeds import Feed
from models.tables.season import Transition
from season.outcome import Outcome
from tests.dashboard.test_api import ASKED, RERUN, ask, attempt
from tests.support.filing import CITY, HERE, once, reopen, state, upload, workbook
from tests.support.window import ADMIN, YEAR, Window

Given = TypeVar("Given")
CALLS = f"{HERE}/calls"
TOLD = {"whom": "张老师", "said": "今天报送"}


@pytest.fixture
def ready(window: Window) -> str:
    """Yancheng has only to confirm its filing; the token of the page where it does."""
    reopen(window)
    browser = window.as_(CITY)
    assert upload(browser, workbook()).status_code == 200
    return once(browser.get(f"{HERE}/file").text)


def at_once(*clicks: Callable[[], Given]) -> list[Given]:
    """What each of them gives where all begin together."""
    together = Barrier(len(clicks))

    def click(one: Callable[[], Given]) -> Given:
        together.wait(30)
        return one()

    with ThreadPoolExecutor(len(clicks)) as pool:
        return list(pool.map(click, clicks))


def twice(window: Window, reader: str, address: str, **fields: str) -> list[Response]:
    """The same form, sent from two windows of one reader's at once."""
    first, second = window.as_(reader), window.as_(reader)
    return at_once(lambda: first.submit(address, **fields), lambda: second.submit(address, **fields))


def rows(window: Window, model: type[SQLModel], **where: object) -> list[Any]:
    with window.database.read() as connection:
        return list(connection.execute(select(table_of(model)).filter_by(**where)))


def filings(window: Window) -> list[bool]:
    """Each try at filing Yancheng's shortlist: whether it was refused."""
    return [row.refused for row in rows(window, Transition, phase="shortlist", city=CITY, event="submit")]


def answered(window: Window, name: str, answers: list[Response]) -> set[str]:
    """What both are shown in the end."""
    [address] = {answer.headers["location"] for answer in answers}
    return {str(re.findall(r'role="(?:status|alert)"[^>]*>(.*?)</p>', window.as_(name).get(address).text)[0])}


def test_two_clicks_file_once_and_are_shown_one_answer(window: Window, ready: str) -> None:
    before = filings(window)
    answers = twice(window, CITY, f"{HERE}/file", once=ready)
    assert answered(window, CITY, answers) == {"盐城 面试名单 已报送，通过。<br>"}
    assert (filings(window), state(window, "shortlist")) == ([*before, False], "passed")


@contextmanager
def while_it_is_done(module: ModuleType, do: Callable[[], Given]) -> Iterator[Future[Given]]:
    """Let a filing begin, and end with this; where a page or the API finds the act is the module."""
    began, go, act = Event(), Event(), module.submit

    def slow(*given: Any, **more: Any) -> Outcome:  # noqa: ANN401 -- as the act is given it
        began.set()
        assert go.wait(30)
        done: Outcome = act(*given, **more)
        return done

    with ThreadPoolExecutor(1) as pool, patch.object(module, "submit", slow):
        first = pool.submit(do)
        try:
            assert began.wait(30)
            yield first
        finally:
            go.set()


def test_who_clicks_while_it_is_being_done_waits_for_the_answer(window: Window, ready: str) -> None:
    before, one, other = filings(window), window.as_(CITY), window.as_(CITY)
    with ThreadPoolExecutor(1) as pool:
        with while_it_is_done(filing, lambda: one.submit(f"{HERE}/file", once=ready)) as first:
            second = pool.submit(lambda: other.submit(f"{HERE}/file", once=ready))
            assert other.get(f"/deeds/{ready}").status_code == 404
        address = second.result(30).headers["location"]
    assert first.result(30).headers["location"] == address
    assert "盐城 面试名单 已报送，通过。" in other.get(address).text
    assert filings(window) == [*before, False]


def filed(window: Window, token: str) -> bool:
    """Whether the same form may be sent again, and files then."""
    browser = window.as_(CITY)
    address = browser.submit(f"{HERE}/file", once=token).headers["location"]
    return "盐城 面试名单 已报送，通过。" in browser.get(address).text


@pytest.mark.parametrize("error", [OSError("full"), Busy()], ids=["a defect", "another writer"])
def test_a_form_whose_act_came_to_nothing_may_be_sent_again(window: Window, ready: str, error: Exception) -> None:
    before, browser = filings(window), window.as_(CITY)
    with patch.object(filing, "submit", side_effect=error), suppress(OSError):
        assert browser.submit(f"{HERE}/file", once=ready).status_code == 503
    assert (filings(window), rows(window, Deed)) == (before, [])
    assert (filed(window, ready), filings(window)) == (True, [*before, False])


def hang_up(database: Database, *_: object) -> Outcome:
    """The server ends the connection on which something is done."""
    assert isinstance(database, Within)
    with database.read() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    raise AssertionError


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_form_whose_connection_was_lost_may_be_sent_again(window: Window, ready: str) -> None:
    before, browser = filings(window), window.as_(CITY)
    with patch.object(filing, "submit", hang_up):
        answer = browser.submit(f"{HERE}/file", once=ready)
    assert (answer.status_code, f'href="{HERE}"' in answer.text, "不知道" in answer.text) == (503, True, True)
    assert (filed(window, ready), filings(window)) == (True, [*before, False])


@contextmanager
def lost_at_commit() -> Iterator[None]:
    """What is written is committed, and nobody hears of it."""
    write = Database.write

    @contextmanager
    def unheard(self: Database, *given: Any, **more: Any) -> Iterator[Connection]:  # noqa: ANN401
        with write(self, *given, **more) as connection:
            yield connection
        raise OperationalError("COMMIT", {}, OSError("server closed the connection"))

    with patch.object(Database, "write", unheard), patch.object(once_, "passes", return_value=True):
        yield


def test_what_was_committed_unheard_is_not_done_again(window: Window, ready: str) -> None:
    before, browser = filings(window), window.as_(CITY)
    with lost_at_commit():
        answer = browser.submit(f"{HERE}/file", once=ready)
    assert (answer.status_code, f'href="{HERE}"' in answer.text, "不知道" in answer.text) == (503, True, True)
    assert (filed(window, ready), filings(window)) == (True, [*before, False])


@pytest.mark.parametrize(("since", "said"), [(1, "正在办理"), (11, "没有留下结果")])
def test_a_form_that_a_killed_process_took_says_so(window: Window, ready: str, since: int, said: str) -> None:
    before, browser = filings(window), window.as_(CITY)
    account, at = rows(window, Account, name=CITY)[0].id, window.site.wall() - timedelta(minutes=since)
    with window.database.write() as connection:
        deeds.take(connection, ready, account, "报送", at, HERE)
    page = browser.get(browser.submit(f"{HERE}/file", once=ready).headers["location"]).text
    assert (said in page, 'http-equiv="refresh"' in page, f'href="{HERE}"' in page) == (True, since == 1, True)
    assert filings(window) == before
    assert filed(window, once(browser.get(f"{HERE}/file").text))


def test_a_key_whose_act_came_to_nothing_may_be_used_again(window: Window) -> None:
    browser = window.as_(ADMIN)
    with patch.object(rerun, "rerun", side_effect=OSError("full")), pytest.raises(OSError, match="full"):
        ask(browser, RERUN, ASKED)
    assert (rows(window, Deed), attempt(window)) == ([], 1)
    assert (ask(browser, RERUN, ASKED).status_code, attempt(window)) == (200, 2)


def test_a_key_that_a_killed_process_took_says_so(window: Window) -> None:
    browser = window.as_(ADMIN)
    assert ask(browser, RERUN, ASKED).status_code == 200
    with window.database.write() as connection:
        connection.execute(update(table_of(Deed)).values(done=None, said=None))
    left = ask(browser, RERUN, ASKED)
    assert (left.status_code, "没有留下结果" in left.json()["detail"], attempt(window)) == (409, True, 2)


def test_a_call_is_noted_once_a_form(window: Window) -> None:
    form = form_token()
    answers = twice(window, ADMIN, CALLS, once=form, **TOLD)
    answers.append(window.as_(ADMIN).submit(CALLS, once=form, **TOLD | {"said": "别的"}))
    assert answered(window, ADMIN, answers) == {"已记录与盐城市的通话。<br>"}
    assert [row.said for row in rows(window, Call)] == [TOLD["said"]]
    window.as_(ADMIN).submit(CALLS, once=form_token(), **TOLD)
    assert len(rows(window, Call)) == 2


def test_two_clicks_make_one_feed_and_both_are_shown_its_address(window: Window) -> None:
    shown = twice(window, CITY, f"/{YEAR}/feeds", once=form_token(), whose=CITY)
    assert len({re.findall(r"/feeds/[\w-]+\.ics", page.text)[0] for page in shown}) == len(rows(window, Feed)) == 1


def test_two_clicks_make_one_account_and_both_are_shown_its_link(window: Window) -> None:
    made = {"name": "xu", "shown": "徐某", "role": "city", "city": "xuzhou"}
    shown = twice(window, ADMIN, "/users", once=form_token(), **made)
    assert len({re.findall(r"/welcome/[\w-]+", page.text)[0] for page in shown}) == len(
        rows(window, Account, name="xu")
    )


def test_a_form_whose_invitation_came_to_nothing_may_be_sent_again(window: Window) -> None:
    form, admin = {"once": form_token(), "name": "xu", "shown": "徐某", "role": "viewer"}, window.as_(ADMIN)
    with patch.object(acts.accounts, "add", side_effect=OSError("full")), pytest.raises(OSError, match="full"):
        admin.submit("/users", **form)
    assert "/welcome/" in admin.submit("/users", **form).text


def test_a_name_that_another_took_meanwhile_is_refused_in_words(window: Window) -> None:
    admin, form = window.as_(ADMIN), {"once": form_token(), "name": CITY, "shown": "徐某", "role": "viewer"}
    with patch.object(accounts, "named", side_effect=[None, CITY]):
        answer = admin.submit("/users", **form)
    assert (answer.status_code, "已经有了" in answer.text) == (409, True)
    assert [row.done for row in rows(window, Deed)] == [False]


@pytest.mark.usefixtures("ready")
def test_a_key_is_used_once_whoever_asks_while_it_is_being_done(window: Window) -> None:
    one, other = window.as_(CITY), window.as_(CITY)
    file, elsewhere = (f"{ROOT}/years/{YEAR}/phases/{phase}/cities/{CITY}/submit" for phase in ("shortlist", "meeting"))
    with ThreadPoolExecutor(2) as pool:
        with while_it_is_done(submit, lambda: ask(one, file, {})) as first:
            meanwhile, another = pool.submit(ask, other, file, {}), pool.submit(ask, other, elsewhere, {})
        answer = first.result(30)
        assert [meanwhile.result(30).json(), answer.status_code] == [answer.json(), 200]
        assert another.result(30).status_code == 422
    assert (ask(other, file, {}).json(), ask(other, elsewhere, {}).status_code) == (answer.json(), 422)
    assert state(window, "shortlist") == "passed"


def test_a_key_asked_for_twice_at_once_is_used_once(window: Window) -> None:
    first, second = window.as_(ADMIN), window.as_(ADMIN)
    answers = at_once(lambda: ask(first, RERUN, ASKED), lambda: ask(second, RERUN, ASKED))
    assert {answer.status_code for answer in answers} == {200}
    assert ask(first, RERUN, ASKED).json() in [answer.json() for answer in answers]
    assert ask(first, RERUN, ASKED | {"until": "2022-02-11"}).status_code == 422
    assert (attempt(window), len(rows(window, Deed))) == (2, 1)
