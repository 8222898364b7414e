"""Acts of the province: what is offered, what a preview shows, and that a confirmation does that, once."""

from __future__ import annotations

import html
import itertools
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from fastapi import Request
from httpx2 import Response
from sqlalchemy import insert, select, update

from acts.act import Filled
from acts.book import ACTS
from acts.decline_place import NOBODY
from acts.new_days import REMINDER
from acts.nudge import nudge
from dashboard.acts.trial import Changed, done, tried
from dashboard.acts.typed_fields import Typed, read
from dashboard.panels.acts_here import acts_panel
from dashboard.panels.place import Place
from dashboard.serving.app import make_app
from dashboard.serving.look import looking
from dashboard.signing_in.reader import Reader, Role
from dashboard.views import masking
from models import personal_changes
from models.city_fingerprints import changed, witness
from models.columns import table_of
from models.database import Database
from models.parties import Reach
from models.standing import withdrawn
from models.tables.audit import AuditEntry
from models.tables.catalogue import declared
from models.tables.city_requests import Request as CityRequest
from models.tables.season import Letter, Transition
from phases.book import BOOK
from tests.support import ledger
from tests.support.scenes import Scene, stamp
from tests.support.window import ADMIN, BASE, CITIES, UNTIL, VIEWER, Browser, Window

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
    assert "确认：为盐城重新开放面试名单，截止 2022-02-10 24:00" in shown.text
    assert "没有一行变化" in shown.text
    answer = admin.submit("/2022/acts/rerun", **hidden(shown))
    said = admin.get(answer.headers["location"]).text
    assert "盐城 面试名单 已重新开放（第 2 轮），截止 2022-02-10 24:00" in said
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
        asked = admin.get(f"/2022/acts/{act}?phase={phase}&city={city}").text
        offered = f'value="{city}" checked' in asked and "不适用" not in asked
        fields = {"city": city, **more} | ({"phase": phase} if phase else {})
        before = ledger.everything(window.database)
        shown = admin.submit(f"/2022/acts/{act}/preview", **fields)
        assert ledger.everything(window.database) == before
        assert (shown.status_code, city) == (200 if offered else 422, city)
        if not offered:
            assert 'role="alert"' in shown.text
            continue
        opened, filled = window.site.year(2022), ACTS[act]
        reading = read(filled, opened, Typed({name: [value] for name, value in fields.items()}))
        stamp = window.site.stamp(READER, opened)
        foreseen = tried(window.database, opened.year, filled, reading.filled, stamp)
        others = {slug: rows for slug, rows in _of_cities(window).items() if slug != city}
        happened = done(
            window.database, opened.year, filled, reading.filled, stamp, expected=foreseen.digest, account=1
        )
        assert happened == foreseen
        assert {slug: rows for slug, rows in _of_cities(window).items() if slug != city} == others


@pytest.mark.parametrize(
    ("act", "name", "typed", "word"),
    [
        ("leave-training", "student", "张三", None),
        ("leave-training", "student", "３２０１-2022-0001", "3201-2022-0001"),
        ("decline-place", "next", "李四", None),
        ("decline-place", "next", NOBODY, NOBODY),
    ],
)
def test_a_name_in_the_place_of_a_number_gets_no_further(
    window: Window, act: str, name: str, typed: str, word: str | None
) -> None:
    """Refused as it is read, it goes into no log."""
    reading = read(ACTS[act], window.site.year(2022), Typed({name: [typed]}))
    assert reading.filled.words.get(name) == word
    assert (name in reading.faults) is (word is None)
    assert typed not in reading.faults.get(name, "")


def test_what_was_previewed_is_done_in_whatever_order_the_database_gives_its_rows(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, steps = Reach.told, itertools.cycle((1, -1))

    def either_way(reach: Reach, *given: Any, **named: Any) -> Any:  # noqa: ANN401 -- what it is called with
        found, step = told(reach, *given, **named), next(steps)
        return {city: dict([*parties.items()][::step]) for city, parties in found.items()}

    monkeypatch.setattr(Reach, "told", either_way)
    opened, act = window.site.year(2022), ACTS["withdraw"]
    filled = act.fill(opened.year, {"city": "wuxi", "reason": "不具备条件"})
    stamp = window.site.stamp(READER, opened)
    foreseen, again = (tried(window.database, opened.year, act, filled, stamp) for _ in range(2))
    recipients = [letter.recipient for letter in foreseen.outcome.changes.letters]
    assert len(recipients) > len({recipient.partition(":")[0] for recipient in recipients})
    assert again == foreseen


def _of_cities(window: Window) -> dict[str, list[object]]:
    """Every row of every table that belongs to a city, by city."""
    found: dict[str, list[object]] = {city: [] for city in CITIES}
    with window.database.read() as connection:
        for table in declared(BOOK).sorted_tables:
            column = next((name for name in ("concerns", "city") if name in table.c), None)
            for row in connection.execute(table.select()) if column else ():
                found.setdefault(getattr(row, column or ""), []).append((table.name, tuple(row)))
    return found


def sent(window: Window) -> None:
    """Take every letter that waits as sent."""
    letter = table_of(Letter)
    with window.database.write() as connection:
        connection.execute(update(letter).where(letter.c.state == "queued").values(state="sent"))


def test_all_cities_are_extended_at_once_with_one_preview(window: Window) -> None:
    admin, fields = window.as_(ADMIN), {"phase": "interview", "until": "2022-03-03", "reason": "寒潮", "all": "1"}
    every = re.findall(r'name="every" value="([a-z]+)"', admin.get("/2022/acts/extend?phase=interview").text)
    assert tuple(every) == CITIES
    sent(window)
    shown = admin.post("/2022/acts/extend/preview", data={"csrf": admin.csrf, "every": every, **fields})
    carried = re.findall(r'name="city" value="([a-z]+)"', shown.text)
    assert tuple(carried) == CITIES
    told = [f"截止时间改为3月3日（周四）24时：{city}市入选名单" in shown.text for city in ("南京", "盐城")]
    assert told == [True, False]  # to Yancheng the interview has not opened
    answer = admin.post("/2022/acts/extend", data={"csrf": admin.csrf, **hidden(shown), "city": carried})
    assert "已延期至 2022-03-03 24:00：南京、无锡" in admin.get(answer.headers["location"]).text
    with window.database.read() as connection:
        audit = table_of(AuditEntry)
        assert tuple(connection.execute(select(audit.c.city).order_by(audit.c.id)).scalars()) == CITIES


def offers(page: Response) -> tuple[list[str], list[str]]:
    """The cities that a form lets tick, and those that stand for all."""
    ticks = re.findall(r'type="checkbox" name="city" value="([a-z]+)"', page.text)
    return ticks, re.findall(r'name="every" value="([a-z]+)"', page.text)


def test_only_what_is_late_is_rerun_for_all_and_what_passed_for_the_city_that_is_named(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert offers(admin.get("/2022/acts/rerun?phase=shortlist&city=yancheng")) == (["yancheng"], [])
    assert offers(admin.get("/2022/acts/rerun?phase=shortlist&city=nanjing")) == (["nanjing", "yancheng"], [])
    assert offers(admin.get("/2022/acts/rerun?phase=application&city=wuxi")) == (["wuxi"], [])
    assert panel(window, ADMIN, "application", "wuxi") == ["rerun?phase=application&city=wuxi"]
    assert panel(window, ADMIN, "application", None) == []


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("approve?phase=interview", "导师面试现在没有这样的市"),
        ("approve?phase=interview&city=wuxi", "备案用于状态为“已报送”的市，导师面试现在没有这样的市。"),
        ("rerun?phase=application", "已通过的，请从该市本阶段的页面办理。"),
        ("waive?phase=meeting", "没有规则可以豁免。"),
        ("evaluate?phase=shortlist", "面试名单不评价学生。"),
        ("approve?phase=shortlist", "面试名单不需要省办审定"),
    ],
)
def test_a_form_that_nobody_can_use_says_why_and_offers_no_preview(window: Window, address: str, why: str) -> None:
    shown = window.as_(ADMIN).get(f"/2022/acts/{address}").text
    assert why in shown
    assert ">预览<" not in shown


def test_what_cannot_be_brought_back_is_said_before_it_is_done(window: Window) -> None:
    admin = window.as_(ADMIN)
    said = '<p class="forever"><strong>请注意：已通过的阶段保留，其余各阶段全部终止；'
    assert said in admin.get("/2022/acts/withdraw?city=wuxi").text
    leaving = admin.submit("/2022/acts/withdraw/preview", city="wuxi", reason="不再组织").text
    assert said in leaving
    assert "forever" not in admin.submit("/2022/acts/rerun/preview", **RERUN).text
    assert '<button type="submit" class="harm">确认：' in leaving


def test_what_cannot_be_brought_back_stands_apart_and_has_another_colour(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert '<button type="submit">确认：' in admin.submit("/2022/acts/rerun/preview", **RERUN).text
    tasks = admin.get("/2022/tasks").text
    linked = re.findall(r'class="([a-z]+)" href="/2022/acts/([a-z-]+)"', tasks)
    assert {slug for colour, slug in linked if colour == "harm"} == {"withdraw", "close"}
    assert {slug for colour, slug in linked if colour != "harm" and ACTS[slug].forever} <= {"issue-awards"}
    assert 'class="harm"' not in re.sub(r"(?s)<details>.*?</details>", "", tasks)


@pytest.mark.parametrize(
    ("begun", "back"),
    [
        (f"{BASE}/2022/cities/yancheng", "/2022/cities/yancheng"),
        (f"{BASE}/2022?only=hand", "/2022?only=hand"),
        ("http://elsewhere.example/2022/cities/yancheng", "/2022/shortlist/yancheng"),
        (f"{BASE}/2022/acts/extend", "/2022/shortlist/yancheng"),
        (f"{BASE}/2021/tasks", "/2022/shortlist/yancheng"),
        (f"{BASE}//elsewhere.example/2022", "/2022/shortlist/yancheng"),
        (f"{BASE}/2022/./acts/withdraw", "/2022/shortlist/yancheng"),
    ],
)
def test_an_act_leads_back_to_where_it_was_begun(window: Window, begun: str, back: str) -> None:
    admin = window.as_(ADMIN)
    asked = admin.get("/2022/acts/rerun?phase=shortlist&city=yancheng", headers={"referer": begun})
    came = hidden(asked)["came"]
    shown = admin.submit("/2022/acts/rerun/preview", **RERUN, came=came)
    answer = admin.submit("/2022/acts/rerun", **hidden(shown))
    assert f'<a role="button" href="{back}">继续</a>' in admin.get(answer.headers["location"]).text
    assert f'<a href="{came or "/2022/tasks"}">不办，回到' in asked.text + shown.text


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
        audit = connection.execute(select(table_of(AuditEntry)).where(table_of(AuditEntry).c.what == "重新开放")).all()
    assert [(row.what, row.subject, row.reason, row.city, row.by) for row in audit] == [
        ("重新开放", "2022/shortlist/yancheng", "疫情封控", "yancheng", "admin 某")
    ]


def test_what_is_refused_since_the_preview_is_answered_and_goes_on_record(window: Window) -> None:
    admin = window.as_(ADMIN)
    confirmed = hidden(admin.submit("/2022/acts/rerun/preview", **RERUN))
    second = hidden(admin.submit("/2022/acts/rerun/preview", **RERUN | {"until": "2022-02-12"}))
    assert admin.submit("/2022/acts/rerun", **second).status_code == 303
    again = admin.submit("/2022/acts/rerun", **confirmed)
    said = admin.get(again.headers["location"]).text  # it runs already: there is nothing to rerun
    table = table_of(Transition)
    with window.database.read() as connection:
        query = select(table).where(table.c.event == "rerun").order_by(table.c.id)
        *_, done, refused = connection.execute(query)
    assert (done.refused, refused.refused, refused.reason in html.unescape(said)) == (False, True, True)


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
    for act in (slug for slug, one in ACTS.items() if one.by == "province"):
        assert admin.get(f"/2022/acts/{act}?phase=shortlist&city=yancheng&until=2022-02-10&reason=x").status_code == 200
    assert admin.post("/2022/acts/rerun", data=RERUN).status_code == 403
    assert admin.get("/2022/acts/rerun?as_of=2022-01-20T09:00").status_code == 409
    assert [admin.get(f"/2022/acts/{act}").status_code for act in ("nothing", "submit", "load")] == [404] * 3
    assert ledger.everything(window.database) == before


SIGNED = "'省办', '2022-02-07 00:00:00', '2022-02-07 00:00:00'"
TOUCHES = {
    "its standing": "UPDATE city_phase SET moves = moves + 1 WHERE city = 'wuxi' AND phase = 'meeting'",
    "a letter": "UPDATE letter SET state = 'sent' WHERE id = (SELECT max(id) FROM letter WHERE concerns = 'wuxi')",
    "a due day": "INSERT INTO extension (year, phase, city, attempt, cause, until, reason, by, at, as_of) "
    f"VALUES (2022, 'meeting', 'wuxi', 1, 'grace', '2022-03-09', 'x', {SIGNED})",
    "its exit": "UPDATE city_year SET withdrawn_as_of = '2022-02-07 00:00:00' WHERE city = 'wuxi'",
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_the_witness_sees_what_another_city_would_suffer(window: Window, touch: str) -> None:
    with window.database.read() as connection:
        before = witness(connection, 2022)
        assert changed(before, witness(connection, 2022)) == frozenset()
    with window.database.write() as connection:
        connection.exec_driver_sql(TOUCHES[touch])
        assert changed(before, witness(connection, 2022)) == {"wuxi"}


def test_an_act_that_comes_to_something_else_is_taken_back(scene: Scene) -> None:
    scene.advance("2022-01-16T09:00")
    before, year = ledger.everything(scene.database), scene.year
    filled = Filled(year.phases[0], ("nanjing", "wuxi"), date(2022, 1, 25), "封控")
    foreseen = tried(scene.database, year, ACTS["rerun"], filled, stamp("2022-01-17T09:00"))
    assert foreseen.outcome.done
    assert foreseen.touched == {"nanjing", "wuxi"}
    with pytest.raises(Changed):
        done(scene.database, year, ACTS["rerun"], filled, stamp("2022-01-17T09:00"), expected="", account=1)
    assert ledger.everything(scene.database) == before


@pytest.fixture
def scene(database_url: str) -> Iterator[Scene]:
    database = Database(database_url, BOOK)
    yield Scene.begin(database)
    database.dispose()


def panel(window: Window, name: str, phase: str | None, city: str | None, as_of: str = "") -> list[str]:
    """The acts that stand on a page, by the addresses that they lead to."""
    reader = READER if name == ADMIN else replace(READER, role=Role.VIEWER)
    request = Request({"type": "http", "app": make_app(window.site), "state": {"reader": reader}, "path": "/"})
    year = window.site.year(2022).year
    look = looking(request, 2022, datetime.fromisoformat(as_of) if as_of else None)
    here = (year.phase(phase) if phase else None, year.city(city) if city else None)
    place = Place(request, reader, look, *here, window.standings(look))
    return re.findall(r'href="/2022/acts/([^"]+)"', html.unescape(acts_panel(place) or ""))


def test_the_acts_that_apply_stand_on_the_pages_of_city_phases(window: Window) -> None:
    late = "?phase=shortlist&city=yancheng"
    assert panel(window, ADMIN, "shortlist", "yancheng") == [f"nudge{late}", f"rerun{late}"]
    assert panel(window, ADMIN, "interview", None) == [
        "extend?phase=interview",
        "waive?phase=interview",
    ]
    of_its_own = [f"{act}?city=yancheng" for act in ("correct-student", "withdraw", "record-payment", "record-return")]
    assert panel(window, ADMIN, None, "yancheng") == [f"nudge{late}", f"rerun{late}", *of_its_own]
    assert panel(window, ADMIN, "shortlist", "yancheng", "2022-02-01T09:00") == []
    assert panel(window, VIEWER, "shortlist", "yancheng") == []


def test_a_preview_says_what_was_typed_and_what_is_on_record(window: Window) -> None:
    typed = {"student": "3201-2022-0001", "what": "name", "value": "某某", "reason": "登记有误"}
    shown = window.as_(ADMIN).submit("/2022/acts/correct-student/preview", city="nanjing", **typed).text
    with window.database.read() as connection:
        name = personal_changes.student(connection, 2022, "nanjing", typed["student"])["name"]  # type: ignore[index]
    covered = masking.name(name)
    lines = ("更正哪一项：姓名", f"更正为：某某（登记的：{name}）", f"报名号：3201-2022-0001（登记的：{covered}）")
    assert [line for line in lines if line not in shown] == []
    asked = window.as_(ADMIN).get("/2022/acts/correct-student?city=nanjing").text
    assert f'<option value="3201-2022-0001">{covered}</option>' in asked
    assert "<datalist" not in window.as_(ADMIN).get("/2022/acts/correct-student").text, "of no city that is chosen"


def test_one_act_stands_out_where_something_waits_and_none_that_takes_away(window: Window) -> None:
    admin = window.as_(ADMIN)
    pages = {at: admin.get(f"/2022/{at}").text for at in ("cities/yancheng", "shortlist/yancheng", "cities/nanjing")}
    loud = {at: re.findall(r'<a role="button" href="/2022/acts/([^?]+)', page) for at, page in pages.items()}
    assert loud == {"cities/yancheng": ["nudge"], "shortlist/yancheng": ["nudge"], "cities/nanjing": []}
    assert "acts/withdraw" not in re.sub(r"(?s)<details>.*?</details>", "", pages["cities/yancheng"])
    assert "acts/extend?phase=interview&amp;city=nanjing" in pages["cities/nanjing"], "what is under way is helped too"
    assert nudge(window.database, 2022, "shortlist", "yancheng", stamp("2022-02-07T09:00")).done
    for at in ("cities/yancheng", "shortlist/yancheng"):
        page = admin.get(f"/2022/{at}").text
        assert re.findall(r'<a role="button" href="/2022/acts/([^?]+)', page) == [], "what is done once a day is done"
        assert "催办（今天已办）" in page


def test_a_request_of_the_city_is_answered_before_it_is_urged(window: Window) -> None:
    at = window.site.now(window.site.year(2022))
    row = {"token": "t", "year": 2022, "phase": "shortlist", "city": "yancheng", "attempt": 1, "reason": "封控"}
    with window.database.write() as connection:
        signed = {"until": date(2022, 2, 12), "by": "盐城", "at": at, "as_of": at}
        connection.execute(insert(table_of(CityRequest)).values(row | signed))
    for at_page in ("cities/yancheng", "shortlist/yancheng"):
        page = window.as_(ADMIN).get(f"/2022/{at_page}").text
        assert re.findall(r'<a role="button" href="/2022/acts/([^?]+)', page) == ["answer"]
        assert 'class="quiet" href="/2022/acts/nudge?' in page


def test_whoever_is_called_stands_beside_the_place_where_the_call_is_noted(window: Window) -> None:
    contact = {"office": "yancheng", "part": "main", "name": "王办", "phone": "0515 8300 0000"}
    admin = window.as_(ADMIN)
    admin.submit("/2022/offices/contacts", once="t", email="wang@city.example", **contact)
    page = admin.get("/2022/cities/yancheng").text
    assert re.search(r'王办　<a href="tel:051583000000">[^<]+</a>　<a href="/2022/shortlist/yancheng#call">', page)
    noted = admin.get("/2022/shortlist/yancheng").text
    assert '<a href="#call">记录电话</a>' in noted
    assert re.search(r'(?s)<details open>\s*<summary>电话催办</summary>\s*<form id="call"', noted)


CORRECT = {"phase": "interview", "city": "nanjing", "reason": "日期误写为次月"}


def test_a_day_is_corrected_only_where_the_province_gave_one(window: Window) -> None:
    admin = window.as_(ADMIN)
    nothing = admin.get("/2022/acts/correct?phase=interview&city=nanjing").text
    assert "导师面试各市现在的截止日都不是省办另行给的，没有可以更正的。" in nothing
    assert panel(window, ADMIN, "interview", "nanjing")[:2] == [
        "extend?phase=interview&city=nanjing",
        "waive?phase=interview&city=nanjing",
    ]
    given = {"phase": "interview", "city": "nanjing", "until": "2022-02-27", "reason": "暴雪"}
    admin.submit("/2022/acts/extend", **hidden(admin.submit("/2022/acts/extend/preview", **given)))
    assert "correct?phase=interview&city=nanjing" in panel(window, ADMIN, "interview", "nanjing")
    assert "correct?phase=interview" in panel(window, ADMIN, "interview", None)
    assert "correct?phase=interview&city=wuxi" not in panel(window, ADMIN, "interview", "wuxi")
    assert "截止 2022-02-27（经批准延期）" in admin.get("/2022/acts/correct?phase=interview&city=nanjing").text
    shown = admin.submit("/2022/acts/correct/preview", **CORRECT)
    assert re.search("收回：延期至 2022-02-27（[^，]+，2022-02-07 09:00，事由：暴雪）", shown.text)


def test_what_the_province_chose_not_to_send_is_named_wherever_it_is_looked_for(window: Window) -> None:
    admin, letter = window.as_(ADMIN), table_of(Letter)
    with window.database.write() as connection:
        gone = {"state": "sent", "sent_at": UNTIL}
        connection.execute(update(letter).where(letter.c.state == "queued").values(gone))
    day = {"phase": "interview", "city": "nanjing", "until": "2022-03-04", "reason": "场地封控"}
    shown = admin.submit("/2022/acts/extend/preview", **day, untold="已逐一电话告知")
    assert "<h2>不写新的函件</h2>" in shown.text
    assert re.search(r"不发出、只留记录的函件（\d+ 封）</h2>\s*<p>不另行通知：已逐一电话告知</p>", shown.text)
    kept = re.search(r"不另行通知：已逐一电话告知；(\d+) 封函件不发出，只留记录。", shown.text)
    assert kept
    answer = admin.submit("/2022/acts/extend", **hidden(shown))
    assert kept[0] in admin.get(answer.headers["location"]).text
    here = admin.get("/2022/interview/nanjing").text
    assert here.count("场地封控；不另行通知：已逐一电话告知") == 2, "in what happened, and with the day"
    listed = admin.get("/2022/letters?city=nanjing&phase=interview").text
    assert listed.count("</span>不另行通知</span>") == int(kept[1])
    exported = admin.get("/2022/exports/letters.csv").text
    assert (exported.count(",不另行通知,"), exported.count(",已取消,")) == (int(kept[1]), 0)


def test_what_an_answer_reminds_of_stands_apart_from_the_good_news(window: Window) -> None:
    admin = window.as_(ADMIN)
    day = {"phase": "interview", "city": "nanjing", "until": "2022-02-26", "reason": "暴雪"}
    shown = admin.submit("/2022/acts/extend/preview", **day)
    answer = admin.submit("/2022/acts/extend", **hidden(shown))
    for page in (shown.text, admin.get(answer.headers["location"]).text):
        good, warned = (re.findall(f'class="{kind}">(.*?)</p>', page) for kind in ("good", "warned"))
        assert f"{REMINDER}2022-02-26（星期六）不是工作日。" in warned
        assert [REMINDER in said for said in good] == [False]
        assert 'href="/2022/letters"' in page, "the year's menu"


def test_a_day_that_was_taken_back_is_struck(window: Window) -> None:
    admin = window.as_(ADMIN)
    day = {"phase": "interview", "city": "nanjing", "until": "2022-02-25", "reason": "暴雪"}
    admin.submit("/2022/acts/extend", **hidden(admin.submit("/2022/acts/extend/preview", **day)))
    assert "<b>经批准延期至 2022-02-25 周五</b>" in admin.get("/2022/interview/nanjing").text
    admin.submit("/2022/acts/correct", **hidden(admin.submit("/2022/acts/correct/preview", **CORRECT)))
    after = admin.get("/2022/interview/nanjing").text
    assert "<s>经批准延期至 2022-02-25 周五</s>（已更正）" in after
    assert "<b>经批准延期" not in after
