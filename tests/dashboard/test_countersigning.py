"""经办—签批: what one account prepares is done by the signature of another, and by nothing else."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from acts.act import Filled
from acts.book import ACTS
from acts.countersigning import PUBLISH, NeedsSecondHand, needs_second_hand
from calendars.deadlines import TZ
from calendars.files import load
from models import prepared_acts
from models.columns import table_of
from models.tables.accounts import Account
from models.tables.audit import AuditEntry
from models.tables.season import Transition
from settings import COUNTERSIGNABLE, Settings
from tests.dashboard.test_acting import hidden
from tests.support.window import ADMIN, VIEWER, Browser, Window

OTHER = "signer"
WAIVE = "/2022/acts/waive"
WAIVED = {"phase": "interview", "city": "nanjing", "rule": "interviews.ratio", "reason": "报名不足"}


@pytest.fixture
def hands(window: Window) -> tuple[Browser, Browser]:
    """A window that asks for two hands, and the browsers of two who may act."""
    settings = window.site.settings.model_copy(update={"countersigned": "waive,publish"})
    object.__setattr__(window.site, "settings", settings)
    row = {"name": OTHER, "shown": "另一 某", "role": "admin", "city": None, "password": "none", "made_by": "测试"}
    with window.database.write() as connection:
        connection.execute(insert(table_of(Account)).values(row | {"made_at": datetime.now(TZ)}))
    return window.as_(ADMIN), window.as_(OTHER)


BADGE = re.compile(r'<span class="badge">(\d+)<')


def waiting(browser: Browser) -> int:
    """The number in the menu."""
    return sum(map(int, BADGE.findall(browser.get("/2022/calendar").text)))


def logged(window: Window) -> list[tuple[Any, ...]]:
    """What the log says of waivers: what, by whom, why."""
    table = table_of(AuditEntry)
    query = select(table.c.what, table.c.by, table.c.reason).where(table.c.what.startswith("豁免要求"))
    with window.database.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(table.c.id))]


def waivers(window: Window) -> list[tuple[Any, ...]]:
    """By whom Nanjing was granted a waiver."""
    table = table_of(Transition)
    with window.database.read() as connection:
        own = (table.c.event == "waive", table.c.city == "nanjing", ~table.c.refused)
        rows = connection.execute(select(table.c.city, table.c.by).where(*own))
        return [tuple(row) for row in rows]


def prepared(browser: Browser) -> dict[str, str]:
    """Prepare the waiver, and give what the form names that shows it to whoever may sign."""
    shown = browser.submit(f"{WAIVE}/preview", **WAIVED)
    assert ("送签批：" in shown.text, "确认：" in shown.text) == (True, False)
    answer = browser.submit(WAIVE, **hidden(shown))
    assert "已送签批，还没有办理" in browser.get(answer.headers["location"]).text
    tasks = html.unescape(browser.get("/2022/tasks").text)
    (number,) = re.findall(r'name="prepared" value="(\d+)"', tasks)
    return {"prepared": number}


def test_what_one_prepared_another_signs(window: Window, hands: tuple[Browser, Browser]) -> None:
    admin, signer = hands
    before = waiting(signer)
    which = prepared(admin)
    assert (waivers(window), waiting(signer)) == ([], before + 1)
    assert "待签批" in signer.get("/2022").text
    assert [WAIVED["reason"] in who.get("/2022/tasks").text for who in (signer, window.as_(VIEWER))] == [True, False]
    assert [WAIVED["reason"] in who.get("/audit").text for who in (signer, window.as_(VIEWER))] == [True, False]
    own = admin.submit(f"{WAIVE}/preview", **which)
    assert ("经办的人不能自己签批" in own.text, "签批并办理" in own.text) == (True, False)
    shown = signer.submit(f"{WAIVE}/preview", **which)
    assert ("admin 某 于" in shown.text, "签批并办理：" in shown.text, "报名不足" in shown.text) == (True, True, True)
    answer = signer.submit(WAIVE, **hidden(shown))
    assert "已豁免" in signer.get(answer.headers["location"]).text
    assert waivers(window) == [("nanjing", "另一 某")]
    assert "待签批" not in signer.get("/2022/tasks").text
    assert logged(window) == [
        ("豁免要求（送签批）", "admin 某", "报名不足"),
        ("豁免要求", "另一 某", "报名不足"),
        ("豁免要求（签批）", "另一 某", "经办：admin 某"),
    ]
    again = signer.submit(f"{WAIVE}/preview", **which)
    assert (again.status_code, "已经签批办理，没有再办" in again.text) == (409, True)


def test_nobody_signs_what_is_their_own(window: Window, hands: tuple[Browser, Browser]) -> None:
    admin, signer = hands
    which = prepared(admin)
    shown = hidden(signer.submit(f"{WAIVE}/preview", **which))
    answer = admin.submit(WAIVE, **shown)
    assert "经办的人不能自己签批" in admin.get(answer.headers["location"]).text
    # What the form says beside the number is not heeded: what was prepared is what is done.
    once = shown | {"once": "another form", "city": "wuxi", "reason": "别的"}
    assert signer.submit(WAIVE, **once).status_code == 303
    assert waivers(window) == [("nanjing", "另一 某")]


def test_a_form_that_two_sign_is_done_once(window: Window, hands: tuple[Browser, Browser]) -> None:
    admin, signer = hands
    which = prepared(admin)
    shown = hidden(signer.submit(f"{WAIVE}/preview", **which))
    assert [signer.submit(WAIVE, **shown).status_code for _ in range(2)] == [303, 303]
    assert len(waivers(window)) == 1


@pytest.mark.parametrize(("own", "said"), [(True, "撤回送签"), (False, "退回送签")])
def test_it_is_taken_back_or_sent_back(window: Window, hands: tuple[Browser, Browser], own: bool, said: str) -> None:
    admin, signer = hands
    which = prepared(admin)
    browser = admin if own else signer
    shown = signer.submit(f"{WAIVE}/preview", **which)
    address = f"/2022/prepared/{which['prepared']}"
    assert window.as_(VIEWER).submit(address, reason="不妥").status_code == 403
    if not own:
        assert "退回须写明理由" in browser.submit(address, reason=" ").text
    assert browser.submit(address, reason="不妥").status_code == 303
    assert browser.submit(address, reason="不妥").status_code == 409
    assert signer.submit(WAIVE, **hidden(shown)).status_code == 409
    assert waivers(window) == []
    assert said in signer.get("/audit").text
    assert "待签批" not in signer.get("/2022/tasks").text


def test_what_came_to_something_else_meanwhile_is_shown_again(window: Window, hands: tuple[Browser, Browser]) -> None:
    admin, signer = hands
    which = prepared(admin)
    shown = hidden(signer.submit(f"{WAIVE}/preview", **which))
    again = signer.submit(WAIVE, **(shown | {"digest": "as it was yesterday"}))
    assert (again.status_code, "请重新核对" in again.text, "签批并办理" in again.text) == (409, True, True)
    assert waivers(window) == []


def test_what_is_refused_by_now_waits_on(window: Window, hands: tuple[Browser, Browser]) -> None:
    admin, signer = hands
    which = prepared(admin)
    shown = hidden(signer.submit(f"{WAIVE}/preview", **which))
    object.__setattr__(window.site, "settings", Settings(base_url=window.site.settings.base_url))
    withdrawn = admin.submit("/2022/acts/withdraw/preview", city="nanjing", reason="不再组织")
    assert admin.submit("/2022/acts/withdraw", **hidden(withdrawn)).status_code == 303
    signer.submit(WAIVE, **shown)
    with window.database.read() as connection:
        left = prepared_acts.unsigned(connection, 2022, datetime.now(TZ))
    assert (waivers(window), [f"{one.id}" for one in left]) == ([], [which["prepared"]])
    again = signer.submit(f"{WAIVE}/preview", **which)
    assert (again.status_code, "现在不能照办" in again.text, "退回经办人" in again.text) == (422, True, True)
    assert signer.submit(f"/2022/prepared/{which['prepared']}", reason="该市已退出").status_code == 303
    assert "待签批" not in signer.get("/2022/tasks").text


def test_what_is_done_for_one_of_two_cities_waits_no_more(window: Window, hands: tuple[Browser, Browser]) -> None:
    admin, signer = hands
    both = {"phase": "interview", "rule": WAIVED["rule"], "reason": WAIVED["reason"]}
    shown = admin.post(f"{WAIVE}/preview", data={"csrf": admin.csrf, **both, "city": ["nanjing", "wuxi"]})
    sent = {**hidden(shown), "csrf": admin.csrf, "city": ["nanjing", "wuxi"]}
    assert admin.post(WAIVE, data=sent).status_code == 303
    with window.database.read() as connection:
        (kept,) = prepared_acts.unsigned(connection, 2022, datetime.now(TZ))
    signing = hidden(signer.submit(f"{WAIVE}/preview", prepared=f"{kept.id}"))
    object.__setattr__(window.site, "settings", Settings(base_url=window.site.settings.base_url))
    gone = admin.submit("/2022/acts/withdraw/preview", city="wuxi", reason="不再组织")
    assert admin.submit("/2022/acts/withdraw", **hidden(gone)).status_code == 303
    signing |= hidden(signer.submit(WAIVE, **signing))
    assert signer.submit(WAIVE, **signing).status_code == 303
    with window.database.read() as connection:
        assert prepared_acts.unsigned(connection, 2022, datetime.now(TZ)) == []
    assert waivers(window) == [("nanjing", "另一 某")]


def test_programs_do_not_go_round_it(window: Window, hands: tuple[Browser, Browser]) -> None:
    admin, _ = hands
    body = {"rule": WAIVED["rule"], "reason": WAIVED["reason"]}
    place = "/api/v1/years/2022/phases/interview/cities/nanjing/waive"
    answer = admin.post(place, json=body, headers={"x-csrf-token": admin.csrf, "Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["detail"]) == (409, str(NeedsSecondHand()))
    assert waivers(window) == []


def test_which_acts_need_two_hands() -> None:
    year = load(2022)
    wanted = {
        (act.slug, phase.slug)
        for act in ACTS.values()
        for phase in year.phases
        if act.of in {"", phase.slug} and needs_second_hand(act, Filled(phase=phase), COUNTERSIGNABLE)
    }
    every = {phase.slug for phase in year.phases}
    own = {slug for slug in COUNTERSIGNABLE if slug != PUBLISH}
    results = {phase.slug for phase in year.phases if phase.province == "results"}
    assert own <= ACTS.keys()
    assert wanted == {(slug, phase) for slug in own for phase in every} | {("approve", phase) for phase in results}


def test_what_cannot_be_signed_is_no_setting() -> None:
    assert Settings(countersigned=" waive , publish ").two_hands == {"waive", "publish"}
    with pytest.raises(ValueError, match="TALENT_COUNTERSIGNED 里的 extend 不能设为签批"):
        Settings(countersigned="extend")
