"""What is turned away at the door, before anything is done for it, and in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from dashboard.pages.receipts import HOLDS
from dashboard.serving.door import ELSEWHERE, ODD, Door
from models.columns import table_of
from models.tables.season import Letter, ProgrammeYear
from post.receipt_links import token
from tests.dashboard.test_signing_in import token_of
from tests.support.window import ADMIN, SECRET, Browser, Window

OURS = ["window.example", "WINDOW.example:8000", "window.example.", "localhost:8000", "127.0.0.1", "[::1]:8000"]
OTHERS = ["evil.example", "window.example.evil.example", "evil.example:8000", "", "window.example@evil.example", "[x"]


@pytest.mark.parametrize("host", [*OURS, *OTHERS])
def test_pages_are_reached_by_their_own_names_alone(window: Window, host: str) -> None:
    answer = window.as_(None).get("/sign-in", headers={"host": host})
    assert (answer.status_code, answer.text == ELSEWHERE) == ((400, True) if host in OTHERS else (200, False))


def test_without_the_guard_any_name_will_do(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Door, "_ours", lambda *_: True)
    assert window.as_(None).get("/sign-in", headers={"host": OTHERS[0]}).status_code == 200


@pytest.mark.parametrize("address", ["/2022/%00", "/sign-in?next=%00", "/receipts/a%00b", "/2022/letters?state=%00"])
def test_an_address_with_nul_in_it_is_a_bad_request(window: Window, address: str) -> None:
    answer = window.as_(ADMIN).get(address)
    assert (answer.status_code, answer.text) == (400, ODD)


def test_a_form_with_nul_in_it_is_a_bad_request(window: Window) -> None:
    """PostgreSQL would break off at it."""
    browser = window.as_(None)
    csrf = token_of(browser.get("/sign-in"))
    answers = [
        browser.post("/sign-in", data={"csrf": csrf, "name": name, "password": password})
        for name, password in (("a\0b", "x"), ("a", "x\0"), ("a", "x"))
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 403]
    assert "不能用的字符" in answers[0].text


@pytest.mark.parametrize(
    ("content", "called"),
    [
        (b"csrf=%ff%fe&name=%c0%80&password=%", "application/x-www-form-urlencoded"),
        (b"\xff" * 99, "application/x-www-form-urlencoded"),
        (b"nothing", "multipart/form-data"),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
        (b"{", "application/json"),
        (b"", ""),
    ],
    ids=range(6),
)
def test_a_body_of_odd_shape_is_no_defect(window: Window, content: bytes, called: str) -> None:
    browser = window.as_(None)
    browser.get("/sign-in")
    answer = browser.post("/sign-in", content=content, headers={"content-type": called} if called else {})
    assert answer.status_code in {400, 403, 422}


def test_figures_are_for_whoever_has_the_token(window: Window) -> None:
    told = window.site.settings.dashboard.model_copy(update={"metrics_token": SecretStr("sixteen characters")})
    site = replace(window.site, settings=window.site.settings.model_copy(update={"dashboard": told}))
    browser = Browser(site, None)
    tries = ["", "Bearer ", "Bearer sixteen character", "Bearer sixteen characters", "bearer sixteen characters"]
    answers = [browser.get("/metrics", headers={"authorization": said}).status_code for said in tries]
    assert answers == [404, 404, 404, 200, 404]
    assert Browser(window.site, None).get("/metrics").status_code == 200  # without one, this machine itself


def test_a_link_to_acknowledge_by_ends(window: Window) -> None:
    letter = table_of(Letter)
    with window.database.write() as connection:
        number, out = connection.execute(
            select(letter.c.id, letter.c.queued_at).where(letter.c.recipient == "city:nanjing").limit(1)
        ).one()
        connection.execute(
            update(letter).where(letter.c.id == number).values(state="sent", sent_at=out, envelope=number)
        )
    link, browser = f"/receipts/{token(SECRET, number)}", window.as_(None)
    seen = []
    for after in (HOLDS, HOLDS + timedelta(seconds=1)):
        with window.database.write() as connection:
            connection.execute(update(table_of(ProgrammeYear)).values(clock=out + after))
        seen.append((browser.get(link).status_code, browser.post(link).status_code))
    assert seen == [(200, 303), (410, 410)]
