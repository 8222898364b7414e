"""Accounts: invited by a link, minded by their owners, administered by the province; each step on record."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
import time_machine
from httpx2 import Response
from sqlalchemy import select

from acts import accounts as acts
from dashboard.acts.once import form_token
from dashboard.pages.account import MARK, WRONG
from dashboard.signing_in import sessions, totp, usual_passwords
from dashboard.signing_in.password_rules import fault
from models import accounts
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.audit import AuditEntry
from phases.book import BOOK
from tests.dashboard.test_signing_in import code, live, password, where
from tests.support import ledger
from tests.support.window import ADMIN, BASE, PASSWORD, VIEWER, Browser, Window, a_window

NEW = "铁马 冰河 入梦来 灯下书"
NAME = "yancheng"


@pytest.fixture
def strict(season_url: str, tmp_path: Path) -> Iterator[Window]:
    window = a_window(season_url, tmp_path, totp=True)
    yield window
    window.database.dispose()


def stamp(window: Window) -> Stamp:
    return window.site.sign("测试")


def invite(window: Window, name: str = "wang") -> str:
    """Make an administrator; the path of the link."""
    made = acts.add(
        window.database, stamp(window), name, role="admin", city=None, shown="王芳", token=acts.fresh_token(), by=None
    )
    assert made.link is not None
    return made.link.removeprefix(BASE)


def key_of(page: Response) -> str:
    found = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page.text)
    assert found is not None
    return found[1].replace(" ", "")


def choose(browser: Browser, link: str, given: str = NEW, code: str | None = None) -> Response:
    said = pyotp.TOTP(key_of(browser.get(link))).now() if code is None else code
    answer: Response = browser.post(link, data={"password": given, "again": given, "code": said})
    return answer


def recorded(window: Window, since: int = 0) -> list[tuple[str, str, str | None]]:
    table = table_of(AuditEntry)
    with window.database.read() as connection:
        rows = connection.execute(select(table).where(table.c.id > since).order_by(table.c.id)).all()
    return [(row.by, row.what, row.city) for row in rows]


def test_an_invitation_is_answered_once_and_looked_at_as_often_as_one_likes(strict: Window) -> None:
    link, browser = invite(strict), strict.as_(None)
    shown = {key_of(browser.get(link)) for _ in range(3)}
    assert len(shown) == 1
    assert where(choose(browser, link)) == (303, "/")
    assert browser.get("/account").status_code == 200
    other = strict.as_(None)
    assert [other.get(link).status_code, other.post(link, data={"password": NEW, "again": NEW}).status_code] == [
        404
    ] * 2
    assert recorded(strict) == [("测试", "新建账号", None), ("王芳", "凭链接设定密码", None), ("王芳", "登录", None)]


def test_what_was_chosen_is_what_one_signs_in_with(strict: Window) -> None:
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False) as clock:
        link, browser = invite(strict), strict.as_(None)
        key = key_of(browser.get(link))
        choose(browser, link)
        again = strict.as_(None)
        assert password(again, NEW, "wang").headers["location"].startswith("/sign-in/code")
        assert code(again, pyotp.TOTP(key).now()).status_code == 403
        clock.shift(30)
        assert where(code(again, pyotp.TOTP(key).now())) == (303, "/")


def test_what_will_not_do_uses_nothing_up(strict: Window) -> None:
    link, browser = invite(strict), strict.as_(None)
    refused = [choose(browser, link, "short"), choose(browser, link, "wang " * 4), choose(browser, link, code="000000")]
    assert [answer.status_code for answer in refused] == [422] * 3
    assert where(choose(browser, link)) == (303, "/")


def test_a_link_holds_for_a_day(strict: Window) -> None:
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False) as clock:
        link, browser = invite(strict), strict.as_(None)
        clock.shift(timedelta(hours=24, seconds=-1))
        assert browser.get(link).status_code == 200
        clock.shift(1)
        assert browser.get(link).status_code == 404


def test_a_new_link_takes_back_the_old_one_the_password_and_every_session(window: Window) -> None:
    browser = window.as_(NAME)
    links = [acts.reset(window.database, stamp(window), NAME, token=acts.fresh_token(), by=None).link for _ in range(2)]
    paths = [str(link).removeprefix(BASE) for link in links]
    nobody = window.as_(None)
    assert [nobody.get(path).status_code for path in paths] == [404, 200]
    assert (live(browser), password(nobody).status_code) == (False, 403)


def test_a_link_is_kept_by_its_digest_alone(window: Window) -> None:
    token = invite(window).rpartition("/")[2]
    dump = repr(ledger.everything(window.database))
    assert (len(token) >= 43, token in dump, acts.digest(token) in dump) == (True, False, True)


def test_who_is_shut_out_is_out_at_the_next_request(window: Window) -> None:
    browser, admin = window.as_(NAME), window.as_(ADMIN)
    assert live(browser)
    account = _id(window, NAME)
    admin.submit(f"/users/{account}/disable", once=form_token(), reason="调离")
    assert (live(browser), password(window.as_(None)).status_code) == (False, 403)
    admin.submit(f"/users/{account}/enable", once=form_token())
    assert where(password(window.as_(None))) == (303, "/")
    said = [(by, what, city) for by, what, city in recorded(window) if what != "登录"]
    assert said == [
        ("admin 某", "停用账号", NAME), ("未登录者", "登录失败", None), ("admin 某", "启用账号", NAME),
    ]  # fmt: skip


def _id(window: Window, name: str) -> int:
    with window.database.read() as connection:
        found = accounts.named(connection, name)
    assert found is not None
    return int(found.id)


def test_a_session_that_outlived_a_disabling_is_worth_nothing(window: Window) -> None:
    browser = window.as_(NAME)
    with window.database.write() as connection:
        accounts.change(connection, _id(window, NAME), disabled_at=window.site.wall())
    assert not live(browser)


def test_nobody_shuts_themselves_out_nor_the_last_who_could_open_again(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert admin.submit(f"/users/{_id(window, ADMIN)}/disable", once=form_token()).status_code == 409
    assert not acts.disable(window.database, stamp(window), ADMIN, by=None).done
    assert live(admin)


def test_an_administrator_makes_an_account_and_is_shown_its_link_once(window: Window) -> None:
    admin, fields = window.as_(ADMIN), {"name": "xu", "shown": "徐某", "role": "city", "city": "xuzhou"}
    form = form_token()
    first, again = (admin.submit("/users", once=form, **fields) for _ in range(2))
    link = _link(first)
    assert (_link(again), recorded(window)) == (link, [("admin 某", "新建账号", "xuzhou")])
    taken = admin.submit("/users", once=form_token(), **fields)
    assert (taken.status_code, "已经有了" in taken.text) == (409, True)
    assert where(window.as_(None).post(link, data={"password": NEW, "again": NEW})) == (303, "/")
    assert admin.submit("/users", once=form, **fields).status_code == 409
    assert link.rpartition("/")[2] not in repr(ledger.everything(window.database))


def _link(page: Response) -> str:
    found = re.search(rf"{BASE}(/welcome/[\w-]+)", html.unescape(page.text))
    assert found is not None, page.text
    return found[1]


def test_a_reset_from_the_page_is_done_once_a_form(window: Window) -> None:
    admin, form = window.as_(ADMIN), form_token()
    shown = {_link(admin.submit(f"/users/{_id(window, NAME)}/reset", once=form)) for _ in range(2)}
    assert (len(shown), recorded(window)) == (1, [("admin 某", "重新发登录链接", NAME)])


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x", "shown": "徐", "role": "viewer"},
        {"name": "a b", "shown": "徐", "role": "viewer"},
        {"name": "xu", "shown": " ", "role": "viewer"},
        {"name": "xu", "shown": "徐\u202eab", "role": "viewer"},
        {"name": "xu", "shown": "徐" * 61, "role": "viewer"},
        {"name": "xu", "shown": "徐", "role": "root"},
        {"name": "xu", "shown": "徐", "role": "city"},
        {"name": "xu", "shown": "徐", "role": "city", "city": "shanghai"},
    ],
)
def test_an_account_that_cannot_be_is_refused_in_words(window: Window, fields: dict[str, str]) -> None:
    answer = window.as_(ADMIN).submit("/users", once=form_token(), **fields)
    assert (answer.status_code, 'role="alert"' in answer.text, recorded(window)) == (409, True, [])


def test_a_password_is_changed_by_who_knows_the_old_one(window: Window) -> None:
    here, elsewhere = window.as_(NAME), window.as_(None)
    password(elsewhere)
    wrong = here.submit("/account/password", old="wrong", password=NEW, again=NEW)
    assert (wrong.status_code, WRONG in wrong.text) == (422, True)
    before = here.cookies[sessions.COOKIE]
    assert where(here.submit("/account/password", old=PASSWORD, password=NEW, again=NEW)) == (
        303,
        "/account?done=password",
    )
    assert (here.cookies[sessions.COOKIE] != before, live(here), live(elsewhere)) == (True, True, False)
    assert [password(window.as_(None), given).status_code for given in (PASSWORD, NEW)] == [403, 303]


def test_another_authenticator_needs_the_password_and_its_own_first_code(strict: Window) -> None:
    browser = strict.as_(NAME)
    key = key_of(browser.get("/account/authenticator"))
    tried = [("wrong", pyotp.TOTP(key).now()), (PASSWORD, "000000"), (PASSWORD, pyotp.TOTP(key).now())]
    statuses = [browser.submit("/account/authenticator", old=old, code=code).status_code for old, code in tried]
    assert statuses == [422, 422, 303]
    assert key_of(browser.get("/account/authenticator")) != key
    with strict.database.read() as connection:
        found = accounts.named(connection, NAME)
    assert found is not None
    assert found.totp is not None
    assert totp.unseal(strict.site.secret, found.id, found.totp) == key


def test_one_ends_ones_own_sessions_and_nobody_elses(window: Window) -> None:
    here, elsewhere, third, other = window.as_(NAME), window.as_(None), window.as_(None), window.as_(VIEWER)
    password(elsewhere)
    password(third)
    mark = sessions.digest(elsewhere.cookies[sessions.COOKIE])[:MARK]
    foreign = sessions.digest(other.cookies[sessions.COOKIE])[:MARK]
    assert here.submit(f"/account/sessions/{foreign}").status_code == 404
    here.submit(f"/account/sessions/{mark}")
    assert [live(browser) for browser in (here, elsewhere, third, other)] == [True, False, True, True]
    here.submit("/account/sessions")
    assert [live(browser) for browser in (here, third, other)] == [True, False, True]


def test_the_record_is_read_by_account_by_city_and_page_by_page(window: Window) -> None:
    for number in range(60):
        acts.add(
            window.database,
            stamp(window),
            f"user{number}",
            role="city",
            city="wuxi" if number % 2 else "suzhou",
            shown=f"人{number}",
            token=acts.fresh_token(),
            by=_id(window, ADMIN) if number < 3 else None,
        )
    browser = window.as_(VIEWER)
    first = browser.get("/audit").text
    older = html.unescape(re.findall(r'href="(/audit\?[^"]+before[^"]+)"', first)[0])
    names = [re.findall(r"<td>(user\d+)</td>", text) for text in (first, browser.get(older).text)]
    assert names[0] + names[1] == [f"user{number}" for number in reversed(range(60))]
    by = browser.get(f"/audit?by={_id(window, ADMIN)}").text
    about = browser.get("/audit?about=suzhou").text
    assert re.findall(r"<td>(user\d+)</td>", by) == ["user2", "user1", "user0"]
    assert len(re.findall(r"<td>user\d+</td>", about)) == 30
    assert browser.get("/audit?by=x&about=%27&before=99999999999999999999").status_code == 200


def test_the_first_administrator_is_invited_until_there_is_one(database_url: str) -> None:
    database = Database(database_url, BOOK)
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        from dashboard.serving.site import _clock

        now = _clock()
        signed = Stamp("启动", now, now, BASE)
        links = [acts.first_link(database, signed) for _ in range(2)]
        assert len(set(links)) == 2
        with database.read() as connection:
            assert [(row.name, row.role) for row in accounts.everybody(connection)] == [("admin", "admin")]
        token = str(links[1]).rpartition("/")[2]
        assert acts.welcome(database, signed, token, kept="a hash", totp=None, step=None) is not None
        assert acts.first_link(database, signed) is None
    database.dispose()


def test_a_first_administrator_does_not_take_anothers_name(database_url: str) -> None:
    database = Database(database_url, BOOK)
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        from dashboard.serving.site import _clock

        signed = Stamp("启动", _clock(), _clock(), BASE)
        acts.add(database, signed, "admin", role="viewer", city=None, shown="查看", token="t" * 43, by=None)
        acts.first_link(database, signed)
        with database.read() as connection:
            found = [(row.name, row.role) for row in accounts.everybody(connection)]
    database.dispose()
    assert found == [("admin", "viewer"), ("admin-2", "admin")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (NEW, None),
        ("correct horse battery", None),
        ("short", "12"),
        ("x" * 300, "12"),
        ("ｙａｎｃｈｅｎｇ horse battery", "用户名"),
        ("we live in 盐城 battery", "本市"),
        ("ababababababab", "重复"),
        ("password123456", "常见"),
        ("Password!2022!", "常见"),
        ("123456789012", "常见"),
        ("qwertyuiopas", "常见"),
        ("138000012345", "常见"),
        ("wangwei19900101", "常见"),
        ("p@ssw0rd2026", "常见"),
        ("woaini5201314!", "常见"),
        ("1qaz2wsx3edc", "常见"),
        ("zhangmin zhangmin 1", "常见"),
        ("nanjingkexie2026", "常见"),
        ("kexie2026nanjing", "常见"),
        ("南京市科协办公室2026", "常见"),
        ("zhangsan123456", "常见"),
        ("wangwu2026!!!", "常见"),
        ("xiaowang123456", "常见"),
        ("woaibeijing2026", "常见"),
        ("mima12345678x", "常见"),
        ("sunshine guitar 7 herring", None),
        ("高山流水知音难觅是也一二三", None),
    ],
)
def test_a_password_is_long_and_not_everybodys(given: str, said: str | None) -> None:
    found = fault(given, given, (NAME, "某人", NAME, "盐城"))
    assert found is None if said is None else said in str(found)


def test_of_what_is_usual_there_are_thousands() -> None:
    assert len(usual_passwords.stems()) > 3_000


def test_a_password_is_typed_twice_alike() -> None:
    assert "不一样" in str(fault(NEW, f"{NEW}!", ()))
