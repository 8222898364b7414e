"""A form confirmed twice at once: one of them does it, and the other is shown what came of that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from types import ModuleType
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from httpx2 import Response
from sqlalchemy import select
from sqlmodel import SQLModel

import acts.accounts
from acts import submit
from dashboard.once import form_token
from dashboard.pages import filing
from dashboard.pages.api import ROOT
from models import accounts
from models.accounts import Account
from models.audit import Deed
from models.columns import table_of
from models.feeds import Feed
from models.season import Transition
from models.told import Call
from season.outcome import Outcome
from tests.dashboard.conftest import ADMIN, YEAR, Window
from tests.dashboard.filing import CITY, HERE, once, reopen, state, upload, workbook
from tests.dashboard.test_api import ASKED, RERUN, ask, attempt

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
    with while_it_is_done(filing, lambda: one.submit(f"{HERE}/file", once=ready)) as first:
        address = other.submit(f"{HERE}/file", once=ready).headers["location"]
        assert "正在办理" in other.get(address).text
    assert first.result(30).headers["location"] == address
    assert "盐城 面试名单 已报送，通过。" in other.get(address).text
    assert filings(window) == [*before, False]


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
    with while_it_is_done(submit, lambda: ask(one, file, {})) as first:
        meanwhile, another = ask(other, file, {}), ask(other, elsewhere, {})
    answer = first.result(30)
    assert [meanwhile.status_code, another.status_code, answer.status_code] == [409, 422, 200]
    assert "正在办理" in meanwhile.json()["detail"]
    assert (ask(other, file, {}).json(), ask(other, elsewhere, {}).status_code) == (answer.json(), 422)
    assert state(window, "shortlist") == "passed"


def test_a_key_asked_for_twice_at_once_is_used_once(window: Window) -> None:
    first, second = window.as_(ADMIN), window.as_(ADMIN)
    answers = at_once(lambda: ask(first, RERUN, ASKED), lambda: ask(second, RERUN, ASKED))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert ask(first, RERUN, ASKED).json() in [answer.json() for answer in answers]
    assert ask(first, RERUN, ASKED | {"until": "2022-02-11"}).status_code == 422
    assert (attempt(window), len(rows(window, Deed))) == (2, 1)
