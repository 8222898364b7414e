"""A city asks for a later day: once, in words, and the season stands as it did."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from acts.ask import ask
from calendars.deadlines import TZ
from models.city_requests import requests
from models.stamp import Stamp
from tests.dashboard.test_acting import hidden
from tests.support.filing import CITY, HERE, deed, once, reopen
from tests.support.requests_asked import put
from tests.support.window import ADMIN, UNTIL, YEAR, Window

LATER = date(2022, 2, 15)
STILL = ("extension", "filing", "waiver")


def asked(window: Window) -> list[tuple[object, ...]]:
    with window.database.read() as connection:
        found = requests(connection, YEAR)
    return [
        (one.phase, one.city, one.attempt, one.until, one.reason, one.by, one.answer and one.answer.said)
        for one in found
    ]


def test_a_late_city_asks_once_however_often_it_clicks(window: Window) -> None:
    browser = window.as_(CITY)
    page = browser.get(f"{HERE}/request").text
    assert "已经逾期；申请得到同意后，省级管理办公室会重新开放本阶段" in page
    token = once(page)
    for _ in range(2):
        answer = browser.submit(f"{HERE}/request", once=token, until="2022-02-15", reason="场地封控\n无法测试")
        assert "盐城 面试名单：已向省级管理办公室申请延期至 2022-02-15 24:00。" in deed(browser, answer)
    assert asked(window) == [("shortlist", CITY, 1, LATER, "场地封控\n无法测试", "yancheng 某", None)]
    after = browser.get(f"{HERE}/request").text
    assert "等省级管理办公室答复" in after
    assert "<textarea" not in after
    second = browser.submit(f"{HERE}/request", once="another form", until="2022-02-16", reason="再来")
    assert (
        "yancheng 某 于 2022-02-07 09:00:00 已申请延期至 2022-02-15，正等省级管理办公室答复，不必重复申请。"
        in second.text
    )
    assert window.as_("nanjing").get(f"{HERE}/request").status_code == 404


def test_every_page_says_after_asking_that_it_was_asked_and_no_page_asks_to_ask(window: Window) -> None:
    city, pages = window.as_(CITY), (HERE, f"/{YEAR}/cities/{CITY}", f"{HERE}/file")
    todo, asked_ = (
        "请向省级管理办公室申请延期",
        "已于 2022-02-07（周一）申请延期至 2022-02-15（周二），正等省级管理办公室答复",
    )
    assert [todo in city.get(page).text for page in pages] == [True] * 3
    city.submit(f"{HERE}/request", once="a form", until="2022-02-15", reason="封控")
    found = [city.get(page).text for page in pages]
    assert [(todo in page, asked_ in page) for page in found] == [(False, True)] * 3
    assert [f'href="{HERE}/request"' in page for page in found] == [False] * 3


def test_a_passed_phase_offers_no_request_though_something_was_asked_once(window: Window) -> None:
    here = f"/{YEAR}/application/{CITY}"
    row = {"token": "t", "year": YEAR, "phase": "application", "city": CITY, "attempt": 1, "until": LATER, "by": "盐城"}
    put(window.database, row | {"at": UNTIL, "as_of": UNTIL, "reason": "封控"}, ("granted", UNTIL, None))
    page = window.as_(CITY).get(here).text
    assert ("✓ 已同意" in page, f"{here}/request" in page) == (True, False)


def test_a_request_is_taken_back_from_where_it_is_shown_and_may_be_made_again(window: Window) -> None:
    browser = window.as_(CITY)
    browser.submit(f"{HERE}/request", once="a form", until="2022-02-15", reason="封控")
    assert f'href="{HERE}/request#retract"' in browser.get(HERE).text
    token = once(browser.get(f"{HERE}/request").text)
    answer = browser.submit(f"{HERE}/request/retract", once=token)
    assert "盐城 面试名单：已撤回延期至 2022-02-15 的申请" in deed(browser, answer)
    assert [row[-1] for row in asked(window)] == ["retracted"]
    after = browser.get(f"{HERE}/request").text
    assert "<b>✗ 已撤回</b> 2022-02-07 09:00 yancheng 某</li>" in re.sub(r"\s+", " ", after).replace(" </li>", "</li>")
    assert ("✗ 已撤回" in after, "<textarea" in after, "撤回这份申请" in after) == (True, True, False)
    assert "件待答复" not in window.as_(ADMIN).get(f"/{YEAR}").text
    assert window.as_("nanjing").submit(f"{HERE}/request/retract", once="another").status_code == 404


def test_the_provinces_home_from_memory_shows_a_request_at_once(window: Window) -> None:
    admin, city = window.as_(ADMIN), window.as_(CITY)
    assert "件待答复" not in admin.get(f"/{YEAR}").text
    city.submit(f"{HERE}/request", once="a form", until="2022-02-15", reason="封控")
    assert "申请和异议 1 件待答复" in admin.get(f"/{YEAR}").text


def test_asking_moves_nothing_but_the_log(window: Window) -> None:
    def season() -> object:
        columns = "id, state, attempt, filings, since, filed_at, passed_at, resume, on_paper"
        asked = [f"SELECT {columns} FROM city_phase ORDER BY id", *(f"SELECT * FROM {table}" for table in STILL)]
        with window.database.read() as connection:
            return [connection.exec_driver_sql(query).all() for query in asked]

    before = season()
    stamp = Stamp("盐城", UNTIL, UNTIL)
    said = ask(window.database, YEAR, "shortlist", CITY, stamp, until=LATER, reason="封控", token="t")
    assert [(row.kind, row.recipient) for row in said.changes.letters] == [
        ("request", "province"),
        ("request", f"city:{CITY}"),
    ]
    assert season() == before


@pytest.mark.parametrize(
    ("phase", "until", "reason", "said"),
    [
        ("shortlist", LATER, " ", "盐城 面试名单：请写明理由。"),
        ("shortlist", LATER, "字" * 501, "盐城 面试名单：理由长 501 字，超过 500 字，请改正。"),
        ("shortlist", LATER, "a\u0007b", "盐城 面试名单：理由中间有看不见的字符（U+0007），请改正。"),
        ("shortlist", date(2022, 1, 30), "封控", "盐城 面试名单：现在的截止日是 2022-01-30，申请的日期须在此之后。"),
        ("shortlist", date(2022, 2, 6), "封控", "盐城 面试名单：申请的日期 2022-02-06 已经过去。"),
        ("shortlist", date(2202, 2, 10), "封控", "盐城 面试名单：申请的日期 2202-02-10 太远，请核对年份。"),
        ("application", LATER, "封控", "盐城 学生申报：已经通过，无需延期；如需更正，请与省级管理办公室联系。"),
    ],
)
def test_what_cannot_be_asked_for(window: Window, phase: str, until: date, reason: str, said: str) -> None:
    stamp = Stamp("盐城", UNTIL, UNTIL)
    answer = ask(window.database, YEAR, phase, CITY, stamp, until=until, reason=reason, token="t")
    assert (answer.outcome, answer.message, asked(window)) == ("refused", said, [])


@pytest.mark.parametrize("day", ["", "2022/2/15", "tomorrow", "2022-02-30"])
def test_a_day_that_is_none(window: Window, day: str) -> None:
    browser = window.as_(CITY)
    answer = browser.submit(f"{HERE}/request", once="a form", until=day, reason="封控")
    assert (answer.status_code, "请写明希望延期到哪一天，如 2022-02-10。" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2022-01-30", "现在的截止日是 2022-01-30，申请的日期须在此之后"),
        ("2022-05-30", "确实如此的，请在“再写一遍截止日”里写 2022-05-30。"),
    ],
)
def test_what_is_refused_comes_back_with_what_was_typed(window: Window, until: str, said: str) -> None:
    browser = window.as_(CITY)
    assert 'min="2022-02-07"' in browser.get(f"{HERE}/request").text
    refused = browser.submit(f"{HERE}/request", once="a form", until=until, reason="场地封控\n无法测试", confirm="")
    assert (refused.status_code, said in refused.text, "--confirm" in refused.text) == (422, True, False)
    assert f'value="{until}"' in refused.text
    assert ">场地封控\n无法测试</textarea>" in refused.text
    assert "再写一遍截止日（可不填）</summary>" in refused.text
    assert asked(window) == []
    again = browser.submit(f"{HERE}/request", once="a form", until="2022-02-15", reason="封控", confirm="")
    assert "已向省级管理办公室申请延期至 2022-02-15" in deed(browser, again), "the form's token was not used up"


def test_the_answer_is_shown_and_a_new_attempt_may_ask_again(window: Window) -> None:
    row = {"token": "t", "year": YEAR, "phase": "shortlist", "city": CITY, "attempt": 1, "until": LATER, "by": "盐城"}
    at = datetime(2022, 2, 5, 10, tzinfo=TZ)
    put(window.database, row | {"reason": "封控", "at": at, "as_of": at}, ("declined", UNTIL, "请先用备用场地"))
    page = window.as_(CITY).get(f"{HERE}/request").text
    assert "✗ 未同意" in page
    assert "2022-02-07 09:00 省办：请先用备用场地" in page
    assert "<textarea" in page
    reopen(window)
    assert "<textarea" in window.as_(CITY).get(f"{HERE}/request").text
    assert window.as_(ADMIN).get(f"{HERE}/request").status_code == 404


def test_a_verdict_is_questioned_from_its_page_answered_by_the_province_and_both_are_shown(window: Window) -> None:
    here, city = f"/{YEAR}/application/{CITY}", window.as_(CITY)
    assert f'href="{here}/question">提出异议' in city.get(here).text
    page = city.get(f"{here}/question").text
    assert ('value="verdict"' in page, 'value="answer"' in page) == (True, False), (
        "only what there is may be questioned"
    )
    refused = city.submit(f"{here}/question", once=once(page), about="", reason="请复核")
    assert (refused.status_code, "请写明对什么有异议。" in refused.text, ">请复核</textarea>" in refused.text) == (
        422, True, True,
    )  # fmt: skip
    sent = city.submit(f"{here}/question", once=once(page), about="verdict", reason="排名有误，请复核")
    assert "盐城 学生申报：已就第1次报送的核验结论向省级管理办公室提出异议" in deed(city, sent)
    assert "对第1次报送的核验结论提出异议（排名有误，请复核）" in city.get(here).text
    assert f'href="{here}/question">' not in city.get(here).text
    admin = window.as_(ADMIN)
    assert "申请和异议 1 件待答复" in admin.get(f"/{YEAR}").text
    assert "盐城 学生申报</b>：对第1次报送的核验结论提出异议。排名有误，请复核" in admin.get(f"/{YEAR}/tasks").text
    (number,) = re.findall(r"acts/answer\?request=(\d+)", admin.get(f"/{YEAR}/tasks").text)
    form = admin.get(f"/{YEAR}/acts/answer?request={number}").text
    offered = [f'value="{word}"' in form for word in ("granted", "declined", "upheld", "changed")]
    assert offered == [False, False, True, True]
    assert [f'name="{field}"' in form for field in ("until", "confirm", "untold")] == [False] * 3
    shown = admin.submit(f"/{YEAR}/acts/answer/preview", request=number, answer="upheld", reason="已核对名单")
    assert "确认：答复盐城学生申报的异议：维持" in shown.text
    assert admin.submit(f"/{YEAR}/acts/answer", **hidden(shown)).is_redirect
    answered = city.get(here).text
    assert "✓ 已答复：维持" in answered
    assert "admin 某：已核对名单" in answered
    assert "维持（异议）：已核对名单" in answered, "it stands in what was done"


def test_a_question_is_taken_back_from_where_it_is_shown(window: Window) -> None:
    here, city = f"/{YEAR}/application/{CITY}", window.as_(CITY)
    city.submit(f"{here}/question", once="a form", about="verdict", reason="请复核")
    page = city.get(f"{here}/question").text
    assert f'action="{here}/question/retract"' in page
    sent = city.submit(f"{here}/question/retract", once="another form")
    assert "已撤回对第1次报送的核验结论的异议" in deed(city, sent)
    assert "✗ 已撤回" in city.get(here).text
    assert window.as_(ADMIN).get(f"{here}/question").status_code == 404
