"""Whether a test sends something is read off its code, and one that does so unforeseen fails."""

from __future__ import annotations

from operator import methodcaller
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.once import once
from tests.dashboard.conftest import ADMIN, Window
from tests.twins import sends


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


def looks(window: Window) -> None:
    window.as_(ADMIN).get("/")
    assert callable(once)


def test_who_sends_is_found_and_who_looks_is_not() -> None:
    senders = (helper, by_a_helper, by_a_class, by_many_examples)
    assert [sends(one, []) for one in (*senders, looks)] == [*(True for _ in senders), False]
    assert sends(looks, [by_a_fixture])


def test_who_sends_where_it_was_not_foreseen_fails(window: Window) -> None:
    with pytest.raises(AssertionError, match=r"tests/twins\.py"):
        methodcaller("post", "/sign-out")(window.as_(ADMIN))
