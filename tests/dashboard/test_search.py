"""查找, and the pages of whom it finds: by right, and with nobody's name in an address."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select, update

from dashboard.views.masking import name as covered
from models import loading, personal_changes
from models.columns import table_of
from models.personal_changes import NewChange
from models.tables.audit import AuditEntry
from models.tables.city_drafts import draft_table
from models.tables.personal_changes import PersonalChange
from models.tables.season import CityPhase
from phases.application import SCHOOLS, STUDENTS
from phases.mentor_recommendation import INSTITUTIONS, MENTORS
from tests.dashboard.test_statements import counted
from tests.support import canaries
from tests.support.filing import STAMP
from tests.support.made import instant
from tests.support.reading import Read
from tests.support.window import ADMIN, CITIES, VIEWER, Window

if TYPE_CHECKING:
    from sqlalchemy import Row

    from phases.stored_sheet import StoredSheet

SEARCH = "/2022/search"


def first(window: Window, sheet: StoredSheet, city: str = "nanjing") -> Row[Any]:
    table = draft_table(sheet)
    with window.database.read() as connection:
        return connection.execute(select(table).where(table.c.city == city).order_by(table.c.line)).first()  # type: ignore[return-value]


def audited(window: Window) -> list[tuple[str, str, str | None]]:
    """What was done, to whom, why; each from the address of whoever did it."""
    with window.database.read() as connection:
        found = connection.execute(select(table_of(AuditEntry))).all()
    assert {row.address for row in found} <= {"127.0.0.1"}
    return [(row.what, row.subject, row.reason) for row in found]


def links(window: Window, name: str, **fields: str) -> set[str]:
    """Where the answer's main part leads to, by right and not by menu."""
    text = window.as_(name).submit(SEARCH, **fields).text
    main = text[text.index("<main") : text.index("<footer")]
    return {one for one in Read.page(main).links if one.startswith(("/2022/students", "/2022/parties", "/2022/cities"))}


def test_what_is_looked_for_is_found_by_right(window: Window) -> None:
    student, school, mentor = (first(window, sheet) for sheet in (STUDENTS, SCHOOLS, MENTORS))
    who = {"nanjing": {"q": student.name}, "suzhou": {"q": student.name}, VIEWER: {"q": student.name, "reason": "核对"}}
    page = f"/2022/students/{student.number}"
    assert {name: page in links(window, name, **said) for name, said in who.items()} == {
        "nanjing": True, "suzhou": False, VIEWER: False,
    }  # fmt: skip
    assert page not in links(window, ADMIN, q=student.name)
    for found in (school, mentor):
        at = f"/2022/parties/{found.party}"
        assert [at in links(window, name, q=found.name) for name in (ADMIN, "nanjing")] == [True, True]
    assert "/2022/cities/nanjing" in links(window, ADMIN, q="南京市")
    assert links(window, "suzhou", q="南京") & {"/2022/cities/nanjing"} == set()


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("阿依古丽•买买提", ("阿依古丽•买买提", "阿依古丽·买买提", "买买提")),
        ("Ａnna　Li", ("anna", "ANNA LI", "Anna Li", "Ａnna")),
        ("王 小%明", ("王小%明", "小%")),
    ],
)
def test_a_student_is_found_by_a_name_that_looks_alike(window: Window, stored: str, typed: tuple[str, ...]) -> None:
    student, table = first(window, STUDENTS), draft_table(STUDENTS)
    with window.database.write() as connection:
        connection.execute(update(table).where(table.c.number == student.number).values(name=stored))
    page = f"/2022/students/{student.number}"
    assert [words for words in typed if page not in links(window, "nanjing", q=words)] == []
    assert [page in links(window, "nanjing", q=words) for words in ("买提阿", "nnb", "王%明")] == [False] * 3


def test_the_province_finds_a_student_by_name_for_a_reason_that_is_put_on_record(window: Window) -> None:
    student = first(window, STUDENTS)
    answer = window.as_(ADMIN).submit(SEARCH, q=student.name, reason=" 家长来电 ")
    assert (student.name in answer.text, answer.headers["cache-control"]) == (True, "no-store")
    ((what, subject, reason),) = audited(window)
    assert (what, reason) == ("按姓名查找学生", "家长来电")
    assert (student.number in subject, student.name in subject) == (True, False)


def test_a_whole_number_leads_to_its_student_and_a_foreign_one_nowhere(window: Window) -> None:
    number = first(window, STUDENTS).number
    told = {name: window.as_(name).submit(SEARCH, q=f" {number} ") for name in (ADMIN, "nanjing", "suzhou")}
    assert {name: (one.status_code, one.headers.get("location")) for name, one in told.items()} == {
        ADMIN: (303, f"/2022/students/{number}"),
        "nanjing": (303, f"/2022/students/{number}"),
        "suzhou": (200, None),
    }


def test_nothing_and_too_much_are_asked_again(window: Window) -> None:
    answers = [window.as_("nanjing").submit(SEARCH, q=words) for words in (" ", "长" * 51, "%", "没有这个人")]
    assert [one.status_code for one in answers] == [422, 422, 200, 200]
    assert ["没有找到" in one.text for one in answers] == [False, False, True, True]


def test_a_students_page_tells_his_story_covered_to_the_province_and_whole_to_his_city(window: Window) -> None:
    student = first(window, STUDENTS)
    page = f"/2022/students/{student.number}"
    seen = {name: Read.page(window.as_(name).get(page).text) for name in ("nanjing", ADMIN, VIEWER)}
    assert {name: one.texts("h1")[0] for name, one in seen.items()} == {
        "nanjing": f"{student.number} {student.name}",
        ADMIN: f"{student.number} {covered(student.name)}",
        VIEWER: f"{student.number} {covered(student.name)}",
    }
    hidden = (student.name, student.born.isoformat())
    whole = window.as_(ADMIN).submit(page, reason="学籍核对")
    assert [word in whole.text for word in hidden] == [True, True]
    assert audited(window) == [("查看学生的完整信息", f"2022/{student.number}", "学籍核对")]
    told = [window.as_(ADMIN).get(page).text, window.as_(ADMIN).submit(page, reason=" ").text]
    assert [any(word in text for word in hidden) for text in told] == [False, False]
    refused = [window.as_(name).submit(page, reason="核对").status_code for name in (VIEWER, "nanjing", "suzhou")]
    assert (refused, len(audited(window))) == ([403, 404, 404], 1)


def test_a_copy_of_all_that_is_held_of_a_student_is_his_citys_and_the_provinces_for_a_reason(window: Window) -> None:
    student = first(window, STUDENTS)
    page = f"/2022/students/{student.number}/copy.xlsx"
    mine = window.as_("nanjing").get(page)
    ours = window.as_(ADMIN).submit(page, reason="监护人要求复制")
    for answer in (mine, ours):
        book = load_workbook(BytesIO(answer.content))
        cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
        assert {student.name, student.number, student.born.isoformat(), student.guardian_phone} <= {*cells}
        assert {"学生", "监护人同意"} <= {*book.sheetnames}
        assert {cell for cell in cells if re.fullmatch(r"\d{4}-2022-\d{4}", str(cell))} == {student.number}
    (of_city, _, none), (of_province, subject, why) = audited(window)
    assert (of_city, none) == (of_province, None)
    assert re.fullmatch(r"下载学生信息的副本（\d+ 行）", of_province)
    assert (subject, why) == (f"2022/{student.number}", "监护人要求复制")


def copied(window: Window, number: str) -> tuple[list[str], set[object]]:
    """The sheets, and what stands in the cells, of the copy that the student's city takes."""
    answer = window.as_("nanjing").get(f"/2022/students/{number}/copy.xlsx")
    book = load_workbook(BytesIO(answer.content))
    return book.sheetnames, {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}


def test_what_was_changed_before_a_student_moved_is_in_page_and_copy_and_not_why(window: Window) -> None:
    number = first(window, STUDENTS).number
    with window.database.write(2022) as connection:
        renamed = NewChange(number, "name", "甲某某", "乙某某", "苏州所写的事由")
        personal_changes.put(connection, 2022, "suzhou", [renamed], STAMP)
        for city in ("suzhou", "nanjing"):
            moved = NewChange(number, "city", "苏州", "南京", "随家庭迁居")
            personal_changes.put(connection, 2022, city, [moved], STAMP)
    page = window.as_("nanjing").get(f"/2022/students/{number}").text
    assert [page.count(word) for word in ("乙某某", "苏州 → 南京", "随家庭迁居", "苏州所写的事由")] == [1, 1, 1, 0]
    _, cells = copied(window, number)
    assert {"甲某某", "乙某某", "随家庭迁居"} <= cells
    assert "苏州所写的事由" not in cells
    ours = window.as_(ADMIN).submit(f"/2022/students/{number}", reason="核对").text
    assert [ours.count(word) for word in ("苏州 → 南京", "苏州所写的事由")] == [1, 1]


def test_a_citys_copy_has_the_evaluation_once_it_is_published(window: Window) -> None:
    student, state = first(window, STUDENTS), table_of(CityPhase)
    row = {"line": 2, "number": student.number, "name": student.name, "grade": "优秀", "reason": "课题突出"}
    with window.database.write(2022) as connection:
        each = {f"scores_{place}": Decimal(90) for place in range(1, 6)}
        loading.replace(connection, 2022, "nanjing", {"evaluations": [row | each]})
    page, waits = f"/2022/students/{student.number}", "公布之前不在其中"

    def said() -> tuple[bool, bool, bool, bool]:
        text, (names, cells) = window.as_("nanjing").get(page).text, copied(window, student.number)
        return waits in text, "课题突出" in text, "评价" in names, "课题突出" in cells

    assert said() == (True, False, False, False)
    with window.database.write(2022) as connection:
        of = (state.c.phase == "year-end", state.c.city == "nanjing")
        connection.execute(update(state).where(*of).values(state="passed"))
    assert said() == (False, True, True, True)


def test_nobody_else_gets_a_copy_and_nothing_is_on_record(window: Window) -> None:
    page = f"/2022/students/{first(window, STUDENTS).number}/copy.xlsx"
    assert [window.as_(name).get(page).status_code for name in (ADMIN, VIEWER, "suzhou")] == [404, 403, 404]
    tries = [
        window.as_(name).submit(page, reason=why) for name, why in ((ADMIN, " "), (VIEWER, "核对"), ("suzhou", "x"))
    ]
    assert [one.status_code for one in tries] == [422, 403, 404]
    assert audited(window) == []


@pytest.mark.parametrize("sheet", [MENTORS, SCHOOLS, INSTITUTIONS])
def test_a_party_has_a_page_for_those_whose_sheets_it_stands_on(window: Window, sheet: StoredSheet) -> None:
    row = first(window, sheet)
    with window.database.read() as connection:
        table = draft_table(sheet)
        owners = set(connection.execute(select(table.c.city).where(table.c.party == row.party)).scalars())
    seen = {name: window.as_(name).get(f"/2022/parties/{row.party}").status_code for name in (ADMIN, VIEWER, *CITIES)}
    assert seen == {name: 200 if name in {ADMIN, VIEWER, *owners} else 404 for name in (ADMIN, VIEWER, *CITIES)}


def test_a_change_is_about_a_party_however_it_spells_it(window: Window) -> None:
    row = first(window, MENTORS)
    spelled = f"{row.name[0]}　{row.name[1:]}（{row.institution}）"
    change = {
        "year": 2022, "city": row.city, "number": "", "what": "mentor", "was": spelled, "now": "", "reason": "病假",
        "by": "示例", "as_of": instant("2022-02-01T09:00"), "at": instant("2022-02-01T09:00"), "line": row.line,
    }  # fmt: skip
    with window.database.write() as connection:
        table = table_of(PersonalChange)
        connection.execute(insert(table).values({k: v for k, v in change.items() if k in table.c}))
    assert spelled in window.as_(row.city).get(f"/2022/parties/{row.party}").text


def test_the_page_of_a_party_asks_once_for_the_changes_of_all_its_cities(window: Window) -> None:
    here, there, table = first(window, INSTITUTIONS), first(window, INSTITUTIONS, "suzhou"), draft_table(INSTITUTIONS)
    with window.database.write() as connection:
        of = (table.c.city == "suzhou", table.c.line == there.line)
        connection.execute(update(table).where(*of).values(party=here.party))
    with counted(window.database) as statements:
        assert window.as_(ADMIN).get(f"/2022/parties/{here.party}").status_code == 200
    assert sum("FROM personal_change" in one and "personal_change.reason" in one for one in statements) == 1


def test_no_city_finds_anything_of_anothers(planted: Window) -> None:
    told = {
        city: [planted.as_(city).submit(SEARCH, q=words).text for words in ("canary", "3201-2022", "一中", "关于")]
        for city in ("suzhou", "yancheng")
    }
    for city, texts in told.items():
        others = [canaries.mark(other) for other in CITIES if other != city]
        assert [word for word in others for text in texts if word in text] == []


def test_what_was_looked_for_stands_in_no_address(window: Window) -> None:
    text = window.as_("nanjing").submit(SEARCH, q="王小明").text
    assert [one for one in Read.page(text).links if "王" in one or "%E7%8E%8B" in one] == []
    assert window.as_("nanjing").get(f"{SEARCH}?q=王小明").text.count("王小明") == 0


def test_the_letters_to_somebody_are_a_list_with_an_address(window: Window) -> None:
    party = first(window, MENTORS).party
    answer = window.as_(ADMIN).get(f"/2022/letters?to=mentor:{party}")
    table = Read.page(answer.text).tables[0]
    assert {row[2] for row in table[1:]} == {f"导师 #{party}"}
    assert "写给导师 #" not in window.as_(ADMIN).get("/2022/letters?to=mentor:x").text
