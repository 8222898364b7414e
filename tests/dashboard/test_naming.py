"""What is kept by ids and words of the machine is read in Chinese; what is kept stays."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, update

from acts.announce import WHAT, subject
from acts.signatures import signed
from calendars import files
from dashboard.views import naming
from gates.states import Event
from models import audit, post_clock, restorations
from models.columns import table_of
from models.stamp import Stamp
from models.tables.accounts import Account
from models.tables.season import ClockReading
from tests.dashboard.test_acting import hidden
from tests.support.reading import Read
from tests.support.window import ADMIN, UNTIL, VIEWER, Window

YEAR = files.load(2022)
NAMES = {"account:3": "zhang", "yancheng": "盐城", "shortlist": "面试名单", "export:log": "记录"}


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("2022/shortlist/yancheng", "2022 年度 面试名单 盐城"),
        ("2022/yancheng", "2022 年度 盐城"),
        ("account:3", "zhang"),
        ("contact:3", "联系人 3 号"),
        ("letter 12", "函件 12 号"),
        ("letter/12", "函件 12 号"),
        ("letter/shortlist/yancheng/1/mentor:38/reminder/7", "函件 盐城 面试名单 截止提醒，致导师 38 号"),
        ("letter/shortlist/yancheng/1/city:yancheng/overdue/x", "函件 盐城 面试名单 逾期催办，致市级管理办公室"),
        ("letter/shortlist/*/*/*/reminder/*", "面试名单 截止提醒（整类）"),
        ("request/1", "申请 1 号"),
        ("office/yancheng", "单位邮箱 盐城"),
        ("suppressed/0123abcd", "停止发函的邮箱"),
        ("feed:0123abcd", "日历订阅"),
        ("export:2022/log", "2022 年度 记录"),
        ("year/2026", "2026 年度"),
        ("calendar/2022", "2022 年度日历"),
        ("clock", "投递时钟"),
    ],
)
def test_every_subject_is_worded(kept: str, said: str) -> None:
    assert naming.subject(kept, NAMES) == said


def test_what_the_machine_signs_is_the_systems() -> None:
    assert [signed(by) for by in ("prefect", "talent up", "talent demo", "张三")] == [*["系统"] * 3, "张三"]


def test_the_provinces_last_word_is_called_as_the_phase_has_it() -> None:
    phases = ("mentor-recommendation", "interview", "year-end")
    words = [naming.event(Event.APPROVE, YEAR.phase(slug)) for slug in phases]
    assert (words, naming.event(Event.REJECT, None)) == (["审定", "备案", "公布结果"], "退回修改")


def test_the_record_is_read_in_chinese(window: Window) -> None:
    stamp = Stamp("prefect", UNTIL, UNTIL)
    with window.database.write() as connection:
        audit.record(connection, stamp, WHAT, subject(12))
        audit.record(connection, stamp, "延期", "2022/shortlist/yancheng", city="yancheng")
    (table,) = Read.page(window.as_(VIEWER).get("/audit").text).tables
    assert [row[1:5] for row in table[1:]] == [
        ["系统", "盐城", "延期", "2022 年度 面试名单 盐城"],
        ["系统", "—", "发到工作群", "函件 12 号"],
    ]


def test_the_first_account_was_made_by_the_system(window: Window) -> None:
    with window.database.write() as connection:
        connection.execute(update(table_of(Account)).values(made_by="talent up"))
    page = window.as_(ADMIN).get("/users").text
    assert ("<small> 系统</small>" in page, "talent up" in page) == (True, False)


def test_a_restored_backup_is_let_go_from_the_page(window: Window) -> None:
    with window.database.write() as connection:
        restorations.begin(connection, UNTIL, [], Stamp("省办", UNTIL, UNTIL), "磁盘坏了", [])
    admin = window.as_(ADMIN)
    page = admin.get("/2022").text
    assert ("投递已暂停；核对后放行" in page, 'href="/2022/acts/restored">核对后放行' in page) == (True, True)
    assert "acts/restored" not in window.as_(VIEWER).get("/2022").text
    given = {"fate": "send", "reason": "没有发出过"}
    shown = admin.submit("/2022/acts/restored/preview", **given)
    assert "确认：恢复备份之前的函件都没有发出：照常发出，恢复投递" in shown.text
    assert re.search(r"随即发出待发的函件 [1-9]\d* 封。", shown.text)
    assert "（0 封）" not in shown.text
    assert admin.submit("/2022/acts/restored", **hidden(shown)).is_redirect
    rows = Read.page(admin.get("/audit").text).tables[0][1:3]
    assert [row[3:5] for row in rows] == [["恢复备份后放行函件", "备份"], ["恢复备份", "备份"]]
    assert "核对后放行" not in admin.get("/2022").text


def test_the_doubted_clock_is_believed_from_the_page(window: Window) -> None:
    said = post_clock._said(timedelta(days=8), UNTIL, UNTIL)
    row = {"id": 1, "wall": datetime(2026, 1, 1, tzinfo=UTC), "boot": "", "ticks": 1.0, "alarm": said}
    with window.database.write() as connection:
        connection.execute(delete(table_of(ClockReading)))
        connection.execute(insert(table_of(ClockReading)).values(row))
    admin = window.as_(ADMIN)
    page = admin.get("/2022").text
    assert ("talent letters" in page, 'href="/2022/acts/resume">恢复投递' in page) == (False, True)
    assert "acts/resume" not in window.as_(VIEWER).get("/2022").text
    shown = admin.submit("/2022/acts/resume/preview", reason="核对过")
    assert "确认：系统时钟无误，恢复投递" in shown.text
    assert admin.submit("/2022/acts/resume", **hidden(shown)).is_redirect
    with window.database.read() as connection:
        assert post_clock.alarm(connection) is None
    assert admin.submit("/2022/acts/resume/preview", reason="再来").status_code == 422
