"""The acts that are about no single city phase: evaluation, requests, letters, addresses, the calendar, years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from acts.act import Field
from acts.book import ACTS
from calendars import files
from dashboard.serving.site import Site
from dashboard.views import masking
from letters import render
from models import suppression
from models.columns import table_of
from models.database import Database
from models.standing import opened
from models.suppression import Unclear
from models.tables.accounts import Account
from models.tables.audit import AuditEntry, Deed
from models.tables.city_drafts import draft_table
from models.tables.city_requests import Request
from models.tables.season import Letter, Office, ProgrammeYear, Suppressed
from phases.book import BOOK
from phases.year_end import DIMENSIONS, EVALUATIONS
from settings import Settings
from tests.dashboard.test_acting import hidden, sent
from tests.support.reading import Read
from tests.support.scenes import NANJING, Scene, instant
from tests.support.window import ADMIN, BASE, PASSWORD, SECRET, VIEWER, Window

PLAIN = Field("", "", "reason")


@pytest.fixture
def december(database_url: str, tmp_path: Path) -> Iterator[Window]:
    """A year whose one active city has filed its year-end, on 5 December."""
    database = Database(database_url, BOOK)
    scene = Scene.begin(database)
    scene.through("midterm", NANJING)
    for form in ("cultivation", "year-end"):
        scene.load(form, NANJING, scene.sheets(form, NANJING), "2022-11-21T10:00")
    assert scene.submit("year-end", NANJING, "2022-11-21T10:00").done
    now = instant("2022-12-05T10:00")
    with database.write() as connection:
        row = {"name": ADMIN, "shown": "admin 某", "role": "admin", "password": PASSWORD}
        connection.execute(insert(table_of(Account)).values(row | {"made_by": "测试", "made_at": now}))
    settings = Settings(base_url=BASE, maildir=tmp_path / "mail", letters=tmp_path / "letters")
    yield Window(Site(database, settings, SECRET, wall=lambda: now))
    database.dispose()


def scores(number: str, grade: str = "优秀", **more: str) -> dict[str, str]:
    """What the grid sends of one student."""
    given = {"name": f"学生{int(number[-4:])}", "grade": grade} | dict.fromkeys(
        DIMENSIONS.fields(files.load(2022)), "90"
    )
    return {f"rows:{number}:{column}": value for column, value in (given | more).items()}


def test_students_are_evaluated_on_a_grid_and_the_results_published(december: Window) -> None:
    admin, of = december.as_(ADMIN), {"phase": "year-end", "city": NANJING}
    grid = admin.get("/2022/acts/evaluate?phase=year-end&city=nanjing").text
    assert 'name="rows:3201-2022-0001:score_1" aria-label="学生1：科学兴趣"' in grid
    first, second = "3201-2022-0001", "3201-2022-0002"
    wrong = admin.submit("/2022/acts/evaluate/preview", **of, **scores(first, score_1="101"))
    assert "3201-2022-0001 学生1“科学兴趣”：填的是“101”，不在 0–100 之间" in wrong.text
    assert 'value="101"' in wrong.text
    shown = admin.submit("/2022/acts/evaluate/preview", **of, **scores(first), **scores(second, "合格"))
    assert "确认：保存南京 2 名学生的评价" in shown.text
    assert admin.submit("/2022/acts/evaluate", **hidden(shown)).is_redirect
    draft = draft_table(EVALUATIONS)
    with december.database.read() as connection:
        kept = connection.execute(select(draft.c.number, draft.c.grade).order_by(draft.c.number)).all()
    assert [tuple(row) for row in kept] == [(first, "优秀"), (second, "合格")]
    rows = Read.page(admin.get("/2022/evaluation").text).tables[0]
    assert [(row[0], row[1], row[-3], row[-2], row[-1]) for row in rows[1:]] == [
        ("1", first, "90.00", "优秀", ""),
        ("1", second, "90.00", "合格", ""),
    ]
    results = admin.submit("/2022/acts/approve/preview", **of)
    assert results.status_code == 200
    published = next(table for table in Read.page(results.text).tables if table[0][0] == "名次")
    assert [(row[1], row[2], row[4], row[5]) for row in published[1:]] == [
        (first, "学＊＊", "90.00", "优秀"),
        (second, "学＊＊", "90.00", "合格"),
    ]
    assert "优秀 <b>0</b> → <b>1</b>" in results.text
    assert admin.submit("/2022/acts/approve", **hidden(results)).is_redirect
    with december.database.read() as connection:
        said = connection.execute(select(table_of(AuditEntry).c.what, table_of(AuditEntry).c.subject)).all()
    assert [tuple(row) for row in said] == [
        ("年度评价评分", "2022/year-end/nanjing"),
        ("公布结果", "2022/year-end/nanjing"),
    ]


def test_results_without_an_evaluation_are_refused_with_what_is_missing(december: Window) -> None:
    refused = december.as_(ADMIN).submit("/2022/acts/approve/preview", phase="year-end", city=NANJING)
    assert (refused.status_code, "还不能公布结果" in refused.text) == (422, True)


def test_a_request_is_answered_from_the_list(window: Window) -> None:
    now = window.site.now(window.site.year(2022))
    row = {"token": "t", "year": 2022, "phase": "shortlist", "city": "yancheng", "attempt": 1, "reason": "封控"}
    with window.database.write() as connection:
        signed = {"until": date(2022, 2, 12), "by": "盐城", "at": now, "as_of": now}
        connection.execute(insert(table_of(Request)).values(row | signed))
    admin = window.as_(ADMIN)
    assert 'href="/2022/acts/answer?request=1">答复盐城' in admin.get("/2022/tasks").text
    asked = admin.get("/2022/acts/answer?request=1").text
    assert "盐城 面试名单，申请延期至 2022-02-12（周六）" in asked
    shown = admin.submit("/2022/acts/answer/preview", request="1", answer="granted", until="2022-02-12", reason="同意")
    assert "→ 进行中，第 2 轮，截止 2022-02-12" in shown.text
    assert admin.submit("/2022/acts/answer", **hidden(shown)).is_redirect
    assert "acts/answer" not in admin.get("/2022/tasks").text


@pytest.fixture
def asked(window: Window) -> Window:
    """Yancheng asked for a later day."""
    now = window.site.now(window.site.year(2022))
    row = {"token": "t", "year": 2022, "phase": "shortlist", "city": "yancheng", "attempt": 1, "reason": "封控"}
    with window.database.write() as connection:
        signed = {"until": date(2022, 2, 12), "by": "盐城", "at": now, "as_of": now}
        connection.execute(insert(table_of(Request)).values(row | signed))
    return window


@pytest.mark.parametrize("page", ["/2022/shortlist/yancheng", "/2022/shortlist", "/2022/cities/yancheng"])
def test_where_the_agenda_leads_stands_the_request_with_its_answer(asked: Window, page: str) -> None:
    mine, viewers, citys = (asked.as_(name).get(page).text for name in (ADMIN, VIEWER, "yancheng"))
    button = 'href="/2022/acts/answer?request=1">答复盐城的申请'
    assert [button in text for text in (mine, viewers, citys)] == [True, False, False]
    for text in (mine, viewers):
        assert "<b>申请延期至 2022-02-12（周六）</b>。理由：封控 <small>盐城，2022-02-07" in text
    past = asked.as_(ADMIN).get(f"{page}?as_of=2022-02-06T10:00").text
    other = asked.as_(ADMIN).get("/2022/shortlist/nanjing").text
    assert ["理由：封控" in text for text in (past, other)] == [False, False]


def test_an_answer_names_the_city_and_the_day_and_a_day_is_needed_to_grant(asked: Window) -> None:
    admin = asked.as_(ADMIN)
    preview = {"request": "1", "reason": "同意"}
    missing = admin.submit("/2022/acts/answer/preview", **preview, answer="granted", until="")
    assert (missing.status_code, "新的截止日：请填写。" in missing.text) == (422, True)
    granted = admin.submit("/2022/acts/answer/preview", **preview, answer="granted", until="2022-02-12").text
    assert "确认：同意盐城面试名单的延期申请，截止 2022-02-12 24:00" in granted
    assert "盐城市管理办公室：【省后备人才培养计划】同意补报，请于2月12日（周六）24时前报送：盐城市面试名单" in granted
    assert "会发出的函件（1 封）" in granted
    declined = admin.submit("/2022/acts/answer/preview", **preview, answer="declined", until="")
    assert "确认：不同意盐城面试名单的延期申请" in declined.text
    assert "盐城市管理办公室：【省后备人才培养计划】延期申请未获同意：盐城市面试名单" in declined.text
    assert admin.submit("/2022/acts/answer", **hidden(declined)).is_redirect
    with asked.database.read() as connection:
        entry = connection.execute(select(table_of(AuditEntry))).one()
    assert (entry.subject, entry.city) == ("request/1", "yancheng")


def test_a_letter_given_up_is_settled_and_an_address_suppressed_and_restored(window: Window) -> None:
    with window.database.write() as connection:
        letter = table_of(Letter)
        lost = {"state": "failed", "detail": "550", "kind": "result", "valid_until": None}
        connection.execute(update(letter).where(letter.c.id == 1).values(**lost))
        address = connection.execute(select(letter.c.address).where(letter.c.id == 2)).scalar_one()
    admin = window.as_(ADMIN)
    assert "核实 1 号" in admin.get("/2022/tasks").text
    for act, fields in (
        ("settle", {"letter": "1", "found": "sent"}),
        ("suppress", {"email": address, "reason": "已离任"}),
    ):
        shown = admin.submit(f"/2022/acts/{act}/preview", **fields)
        assert all(typed in shown.text for typed in fields.values())
        assert admin.submit(f"/2022/acts/{act}", **hidden(shown)).is_redirect
    with window.database.read() as connection:
        assert connection.execute(select(letter.c.state).where(letter.c.id == 1)).scalar_one() == "sent"
        assert connection.execute(select(table_of(Suppressed).c.why)).scalars().all() == ["已离任"]
        said = connection.execute(select(table_of(AuditEntry).c.subject)).scalars().all()
        kept = connection.execute(select(table_of(Deed).c.act, table_of(Deed).c.said)).all()
    assert said[0] == "letter/1"
    assert not any("@" in subject for subject in said)
    assert address not in str(kept)
    assert f"停止向邮箱发函：{masking.email(address)}" in [act for act, _ in kept]
    assert f"恢复向 {address} 发函" in admin.get("/2022/tasks").text
    shown = admin.submit("/2022/acts/unsuppress/preview", email=address)
    assert admin.submit("/2022/acts/unsuppress", **hidden(shown)).is_redirect
    with window.database.read() as connection:
        assert connection.execute(select(table_of(Suppressed))).all() == []
        entry = table_of(AuditEntry)
        kept = connection.execute(select(entry.c.what, entry.c.reason, entry.c.account).order_by(entry.c.id)).all()
    assert [tuple(row) for row in kept] == [
        ("函件核实为已送达", None, 1),
        ("停止向邮箱发函", "已离任", 1),
        ("恢复向邮箱发函", None, 1),
    ]


def test_a_letter_that_waits_for_an_address_can_be_dropped_and_is_not_listed_any_more(window: Window) -> None:
    with window.database.write() as connection:
        letter = table_of(Letter)
        connection.execute(update(letter).where(letter.c.id == 1).values(state="held", kind="result", valid_until=None))
    admin = window.as_(ADMIN)
    assert 'href="/2022/acts/settle?letter=1&amp;found=dropped">不再发送 1 号' in admin.get("/2022/tasks").text
    asked = admin.get("/2022/acts/settle?letter=1&found=dropped").text
    assert 'value="dropped" checked> 不再发送' in asked
    assert "重新发送时发往现在登记的邮箱" in asked
    assert "<p>请于1月15日（周六）24时前报送：南京市导师名单<br><small>收件人：南京市管理办公室" in asked
    shown = admin.submit("/2022/acts/settle/preview", letter="1", found="dropped")
    assert "确认：1 号函件不再发送" in shown.text
    assert admin.submit("/2022/acts/settle", **hidden(shown)).is_redirect
    assert "不再发送 1 号" not in admin.get("/2022/tasks").text
    with window.database.read() as connection:
        assert connection.execute(select(letter.c.state).where(letter.c.id == 1)).scalar_one() == "cancelled"
    assert "函件不再发送" in admin.get("/audit").text


def test_an_office_gets_its_address_and_nobody_a_broken_one(window: Window) -> None:
    admin = window.as_(ADMIN)
    wrong = admin.submit("/2022/acts/office/preview", office="yancheng", email="not an address")
    assert (wrong.status_code, "单位邮箱：不是有效的电子邮箱。" in wrong.text) == (422, True)
    assert admin.submit("/2022/acts/office/preview", office="yancheng").status_code == 422
    shown = admin.submit("/2022/acts/office/preview", office="yancheng", email="office@yancheng.example")
    assert admin.submit("/2022/acts/office", **hidden(shown)).is_redirect
    with window.database.read() as connection:
        assert connection.execute(select(table_of(Office).c.email)).scalars().all() == ["office@yancheng.example"]


def test_a_calendar_is_revised_from_the_page(window: Window) -> None:
    admin = window.as_(ADMIN)
    sent(window)
    year = window.site.year(2022).year
    unchanged = {f"due:{phase.slug}": str(phase.due) for phase in year.phases}
    nothing = admin.submit("/2022/acts/amend/preview", **unchanged, reason="通知")
    assert "没有改动任何日期，也没有上传文件" in nothing.text
    refused = admin.submit("/2022/acts/amend/preview", **unchanged | {"due:shortlist": "2022-02-10"}, reason="通知")
    assert "面试名单的截止日 2022-01-30 已经过去" in refused.text
    shown = admin.submit("/2022/acts/amend/preview", **unchanged | {"due:interview": "2022-02-25"}, reason="通知")
    ends = "<td>2022-02-20 周日 24:00</td><td>2022-02-25 周五 24:00</td>"
    assert f"<td>调整</td><td>导师面试：截止</td>{ends}" in shown.text
    assert ("日历检查的提醒" in shown.text, "<code>" in shown.text) == (True, False)
    early = admin.submit("/2022/acts/amend/preview", **unchanged | {"due:interview": "2022-01-02"}, reason="通知")
    assert ("导师面试截止日：截止日 2022-01-02 早于开放日" in early.text, "phases." in early.text) == (True, False)
    assert "截止时间改为2月25日（周五）24时：南京市入选名单" in shown.text
    assert admin.submit("/2022/acts/amend", **hidden(shown)).is_redirect
    assert window.site.year(2022).year.phase("interview").due == date(2022, 2, 25)
    shows = ["<small>截止 02-20</small>" in admin.get(f"/2022{at}").text for at in ("", "?as_of=2022-02-07T08:59")]
    assert shows == [False, True]


def test_a_calendar_is_uploaded_and_its_faults_are_said(window: Window) -> None:
    admin, text = window.as_(ADMIN), files.load(2022).source_text
    fields = {"csrf": admin.csrf, "reason": "通知"}
    broken = admin.post("/2022/acts/amend/preview", data=fields, files={"file": ("a.toml", b"year = 'x'")})
    assert (broken.status_code, "缺少这一节" in broken.text) == (422, True)
    later = text.replace("due = 2022-02-20 ", "due = 2022-02-25 ").encode()
    shown = admin.post("/2022/acts/amend/preview", data=fields, files={"file": ("a.toml", later)})
    assert (shown.status_code, "确认：启用修订后的 2022 年度日历" in shown.text) == (200, True)


def test_a_year_that_goes_on_is_not_archived(window: Window) -> None:
    refused = window.as_(ADMIN).submit("/2022/acts/close/preview", reason="结束")
    assert (refused.status_code, "还不能归档" in refused.text) == (422, True)


def test_a_year_is_opened_once_after_its_calendar_was_looked_at(december: Window) -> None:
    with december.database.write() as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(rehearsal=False))
    admin = december.as_(ADMIN)
    assert '<option value="2026">' in admin.get("/years").text
    shown = admin.submit("/years/preview", shipped="2026")
    assert "确认：开设 2026 年度，13 个设区市、8 个阶段" in shown.text
    listed = [one for one in Read.page(shown.text).texts("li") if one.endswith("：截止")]
    assert len(listed) == 8
    assert all(" 24:00 " in one for one in listed)
    confirmed = hidden(shown) | {"start": "real"}
    answers = [admin.submit("/years", **confirmed).headers["location"] for _ in range(2)]
    assert answers == [f"/deeds/{confirmed['once']}"] * 2
    with december.database.read() as connection:
        assert opened(connection, 2026).year == files.load(2026)
        said = connection.execute(select(table_of(AuditEntry).c.subject)).scalars().all()
    assert said == ["year/2026"]


def test_years_are_opened_by_whoever_may_act(window: Window) -> None:
    assert [window.as_(name).get("/years").status_code for name in (VIEWER, "nanjing")] == [403, 404]


PERSONAL = {
    "correct-result",
    "correct-student",
    "decline-place",
    "extend-person",
    "leave-training",
    "replace-mentor",
    "move-student",
    "return-mentors",
}
SAYS_WHY = re.compile(r"\{\{ (?:reason|because) \}\}")


def test_a_reason_is_said_to_stand_in_a_letter_only_where_that_letter_has_it() -> None:
    promised = {slug for slug, act in ACTS.items() if "写进给该市的函件" in ((act.asks("reason") or PLAIN).hint)}
    templates = Path(render.__file__).parent / "templates"
    having = {path.stem for path in templates.glob("*.jinja") if SAYS_WHY.search(path.read_text(encoding="utf-8"))}
    assert promised == {"reject", "rerun", "withdraw", "extend", "correct", "nudge", "rejoin"} | PERSONAL
    assert having == {
        "amended",
        "passed",
        "returned",
        "rerun",
        "withdrawn",
        "moved",
        "corrected",
        "answered",
        "nudge",
        "rejoined",
    }


def test_what_nothing_waits_for_stands_in_one_line(window: Window) -> None:
    page = window.as_(ADMIN).get("/2022/tasks").text
    headed = re.findall(r"<section(?: id=\"\w+\")?><h2>(.*?)</h2>", page)
    assert headed == ["逾期的市", "应颁发的聘书、证书", "没有登记邮箱的市", "年度"]
    line = "需省办处理、申请和异议、各市报送不一致的邮箱、疑似同一人、个人延期未交齐的、公布之后有变化的结果、"
    line += "颁发之后有变化的聘书、证书、"
    line += "留待放行的函件、没有送到的函件、没有送到的短消息、一再推迟的函件、认不出的退信、停止发函的邮箱"
    assert f'<p class="muted">没有：{line}。</p>' in page


def test_a_bounce_leads_to_the_letter_that_it_holds_in_that_letter_s_year(window: Window) -> None:
    letter, bounces = table_of(Letter), {"b": Unclear((), 1, "552"), "c": Unclear((), 999999, "553")}
    with window.database.write() as connection:
        suppression.put_aside(connection, bounces, instant("2022-02-07T09:00"))
        connection.execute(update(letter).where(letter.c.id == 1).values(year=2027))
    page = window.as_(ADMIN).get("/2022/tasks").text
    assert re.findall(r'夹带 (?:<a href="(.*?)">)?(\d+) 号函件', page) == [("/2027/letters/1", "1"), ("", "999999")]


def test_a_bounce_that_nobody_can_read_is_a_task_until_somebody_has_looked(window: Window) -> None:
    bounce = Unclear(("gone@else.example",), None, "550 <b>")
    with window.database.write() as connection:
        suppression.put_aside(connection, {"a": bounce}, instant("2022-02-07T09:00"))
    admin = window.as_(ADMIN)
    page = admin.get("/2022/tasks").text
    assert re.search("认不出的退信.*gone@else.example</b>：550 &lt;b&gt;（.* 读到）.*acts/bounces", page, re.DOTALL)
    assert "gone@else.example" not in window.as_(VIEWER).get("/2022/tasks").text
    shown = admin.submit("/2022/acts/bounces/preview", reason="已电话核实")
    assert "1 封退信已核对：g＊＊@else.example（02-07 09:00 读到）。" in shown.text
    with window.database.write() as connection:
        suppression.put_aside(connection, {"b": bounce}, instant("2022-02-07T10:00"))
    assert "预览之后情况有了变化，没有办理。" in admin.submit("/2022/acts/bounces", **hidden(shown)).text
    shown = admin.submit("/2022/acts/bounces/preview", reason="已电话核实")
    assert admin.submit("/2022/acts/bounces", **hidden(shown)).is_redirect
    assert "<h2>认不出的退信" not in admin.get("/2022/tasks").text
