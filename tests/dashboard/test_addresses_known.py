"""A city says on a page at which addresses its parties are reached; the province may in its stead, and signs so."""

from __future__ import annotations

from tests.support import ledger
from tests.support.filing import CITY, once
from tests.support.window import ADMIN, VIEWER, YEAR, Window

HERE = f"/{YEAR}/shortlist/{CITY}/addresses"
"""A phase that writes to nobody at such an address."""


def test_only_where_a_phase_writes_to_whoever_is_known(window: Window) -> None:
    assert window.as_(CITY).get(HERE).status_code == 404
    assert [window.as_(who).get(f"/{YEAR}/application/{CITY}/addresses").status_code for who in (CITY, VIEWER)] == [
        200, 403,
    ]  # fmt: skip


def test_what_cannot_be_is_said_with_what_was_typed(window: Window) -> None:
    browser, page = window.as_(CITY), f"/{YEAR}/application/{CITY}/addresses"
    before = ledger.everything(window.database)["party"]
    answer = browser.submit(page, once=once(browser.get(page).text), kind="school", lines="新中学，a@b.example")
    assert (answer.status_code, "已经报送，邮箱以报送的为准" in answer.text) == (422, True)
    assert "新中学，a@b.example</textarea>" in answer.text
    assert ledger.everything(window.database)["party"] == before
    assert "登记邮箱" not in window.as_(ADMIN).get(f"/{YEAR}/application/{CITY}").text, "it has filed"
