"""A page says when it may be out of date: without a network, and where what refreshes itself got no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.window import ADMIN

if TYPE_CHECKING:
    from tests.browser.conftest import Town

pytestmark = pytest.mark.slow
REFRESH = "htmx.ajax('GET', location.pathname, '#live').catch(() => 0)"


def test_a_page_that_may_be_out_of_date_says_so_until_it_is_connected_again(town: Town) -> None:
    context = town.context()
    page = town.sign_in(context, ADMIN)
    said = page.get_by_role("alert").filter(has_text="没有连上系统")
    expect(said).to_have_count(0)
    context.set_offline(True)
    expect(said).to_be_visible()
    context.set_offline(False)
    expect(said).to_have_count(0)
    page.route("**/2022", lambda route: route.abort())
    page.evaluate(REFRESH)
    expect(said).to_be_visible()
    page.unroute("**/2022")
    page.evaluate(REFRESH)
    expect(said).to_have_count(0)
