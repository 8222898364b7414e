from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pyotp
import pytest
import time_machine
from argon2 import PasswordHasher
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import select, update

from calendars.deadlines import TZ
from dashboard.pages import signing_in
from dashboard.serving.app import make_app
from dashboard.signing_in import passwords, sessions, totp
from dashboard.signing_in.rate_limit import MOST, Guesses, TooMany
from models import accounts, audit, sign_ins
from models.accounts import KeptAccount
from models.columns import table_of
from models.database import Database
from models.tables.accounts import Account, SignIn
from tests.support.window import ADMIN, BASE, PASSWORD, WEAK, Browser, Window, a_window

NAME = "yancheng"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def strict(season_url: str, tmp_path: Path) -> Iterator[Window]:
    """A window that asks for the second factor; Yancheng's authenticator holds `KEY`."""
    window = a_window(season_url, tmp_path, totp=True)
    with window.database.write() as connection:
        found = accounts.named(connection, NAME)
        assert found is not None
        accounts.change(connection, found.id, totp=totp.seal(window.site.secret, found.id, KEY))
    yield window
    window.database.dispose()


def token_of(page: Response) -> str:
    """The token of the page's own form: that of signing out stands before it."""
    return str(re.findall(r'name="csrf" value="([^"]+)"', page.text)[-1])


def password(browser: Browser, given: str = PASSWORD, name: str = NAME, after: str = "/") -> Response:
    """Fill in the sign-in form."""
    csrf = token_of(browser.get("/sign-in"))
    answer: Response = browser.post("/sign-in", data={"csrf": csrf, "name": name, "password": given, "after": after})
    return answer


def code(browser: Browser, given: str | None = None) -> Response:
    """Fill in the second form, with the authenticator's present code unless another is given."""
    csrf = token_of(browser.get("/sign-in/code"))
    said = pyotp.TOTP(KEY).now() if given is None else given
    answer: Response = browser.post("/sign-in/code", data={"csrf": csrf, "code": said})
    return answer


def where(answer: Response) -> tuple[int, str | None]:
    return answer.status_code, answer.headers.get("location")


class Counted:
    """Counts how many passwords are really evaluated."""

    def __init__(self, real: PasswordHasher) -> None:
        self.real, self.count, self.lock = real, 0, threading.Lock()

    def verify(self, kept: str, given: str) -> bool:
        with self.lock:
            self.count += 1
        return self.real.verify(kept, given)

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    """How many passwords were evaluated."""
    counted = Counted(WEAK)
    monkeypatch.setattr(passwords, "hasher", counted)
    passwords._nobody.cache_clear()
    yield counted
    passwords._nobody.cache_clear()


def test_name_and_password_then_code_then_in(strict: Window) -> None:
    browser = strict.as_(None)
    assert where(password(browser, after="/account")) == (303, "/sign-in/code?next=/account")
    waiting = browser.cookies[sessions.COOKIE]
    assert where(browser.get("/account")) == (303, "/sign-in?next=/account")
    assert where(code(browser)) == (303, "/")
    assert browser.cookies[sessions.COOKIE] != waiting
    assert browser.get("/account").status_code == 200


def test_what_comes_after_is_a_page_of_ours(window: Window) -> None:
    wanted = ("/2022", "https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "")
    assert [where(password(window.as_(None), after=after))[1] for after in wanted] == ["/2022", "/", "/", "/", "/", "/"]


def test_a_wrong_name_and_a_wrong_password_are_told_the_same(window: Window) -> None:
    browser = window.as_(None)
    said = [password(browser, "wrong", name) for name in (NAME, "nobody", "' OR 1=1 --")]
    assert [answer.status_code for answer in said] == [403] * 3
    assert all(signing_in.WRONG in answer.text for answer in said)


def test_a_full_width_password_is_the_same(window: Window) -> None:
    wide = "".join(chr(ord(one) + 0xFEE0) if one != " " else "\u3000" for one in PASSWORD)
    assert where(password(window.as_(None), wide)) == (303, "/")


def test_who_has_no_second_factor_is_not_let_in_where_one_is_asked(strict: Window) -> None:
    answer = password(strict.as_(None), name=ADMIN)
    assert (answer.status_code, signing_in.NO_SECOND in answer.text) == (403, True)


def test_a_code_is_taken_once(strict: Window) -> None:
    with time_machine.travel("2026-11-23T10:00:05+08:00", tick=False) as clock:
        one, other, third = (strict.as_(None) for _ in range(3))
        for browser in (one, other, third):
            password(browser)
        first = pyotp.TOTP(KEY).now()
        assert [code(one, first).status_code, code(other, first).status_code] == [303, 403]
        earlier = pyotp.TOTP(KEY).at(int(strict.site.wall().timestamp()) - 30)
        assert code(other, earlier).status_code == 403
        clock.shift(30)
        assert [code(other).status_code, code(third, first).status_code] == [303, 403]


def test_of_many_who_show_one_code_at_once_one_is_let_in(strict: Window) -> None:
    found = sign_row(strict)
    with time_machine.travel("2026-11-23T10:00:05+08:00", tick=False), ThreadPoolExecutor(8) as pool:
        now = pyotp.TOTP(KEY).now()
        taken = list(pool.map(lambda _: signing_in.taken(strict.site, found, now), range(16)))
    assert sorted(taken) == [False] * 15 + [True]


def sign_row(window: Window) -> KeptAccount:
    with window.database.read() as connection:
        found = accounts.named(connection, NAME)
    assert found is not None
    return found


@pytest.mark.parametrize("given", ["", "abcdef", "１２３４５６", "12345", "000000000000", "-1", "١٢٣٤٥٦"])
def test_what_is_no_code_is_refused_in_words(strict: Window, given: str) -> None:
    browser = strict.as_(None)
    password(browser)
    answer = browser.post("/sign-in/code", data={"csrf": token_of(browser.get("/sign-in/code")), "code": given or " "})
    assert (answer.status_code, signing_in.WRONG_CODE in answer.text) == (403, True)


def test_the_second_form_needs_the_first(strict: Window) -> None:
    assert where(strict.as_(None).get("/sign-in/code")) == (303, "/sign-in")
    browser = strict.as_(None)
    csrf = token_of(browser.get("/sign-in"))
    answer = browser.post("/sign-in/code", data={"csrf": csrf, "code": "123456"})
    assert (answer.status_code, signing_in.ENDED in answer.text) == (403, True)


def test_the_code_is_waited_for_ten_minutes(strict: Window) -> None:
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False) as clock:
        browser = strict.as_(None)
        password(browser)
        clock.shift(sign_ins.PENDING)
        assert where(browser.get("/sign-in/code")) == (303, "/sign-in")


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "without the guard"])
async def test_of_a_thousand_wrong_passwords_at_once_ten_are_evaluated(
    window: Window, evaluated: Counted, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        guess = SimpleNamespace(right=False, account_full=False, address_full=False)
        monkeypatch.setattr(Guesses, "guess_apart", lambda *_, **__: nullcontext(guess))
    app = make_app(window.site)
    thousand = 1000 if guarded else 20
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE, headers={"origin": BASE}) as client:
        csrf = token_of(await client.get("/sign-in"))

        async def wrong(number: int) -> int:
            data = {"csrf": csrf, "name": NAME, "password": f"wrong {number}"}
            return (await client.post("/sign-in", data=data)).status_code

        statuses = await asyncio.gather(*map(wrong, range(thousand)))
    if guarded:
        assert (evaluated.count, statuses.count(403), statuses.count(429)) == (MOST, MOST, 990)
    else:
        assert evaluated.count == thousand


def test_nor_by_turns_over_many_names_nor_for_one_name_from_many_addresses(window: Window, evaluated: Counted) -> None:
    browser = window.as_(None)
    names = [f"name{number}" for number in range(40)]
    assert {password(browser, "wrong", name).status_code for name in names} == {403, 429}
    assert evaluated.count == MOST
    assert _let(window.site.guesses, (f"10.0.0.{number}" for number in range(40))) == MOST


def _let(guesses: Guesses, addresses: Iterator[str]) -> int:
    let = 0
    for address in addresses:
        try:
            with guesses.guess("password", NAME, address):
                let += 1
        except TooMany:
            continue
    return let


@pytest.fixture
def guesses(database: Database) -> Guesses:
    return Guesses(database, b"secret", lambda: datetime.now(TZ))


def test_one_subscriber_of_ipv6_is_one_address(guesses: Guesses) -> None:
    let = 0
    for number in range(40):
        try:
            with guesses.guess("password", f"name{number}", f"2001:db8::{number:x}"):
                let += 1
        except TooMany:
            continue
    assert let == MOST


def test_what_a_request_claims_of_its_address_is_not_believed(window: Window, evaluated: Counted) -> None:
    browser = window.as_(None)
    for number in range(20):
        browser.headers["x-forwarded-for"] = f"10.0.0.{number}"
        browser.headers["forwarded"] = f"for=10.0.0.{number}"
        password(browser, "wrong", f"name{number}")
    assert evaluated.count == MOST


@pytest.mark.usefixtures("evaluated")
def test_who_was_held_is_told_how_long_and_let_in_after(window: Window) -> None:
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False) as clock:
        browser = window.as_(None)
        for _ in range(MOST):
            password(browser, "wrong")
        clock.shift(timedelta(minutes=4))
        held = password(browser)
        assert (held.status_code, "约 11 分钟后再试" in held.text) == (429, True)
        clock.shift(timedelta(minutes=11, seconds=1))
        assert where(password(browser)) == (303, "/")


@pytest.mark.usefixtures("evaluated")
def test_an_office_behind_one_address_signs_in_as_often_as_it_likes(window: Window) -> None:
    browsers = [window.as_(None) for _ in range(MOST + 3)]
    assert {password(browser).status_code for browser in browsers} == {303}


def test_a_right_password_forgives_the_account_and_not_the_address(guesses: Guesses) -> None:
    for right in [False] * 9 + [True] + [False]:
        with guesses.guess("password", NAME, "10.0.0.1") as guess:
            guess.right = right
    with pytest.raises(TooMany), guesses.guess("password", NAME, "10.0.0.1"):
        pass
    with guesses.guess("password", NAME, "10.0.0.2") as guess:
        guess.right = True


def test_a_guess_that_is_broken_off_counts(guesses: Guesses) -> None:
    for _ in range(MOST):
        with pytest.raises(ValueError, match="gone"), guesses.guess("password", NAME, "10.0.0.1"):
            raise ValueError("gone")
    with pytest.raises(TooMany), guesses.guess("password", NAME, "10.0.0.1"):
        pass


def test_nobody_is_locked_out_from_outside(window: Window, evaluated: Counted) -> None:
    """Who guesses elsewhere stops other strangers, and no browser in which the account was signed in to before."""
    own, stranger = window.as_(None), window.as_(None)
    assert where(password(own)) == (303, "/")
    signed_out = own.post("/sign-out", data={"csrf": token_of(own.get("/account"))})
    assert where(signed_out) == (303, "/sign-in")
    assert {password(stranger, "wrong").status_code for _ in range(MOST + 1)} == {403, 429}
    assert password(stranger).status_code == 429
    assert where(password(own)) == (303, "/")
    before = evaluated.count
    assert [password(own, "wrong").status_code for _ in range(MOST + 2)] == [403] * MOST + [429] * 2
    assert evaluated.count == before + MOST


@pytest.mark.usefixtures("evaluated")
def test_a_known_browser_is_a_strangers_under_another_password(window: Window) -> None:
    own, stranger = window.as_(None), window.as_(None)
    assert where(password(own)) == (303, "/")
    assert {password(stranger, "wrong").status_code for _ in range(MOST + 1)} == {403, 429}
    with window.database.write() as connection:
        account = accounts.named(connection, NAME)
        assert account is not None
        accounts.change(connection, account.id, password=f"{account.password}x")
    assert password(own, "wrong").status_code == 429


def test_known_browsers_count_together(guesses: Guesses) -> None:
    for number in range(MOST):
        with guesses.guess("password", NAME, f"10.0.0.{number}", known=True) as guess:
            pass
        assert (guess.account_full, guess.address_full) == (number == MOST - 1, False)
    with pytest.raises(TooMany), guesses.guess("password", NAME, "10.0.0.99", known=True):
        pass
    with guesses.guess("password", NAME, "10.0.0.99") as guess:
        guess.right = True


def test_a_mark_of_ones_own_making_is_no_known_browser(window: Window, evaluated: Counted) -> None:
    stranger = window.as_(None)
    with window.database.read() as connection:
        account = accounts.named(connection, NAME)
    assert account is not None
    for number in range(20):
        stranger.cookies.set(f"{sessions.KNOWN}-{account.id}", f"mark{number}.{'0' * 32}")
        password(stranger, "wrong")
    assert evaluated.count == MOST


@pytest.mark.usefixtures("evaluated")
def test_wrong_guesses_outlive_a_restart(window: Window) -> None:
    browser = window.as_(None)
    for _ in range(MOST):
        password(browser, "wrong")
    again = replace(window.site)  # nothing of the process is left
    with pytest.raises(TooMany), again.guesses.guess("password", NAME, "192.0.2.1"):
        pass


@pytest.mark.usefixtures("evaluated")
def test_who_tried_in_vain_signed_in_and_out_is_on_record_with_the_address(window: Window) -> None:
    browser = window.as_(None)
    password(browser, "wrong", "secret typed as a name")
    for _ in range(MOST - 1):
        password(browser, "wrong")
    window.as_(NAME).submit("/sign-out")
    with window.database.read() as connection:
        found = list(reversed(audit.entries(connection, most=20)))
        account = accounts.named(connection, NAME)
    assert account is not None
    own, nobody = f"account:{account.id}", (sessions.UNKNOWN, None)
    assert [(one.what, one.subject, one.by, one.account, one.city, one.address) for one in found] == [
        ("登录失败", "sign-in", *nobody, None, "127.0.0.1"),
        *[("登录失败", own, *nobody, NAME, "127.0.0.1")] * (MOST - 1),
        ("输错 10 次，暂停登录 15 分钟", "origin", *nobody, None, "127.0.0.1"),
        ("退出登录", own, account.shown, account.id, NAME, "127.0.0.1"),
    ]
    assert "secret" not in repr(found)


def test_wrong_codes_are_counted_too(strict: Window) -> None:
    browser = strict.as_(None)
    password(browser)
    answers = [code(browser, f"00000{number % 10}").status_code for number in range(MOST + 5)]
    assert answers == [403] * MOST + [429] * 5
    assert code(browser).status_code == 429


def live(browser: Browser) -> bool:
    status: int = browser.get("/account").status_code
    return status == 200


def test_a_session_ends_after_two_idle_hours_and_after_twelve_at_all(window: Window) -> None:
    with time_machine.travel("2026-11-23T08:00:00+08:00", tick=False) as clock:
        idle, busy = window.as_(NAME), window.as_(ADMIN)
        seen = []
        for _ in range(12):
            clock.shift(timedelta(minutes=59))
            seen.append(live(busy))
        assert seen == [True] * 12
        assert not live(idle)
        clock.shift(timedelta(minutes=12))
        assert not live(busy)


def test_a_screen_that_refreshes_itself_is_nobody_at_work(window: Window) -> None:
    with time_machine.travel("2026-11-23T08:00:00+08:00", tick=False) as clock:
        browser = window.as_(NAME)
        seen = []
        for _ in range(4):
            clock.shift(timedelta(minutes=31))
            seen.append(browser.get("/account", headers={"hx-request": "true"}).status_code)
        assert seen == [200, 200, 200, 303]


def test_sessions_that_are_over_are_cleared_away(window: Window) -> None:
    with time_machine.travel("2026-11-23T08:00:00+08:00", tick=False) as clock:
        window.as_(NAME)
        clock.shift(timedelta(hours=13))
        password(window.as_(None), name=ADMIN)
        with window.database.read() as connection:
            left = connection.execute(select(table_of(SignIn).c.account)).scalars().all()
            found = accounts.named(connection, ADMIN)
    assert found is not None
    assert left == [found.id]


def test_signing_in_anew_and_out_ends_the_session_before(window: Window) -> None:
    browser = window.as_(None)
    password(browser)
    first = browser.cookies[sessions.COOKIE]
    password(browser)
    second = browser.cookies[sessions.COOKIE]
    assert [sessions.find(window.site, sessions.digest(one)) is not None for one in (first, second)] == [False, True]
    browser.post("/sign-out", data={"csrf": sessions.csrf(window.site, sessions.digest(second))})
    assert sessions.find(window.site, sessions.digest(second)) is None


def test_a_cookie_is_kept_by_its_digest_alone(window: Window) -> None:
    browser = window.as_(None)
    password(browser)
    with window.database.read() as connection:
        kept = repr(connection.execute(select(table_of(SignIn))).all())
    cookie = browser.cookies[sessions.COOKIE]
    assert (cookie in kept, sessions.digest(cookie) in kept) == (False, True)


def test_a_password_kept_with_old_parameters_is_kept_anew(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher())
    table = table_of(Account)
    weak = WEAK.hash(PASSWORD)
    with window.database.write() as connection:
        connection.execute(update(table).where(table.c.name == NAME).values(password=weak))
    assert where(password(window.as_(None))) == (303, "/")
    kept = sign_row(window).password or ""
    assert (kept == weak, passwords.outdated(kept)) == (False, False)
    assert where(password(window.as_(None))) == (303, "/")


def test_a_sealed_secret_opens_for_its_account_and_key_alone() -> None:
    sealed = totp.seal(b"one key" * 5, 7, KEY)
    assert (totp.unseal(b"one key" * 5, 7, sealed), KEY in sealed) == (KEY, False)
    opening: list[Callable[[], str]] = [
        lambda: totp.unseal(b"one key" * 5, 8, sealed),
        lambda: totp.unseal(b"another" * 5, 7, sealed),
        lambda: totp.unseal(b"one key" * 5, 7, sealed[:-4] + "AAA="),
        lambda: totp.unseal(b"one key" * 5, 7, "1."),
    ]
    for each in opening:
        with pytest.raises(totp.Unsealable):
            each()
