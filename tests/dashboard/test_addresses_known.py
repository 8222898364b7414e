"""A city says on a page at which addresses its parties are reached; the province may in its stead, and signs so."""

from __future__ import annotations

from acts.suppress import suppress
from models.party_addresses import known_by
from tests.support import ledger
from tests.support.books import FORMS
from tests.support.filing import CITY, once
from tests.support.scenes import stamp
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
    assert (answer.status_code, "只能更正所报送的中学的邮箱；第 1 行不在其中" in answer.text) == (422, True)
    assert "新中学，a@b.example</textarea>" in answer.text
    assert ledger.everything(window.database)["party"] == before


def test_what_was_filed_is_put_right_on_the_same_page(window: Window) -> None:
    place = f"/{YEAR}/application/{CITY}"
    with window.database.read() as connection:
        (school, *_) = [one for one in known_by(connection, YEAR, CITY) if one.kind == "school"]
        email = connection.exec_driver_sql(f"SELECT email FROM party WHERE name = '{school.name}'").scalar_one()
    suppress(window.database, email, stamp("2022-02-07T09:00"), reason="退信：550 no such user")
    browser = window.as_(CITY)
    assert "有 1 个邮箱已停止发函，请更正" in window.as_(ADMIN).get(place).text
    page = browser.get(f"{place}/addresses").text
    assert f"{school.name}［已停止发函，请更正］" in page
    browser.submit(f"{place}/addresses", once=once(page), kind="school", lines=f"{school.name}，new@school.example")
    assert "［已停止发函" not in browser.get(f"{place}/addresses").text
    assert "邮箱已停止发函" not in browser.get(place).text


def test_what_was_filed_is_told_apart_from_what_was_put_right_since(window: Window) -> None:
    with window.database.read() as connection:
        (school, *_) = [one for one in known_by(connection, YEAR, CITY) if one.kind == "school"]

    sheets = [(form, sheet.key) for form in ("mentor-recommendation", "application") for sheet in FORMS[form].sheets]

    def said() -> dict[str, list[str]]:
        where = {key: f"/{YEAR}/{form}/{CITY}/filed?sheet={key}" for form, key in sheets}
        pages = {key: window.as_(ADMIN).get(one).text for key, one in where.items()}
        words = ("次报送的内容（", "✓ 这就是", "此后没有改动", "下面的“联络邮箱”在报送之后更正过")
        return {key: [word for word in words if word in page] for key, page in pages.items()}

    before = said()
    assert before == {key: ["次报送的内容（", "✓ 这就是", "此后没有改动"] for _, key in sheets}
    browser, page = window.as_(CITY), f"/{YEAR}/application/{CITY}/addresses"
    token = once(browser.get(page).text)
    browser.submit(page, once=token, kind="school", lines=f"{school.name}，new@school.example")
    assert said() == before | {"schools": ["次报送的内容（", "下面的“联络邮箱”在报送之后更正过"]}
