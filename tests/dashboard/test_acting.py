"""Acts of the province: what is offered, what a preview shows, and that a confirmation does that, once."""

from __future__ import annotations

import html
import re
import threading

import pytest
from httpx2 import Response
from sqlalchemy import select
from sqlmodel import SQLModel

from dashboard.acting.reading import Typed, read
from dashboard.acting.table import ACTS
from dashboard.acting.trying import done, tried
from dashboard.reader import Reader, Role
from models.audit import AuditEntry
from models.columns import table_of
from models.season import Transition
from models.standing import withdrawn
from tests import ledger
from tests.dashboard.conftest import ADMIN, CITIES, VIEWER, Browser, Window

READER = Reader(1, "admin", "admin 某", Role.ADMIN, None, "", "")
RERUN = {"phase": "shortlist", "city": "yancheng", "until": "2022-02-10", "reason": "疫情封控"}


def hidden(page: Response) -> dict[str, str]:
    """What the form that confirms carries, but for its token against forgery."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text.split("<main")[1])
    return {name: html.unescape(value) for name, value in found if name != "csrf"}


def test_the_late_city_is_found_previewed_and_rerun(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert 'value="yancheng" checked> <b>盐城</b>' in admin.get("/2022/tasks").text
    asked = admin.get("/2022/acts/rerun?phase=shortlist&city=yancheng").text
    assert '<input type="checkbox" name="city" value="yancheng" checked> 盐城' in asked
    shown = admin.submit("/2022/acts/rerun/preview", **RERUN)
    assert shown.status_code == 200
    assert "确认：为盐城重启面试名单，截止 2022-02-10 24:00" in shown.text
    assert "没有一行变化" in shown.text
    answer = admin.submit("/2022/acts/rerun", **hidden(shown))
    said = admin.get(answer.headers["location"]).text
    assert "盐城 面试名单 已重启（第 2 次），截止 2022-02-10 24:00" in said
    assert 'value="yancheng"' not in admin.get("/2022/tasks").text


def test_whoever_only_looks_may_not_act(window: Window) -> None:
    viewer = window.as_(VIEWER)
    asked = viewer.get("/2022/acts/rerun?phase=shortlist&city=yancheng")
    assert (asked.status_code, "您的账号只能查看，不能办理。" in asked.text) == (403, True)
    assert viewer.submit("/2022/acts/rerun/preview", **RERUN).status_code == 403
    assert viewer.submit("/2022/acts/rerun", **RERUN, once="1").status_code == 403
    assert "/acts/" not in viewer.get("/2022/tasks").text
    assert window.as_("yancheng").get("/2022/acts/rerun").status_code == 404


CASES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("approve", "mentor-recommendation", {}),
    ("reject", "mentor-recommendation", {"reason": "材料不全", "until": "2022-02-20"}),
    ("approve", "interview", {}),
    ("reject", "interview", {"reason": "材料不全"}),
    ("extend", "interview", {"until": "2022-03-01", "reason": "暴雪"}),
    ("extend", "shortlist", {"until": "2022-03-01", "reason": "暴雪"}),
    ("rerun", "shortlist", {"until": "2022-02-10", "reason": "疫情封控"}),
    ("rerun", "application", {"until": "2022-02-10", "reason": "补录"}),
    ("waive", "interview", {"rule": "interviews.ratio", "reason": "报名不足"}),
    ("withdraw", "", {"reason": "本年度不再组织"}),
)
"""Acts on phases in every state that the season of 7 February has: passed, open, waiting, overdue, submitted."""


@pytest.mark.parametrize(("act", "phase", "more"), CASES)
def test_what_is_offered_is_previewed_and_then_happens_and_the_rest_is_refused(
    window: Window, act: str, phase: str, more: dict[str, str]
) -> None:
    admin = window.as_(ADMIN)
    for city in ("nanjing", "wuxi", "yancheng"):
        offered = f'value="{city}"> ' in admin.get(f"/2022/acts/{act}?phase={phase}").text
        fields = {"city": city, **more} | ({"phase": phase} if phase else {})
        before = ledger.everything(window.database)
        shown = admin.submit(f"/2022/acts/{act}/preview", **fields)
        assert ledger.everything(window.database) == before
        assert (shown.status_code, city) == (200 if offered else 422, city)
        if not offered:
            assert 'role="alert"' in shown.text
            continue
        opened, filled = window.site.year(2022), ACTS[act]
        reading = read(filled, opened.year, Typed({name: [value] for name, value in fields.items()}))
        stamp = window.site.stamp(READER, opened)
        foreseen = tried(window.database, opened.year, filled, reading.filled, stamp)
        others = {slug: rows for slug, rows in _of_cities(window).items() if slug != city}
        happened = done(
            window.database, opened.year, filled, reading.filled, stamp, expected=foreseen.digest, account=1
        )
        assert happened == foreseen
        assert {slug: rows for slug, rows in _of_cities(window).items() if slug != city} == others


def _of_cities(window: Window) -> dict[str, list[object]]:
    """Every row of every table that belongs to a city, by city."""
    found: dict[str, list[object]] = {city: [] for city in CITIES}
    with window.database.read() as connection:
        for table in SQLModel.metadata.sorted_tables:
            column = next((name for name in ("concerns", "city") if name in table.c), None)
            for row in connection.execute(table.select()) if column else ():
                found.setdefault(getattr(row, column or ""), []).append((table.name, tuple(row)))
    return found


def test_a_double_click_does_it_once(window: Window) -> None:
    confirmed = hidden(window.as_(ADMIN).submit("/2022/acts/rerun/preview", **RERUN))
    answers: list[str] = []

    def click(browser: Browser) -> None:
        answers.append(browser.submit("/2022/acts/rerun", **confirmed).headers["location"])

    threads = [threading.Thread(target=click, args=(window.as_(ADMIN),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [f"/deeds/{confirmed['once']}"] * 4
    with window.database.read() as connection:
        log = table_of(Transition)
        query = select(log.c.attempt).where(log.c.event == "rerun", log.c.city == "yancheng")
        assert connection.execute(query).scalars().all() == [2]
        audit = connection.execute(select(table_of(AuditEntry)).where(table_of(AuditEntry).c.what == "重启")).all()
    assert [(row.what, row.subject, row.reason, row.city, row.by) for row in audit] == [
        ("重启", "2022/shortlist/yancheng", "疫情封控", "yancheng", "admin 某")
    ]


def test_what_changed_since_the_preview_is_previewed_again(window: Window) -> None:
    admin = window.as_(ADMIN)
    confirmed = hidden(admin.submit("/2022/acts/rerun/preview", **RERUN))
    second = hidden(admin.submit("/2022/acts/rerun/preview", **RERUN | {"until": "2022-02-12"}))
    assert admin.submit("/2022/acts/rerun", **second).status_code == 303
    before = ledger.everything(window.database)
    again = admin.submit("/2022/acts/rerun", **confirmed)
    assert (again.status_code, 'role="alert"' in again.text) == (422, True)  # it runs already: nothing is to be rerun
    assert ledger.everything(window.database) == before


def test_another_consequence_than_the_one_shown_is_shown_first(window: Window) -> None:
    admin = window.as_(ADMIN)
    confirmed = hidden(admin.submit("/2022/acts/withdraw/preview", city="yancheng", reason="不再组织"))
    assert admin.submit("/2022/acts/rerun", **hidden(admin.submit("/2022/acts/rerun/preview", **RERUN))).is_redirect
    again = admin.submit("/2022/acts/withdraw", **confirmed)
    assert (again.status_code, "预览之后情况有了变化" in again.text) == (409, True)
    assert admin.submit("/2022/acts/withdraw", **hidden(again)).is_redirect
    with window.database.read() as connection:
        assert withdrawn(connection, 2022) == {"yancheng"}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        (RERUN | {"reason": "  "}, "事由：请填写。"),
        (RERUN | {"until": "二月"}, "新的截止日：不是日期。"),
        (RERUN | {"until": ""}, "新的截止日：请填写。"),
        ({name: value for name, value in RERUN.items() if name != "city"}, "城市：请至少选一个市。"),
        (RERUN | {"city": "beijing"}, "城市：没有这个市。"),
        (RERUN | {"phase": "x"}, "阶段：没有这个阶段。"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(window: Window, typed: dict[str, str], wrong: str) -> None:
    shown = window.as_(ADMIN).submit("/2022/acts/rerun/preview", **typed)
    assert (shown.status_code, wrong in shown.text) == (422, True)
    if typed.get("phase") == "shortlist":
        assert html.escape(typed["reason"].strip()) in shown.text


def test_nothing_happens_by_looking_or_without_the_token_of_the_form(window: Window) -> None:
    admin, before = window.as_(ADMIN), ledger.everything(window.database)
    for act in ACTS:
        assert admin.get(f"/2022/acts/{act}?phase=shortlist&city=yancheng&until=2022-02-10&reason=x").status_code == 200
    assert admin.post("/2022/acts/rerun", data=RERUN).status_code == 403
    assert admin.get("/2022/acts/rerun?as_of=2022-01-20T09:00").status_code == 409
    assert admin.get("/2022/acts/nothing").status_code == 404
    assert ledger.everything(window.database) == before
