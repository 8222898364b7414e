"""报送内容: the rows a city filed, as whoever may look at them sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import pytest
from sqlalchemy import select, update

from acts.rerun import rerun
from acts.submit import submit
from dashboard.views.masking import mask
from forms.definitions import Sheet, SheetRow
from forms.kinds import EMAIL, PHONE, PROSE, Ask
from models.columns import table_of
from models.tables.audit import AuditEntry
from models.tables.city_drafts import draft_table
from phases.application import STUDENTS
from phases.mentor_recommendation import MENTORS
from tests.support.books import FORMS
from tests.support.filing import CITY, DUE, HERE, STAMP, once, reopen, spoilt, upload, workbook
from tests.support.reading import Read
from tests.support.scenes import calendar
from tests.support.window import ADMIN, CITIES, VIEWER, YEAR, Window

if TYPE_CHECKING:
    from httpx2 import Response
    from sqlalchemy import Row

    from phases.stored_sheet import StoredSheet

STUDENT_ROWS = "/2022/application/nanjing/filed?sheet=students"
MENTOR_ROWS = "/2022/mentor-recommendation/nanjing/filed?sheet=mentors"
HOSTILE = "<script>甲</script>䶮"


def first(window: Window, sheet: StoredSheet) -> Row[Any]:
    table = draft_table(sheet)
    with window.database.read() as connection:
        return connection.execute(select(table).where(table.c.city == "nanjing").order_by(table.c.line)).first()  # type: ignore[return-value]


def audited(window: Window) -> list[tuple[str, str, str | None, int | None, str | None]]:
    with window.database.read() as connection:
        rows = connection.execute(select(table_of(AuditEntry)))
        return [(row.what, row.subject, row.reason, row.account, row.city) for row in rows]


def secrets(window: Window) -> tuple[str, ...]:
    with window.database.write() as connection:
        words = {"email": "minor@home.example", "guardian_phone": "13900007531"}
        connection.execute(update(draft_table(STUDENTS)).values(words))
    student = first(window, STUDENTS)
    return student.name, student.born.isoformat(), *words.values()


def test_the_province_sees_every_row_with_students_covered_and_the_city_its_own_as_they_are(window: Window) -> None:
    hidden, number = secrets(window), first(window, STUDENTS).number
    seen = {name: window.as_(name).get(STUDENT_ROWS).text for name in (ADMIN, VIEWER, "nanjing")}
    assert {name: [word in text for word in (number, *hidden)] for name, text in seen.items()} == {
        ADMIN: [True, *[False] * 4],
        VIEWER: [True, *[False] * 4],
        "nanjing": [True] * 5,
    }
    assert {name: "完整显示" in text for name, text in seen.items()} == {ADMIN: True, VIEWER: False, "nanjing": False}


def test_a_mentor_is_named_to_the_province_that_decides_about_them_and_not_how_to_reach_them(window: Window) -> None:
    mentor, (table,) = first(window, MENTORS), Read.page(window.as_(VIEWER).get(MENTOR_ROWS).text).tables
    row = dict(zip(table[0], table[1], strict=True))
    assert (row["导师姓名"], row["单位"]) == (mentor.name, mentor.institution)
    assert row["电子邮箱"] == f"{mentor.email[0]}＊＊@{mentor.email.partition('@')[2]}"
    assert mentor.email not in str(table)


def test_a_page_is_uncovered_for_a_reason_that_is_put_on_record(window: Window) -> None:
    hidden, admin = secrets(window), window.as_(ADMIN)
    answer = admin.submit(STUDENT_ROWS, reason=" 学籍核对 ")
    assert ([word in answer.text for word in hidden], answer.headers["cache-control"]) == ([True] * 4, "no-store")
    shown = len(Read.page(answer.text).tables[0]) - 1
    ((what, subject, reason, account, city),) = audited(window)
    assert (what, reason, account, city) == ("查看完整的学生申报表“学生”", "学籍核对", 1, "nanjing")
    start, _, lines = subject.rpartition("/")
    assert start.startswith("2022/application/nanjing/load:")
    assert lines == f"students:2-{1 + shown}"
    assert [word in admin.get(STUDENT_ROWS).text for word in hidden] == [False] * 4


def test_without_a_reason_or_the_right_nothing_is_uncovered_and_nothing_is_on_record(window: Window) -> None:
    hidden = secrets(window)

    def tried(name: str | None, reason: str) -> Response:
        return window.as_(name).submit(STUDENT_ROWS, reason=reason)

    answers = [
        tried(ADMIN, " "),
        tried(ADMIN, "长" * 501),
        tried(VIEWER, "核对"),
        tried("nanjing", "核对"),
        tried(None, "核对"),
        window.as_(ADMIN).post(STUDENT_ROWS, data={"reason": "核对"}),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 403, 404, 401, 403]
    assert not any(word in answer.text for answer in answers for word in hidden)
    assert "请写明事由（500 字以内）" in answers[0].text
    assert audited(window) == []


@pytest.mark.parametrize("name", [None, *CITIES])
def test_it_is_not_there_for_another_city(window: Window, name: str | None) -> None:
    status = window.as_(name).get("/2022/application/nanjing/filed").status_code
    assert status == {None: 303, "nanjing": 200}.get(name, 404)


def test_what_the_province_fills_in_is_not_there_for_a_city_and_no_other_sheet_for_anybody(window: Window) -> None:
    addresses = ("/2022/evaluation/nanjing/filed", "/2022/application/nanjing/filed?sheet=mentors")
    assert [[window.as_(name).get(one).status_code for one in addresses] for name in (ADMIN, "nanjing")] == [
        [200, 404],
        [404, 404],
    ]


def test_long_sheets_come_fifty_rows_at_a_time(window: Window) -> None:
    table = draft_table(STUDENTS)
    with window.database.write() as connection:
        (one,) = connection.execute(select(table).where(table.c.city == "nanjing").limit(1)).mappings()
        rows = [{**one, "line": n, "number": f"3201-2022-{n}"} for n in range(1000, 1060)]
        connection.execute(table.delete().where(table.c.city == "nanjing"))
        connection.execute(table.insert(), [{k: v for k, v in row.items() if k != "id"} for row in rows])
    pages = [Read.page(window.as_(ADMIN).get(f"{STUDENT_ROWS}&page={n}").text) for n in (1, 2, 9)]
    lines = [[row[0] for row in page.tables[0][1:]] for page in pages]
    assert lines == [[str(n) for n in range(1000, 1050)], *[[str(n) for n in range(1050, 1060)]] * 2]


def test_it_is_said_whether_these_are_the_rows_that_were_filed(window: Window) -> None:
    browser, said = window.as_(CITY), []
    words = ("还没有导入", "这是草稿，尚未报送", "这就是第 1 次报送的内容", "这不是报送的内容：第 1 次报送")

    def say() -> None:
        text = " ".join(Read.page(window.as_(ADMIN).get(f"{HERE}/filed").text).texts("p"))
        said.append([word for word in words if word in text])

    say()
    reopen(window)
    upload(browser, workbook())
    say()
    browser.submit(f"{HERE}/file", once=once(browser.get(f"{HERE}/file").text))
    say()
    reopen(window)
    upload(browser, spoilt(D2=99))
    say()
    assert said == [
        ["还没有导入"],
        ["这是草稿，尚未报送"],
        ["这就是第 1 次报送的内容"],
        ["这不是报送的内容：第 1 次报送"],
    ]


def test_it_is_reached_from_the_city_phase_the_list_of_tasks_and_the_decision(window: Window) -> None:
    assert rerun(window.database, YEAR, "mentor-recommendation", "nanjing", STAMP, until=DUE, reason="补录").done
    assert submit(window.database, YEAR, "mentor-recommendation", "nanjing", STAMP).done
    admin, link = window.as_(ADMIN), 'href="/2022/mentor-recommendation/nanjing/filed"'
    here = {"phase": "mentor-recommendation", "city": "nanjing", "reason": "材料不全"}
    pages = [
        admin.get("/2022/tasks"),
        admin.get("/2022/mentor-recommendation/nanjing"),
        window.as_("nanjing").get("/2022/mentor-recommendation/nanjing"),
        *(admin.get(f"/2022/acts/{act}?phase=mentor-recommendation&city=nanjing") for act in ("approve", "reject")),
        *(admin.submit(f"/2022/acts/{act}/preview", **here) for act in ("approve", "reject")),
    ]
    assert [(page.status_code, link in page.text) for page in pages] == [(200, True)] * 7
    assert f"{HERE}/filed" not in admin.get(HERE).text


def test_a_past_instant_leads_to_the_rows_as_they_stand(window: Window) -> None:
    answer = window.as_(ADMIN).get("/2022/application/nanjing/filed?as_of=2022-01-20T10:00")
    now = 'href="/2022/application/nanjing/filed"'
    assert (answer.status_code, now in answer.text) == (409, True)


def test_hostile_names_are_shown_as_they_are(window: Window) -> None:
    before = Read.page(window.as_("nanjing").get(STUDENT_ROWS).text).tags["script"]
    with window.database.write() as connection:
        connection.execute(update(draft_table(STUDENTS)).values(name=HOSTILE, school=HOSTILE))
    for name in ("nanjing", ADMIN):
        read = Read.page(window.as_(name).get(STUDENT_ROWS).text)
        assert (HOSTILE in read.tables[0][1], read.tags["script"]) == (True, before)


COLUMNS = {(sheet.key, one.field): one for form in FORMS.values() for sheet in form.sheets for one in sheet.columns}
NAMED = {key for key in COLUMNS if key[1] == "name" and (key[0], "number") in COLUMNS}
"""The names of students."""


def test_every_column_of_words_or_days_says_whether_it_is_personal() -> None:
    assert [key for key, column in COLUMNS.items() if column.personal == "unsaid"] == []
    assert {column.personal for column in COLUMNS.values() if column.kind.text or column.kind.day} > {"no", "name"}


def test_a_column_that_says_nothing_is_covered_whole() -> None:
    class Row(SheetRow):
        remark: Annotated[str, Ask("备注", PROSE)]
        open: Annotated[str, Ask("公开", PROSE, personal="no")]

    remark, shown = Sheet("备注", "remarks", Row).asked(calendar()).columns
    cover = mask(remark)
    assert (cover and cover("王小明"), mask(shown)) == ("＊＊＊", None)
    assert Sheet("备注", "remarks", Row).personal


def test_every_address_telephone_and_student_of_every_form_is_covered() -> None:
    reached = {key for key, column in COLUMNS.items() if column.kind in {EMAIL, PHONE}}
    assert NAMED
    assert [key for key in sorted(reached | NAMED) if mask(COLUMNS[key]) is None] == []
