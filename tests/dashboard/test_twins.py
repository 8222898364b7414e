"""Whether a test sends something is read off its code, and one that does so unforeseen fails."""

from __future__ import annotations

from operator import methodcaller
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from dashboard.acts.once import once
from dashboard.serving.app import make_app
from tests.support.twins import sends
from tests.support.window import ADMIN, BASE, Window


def helper(browser: Any) -> None:  # noqa: ANN401
    [browser.post(address) for address in ("/a", "/b")]


def by_a_helper(browser: Any) -> None:  # noqa: ANN401
    helper(browser)


class Outside:
    def by_its_class(self) -> None:
        helper(self)


def by_a_class() -> None:
    Outside().by_its_class()


@given(st.none())
def by_many_examples(_given: None) -> None:
    helper(None)


@pytest.fixture
def by_a_fixture() -> None:
    helper(None)


def by_hand(browser: Any) -> None:  # noqa: ANN401
    browser.send(methodcaller("build_request", "POST", "/sign-out")(browser))


def looks(window: Window) -> None:
    window.as_(ADMIN).get("/")
    assert callable(once)


def test_who_sends_is_found_and_who_looks_is_not() -> None:
    senders = (helper, by_a_helper, by_a_class, by_many_examples)
    assert [sends(one, []) for one in (*senders, looks)] == [*(True for _ in senders), False]
    assert sends(looks, [by_a_fixture])


def test_who_sends_where_it_was_not_foreseen_fails(window: Window) -> None:
    browser = window.as_(ADMIN)
    for way in (methodcaller("post", "/sign-out"), by_hand):
        with pytest.raises(AssertionError, match=r"tests/support/twins\.py"):
            way(browser)


async def test_who_sends_past_the_browser_fails_too(window: Window) -> None:
    make = methodcaller("build_request", "POST", "/sign-out")
    async with AsyncClient(transport=ASGITransport(make_app(window.site)), base_url=BASE) as client:
        with pytest.raises(AssertionError, match=r"tests/support/twins\.py"):
            await client.send(make(client))
