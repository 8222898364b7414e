"""Rows edited on the page: a sheet at a time, all or nothing, each fault at its cell."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acts.load import load_rows
from acts.read_back import draft, written
from dashboard.views import row_editing
from forms.workbook_rows import RowError
from models import loading
from models.loading import newest_load
from tests.support.books import FORMS
from tests.support.filing import CITY, HERE, STAMP, loads, reopen, upload, workbook
from tests.support.window import YEAR, Browser, Window

SCORES, LINES = FORMS["shortlist"].sheets
FIELD = re.compile(
    r'<input name="([^"]+)"[^>]* value="([^"]*)">|<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>'
    r'|<select name="([^"]+)"[^>]*>(.*?)</select>',
    re.DOTALL,
)


def fields(page: str) -> dict[str, str]:
    """What a browser would send back of a page's rows; the hidden version too."""
    found = {}
    for one, value, area, text, choice, options in FIELD.findall(page):
        chosen = re.search(r"<option selected>([^<]*)", options)
        found[one or area or choice] = html.unescape(value or text or (chosen.group(1) if chosen else ""))
    found["version"] = page.partition('name="version" value="')[2].partition('"')[0]
    return {name: value for name, value in found.items() if not name.endswith(".drop")}


@pytest.fixture
def drafted(window: Window) -> Window:
    reopen(window)
    assert upload(window.as_(CITY), workbook()).status_code == 200
    return window


def rows(window: Window) -> dict[int, dict[str, str]]:
    with window.database.read() as connection:
        return written(SCORES, draft(connection, YEAR, FORMS["shortlist"], CITY)["scores"])


@pytest.mark.parametrize("form", ["mentor-recommendation", "application", "shortlist"])
def test_saved_unchanged_is_no_change(drafted: Window, form: str) -> None:
    browser = drafted.as_(CITY)
    with drafted.database.write() as connection:
        connection.exec_driver_sql("UPDATE city_phase SET state = 'open' WHERE city = 'yancheng'")
    for sheet in FORMS[form].sheets:
        where = f"/{YEAR}/{form}/{CITY}/rows?sheet={sheet.key}"
        sent = fields(browser.get(where).text)
        assert len(sent) > len(sheet.columns)
        answer = browser.submit(where, do="save", **sent)
        assert answer.headers["location"] == f"/{YEAR}/{form}/{CITY}/rows?sheet={sheet.key}&start=0&said=unchanged"
    assert loads(drafted) == 1


def test_rows_are_changed_added_and_taken_away_and_no_other_is_touched(drafted: Window) -> None:
    browser, before = drafted.as_(CITY), rows(drafted)
    sent = fields(browser.get(f"{HERE}/rows").text)
    old = {field: sent.pop(f"3.{field}") for field in before[3]}
    sent |= {f"35.{field}": value for field, value in old.items()}
    answer = browser.submit(f"{HERE}/rows", do="save", **(sent | {"2.score": "84.5", "3.drop": "1"}))
    assert answer.headers["location"].endswith("said=saved")
    assert "已保存。" in browser.get(answer.headers["location"]).text
    kept = {line: row for line, row in before.items() if line not in {2, 3}}
    assert rows(drafted) == {2: before[2] | {"score": "84.5"}, **kept, 35: before[3]}


def test_a_fault_stands_at_its_cell_and_nothing_is_saved(drafted: Window) -> None:
    browser, before = drafted.as_(CITY), rows(drafted)
    sent = fields(browser.get(f"{HERE}/rows").text) | {"3.score": "九十", "4.subject": "天文", "35.name": "新来的"}
    answer = browser.submit(f"{HERE}/rows", do="save", **sent)
    assert (answer.status_code, rows(drafted)) == (422, before)
    assert "有 6 处错误，什么都没有保存" in answer.text
    assert (
        '<input name="3.score" aria-labelledby="r3 k3" aria-invalid="true" aria-describedby="f3.score" size="12" '
        'value="九十">'
        '<small class="fault" id="f3.score">不是数字；应为 0–100 的数；没有参加测试的填“缺考”。</small>'
    ) in answer.text
    assert '<li><a href="#f3.score">第 3 行“测试成绩”</a>：不是数字</li>' in answer.text
    assert "<option selected>天文" in answer.text
    assert answer.text.count('class="fault"') == 6


def test_five_more_rows_keep_what_was_typed_and_save_nothing(drafted: Window) -> None:
    browser, before = drafted.as_(CITY), rows(drafted)
    sent = fields(browser.get(f"{HERE}/rows").text) | {"35.name": "王小明", "2.score": "1"}
    page = browser.submit(f"{HERE}/rows", do="more", **sent).text
    assert [
        sum(name.endswith(".name") for name in fields(one)) for one in (browser.get(f"{HERE}/rows").text, page)
    ] == [
        38,
        43,
    ]
    assert (fields(page)["35.name"], fields(page)["2.score"], rows(drafted)) == ("王小明", "1", before)
    assert f'action="{HERE}/rows?sheet=scores&amp;start=0&amp;blank=10"' in page


def test_a_draft_that_changed_meanwhile_is_not_overwritten(drafted: Window) -> None:
    browser = drafted.as_(CITY)
    mine = fields(browser.get(f"{HERE}/rows").text) | {"2.score": "70"}
    browser.submit(f"{HERE}/rows", do="save", **(mine | {"2.score": "80"}))
    answer = browser.submit(f"{HERE}/rows", do="save", **mine)
    assert (answer.status_code, rows(drafted)[2]["score"]) == (409, "80")
    assert "草稿在您打开本页之后改过" in answer.text


def test_one_page_of_a_large_draft_is_saved_by_itself(drafted: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_editing, "PAGE", 10)
    browser, before = drafted.as_(CITY), rows(drafted)
    where = f"{HERE}/rows?sheet=scores&start=13"
    page = browser.get(where).text
    assert "第 11–20 条，共 33 条" in page
    assert "再加 5 行" not in page
    answer = browser.submit(where, do="save", **(fields(page) | {"12.score": "80.5"}))
    assert answer.status_code == 303
    assert rows(drafted) == before | {12: before[12] | {"score": "80.5"}}


def test_a_closed_phase_shows_why_there_is_nothing_to_edit(window: Window) -> None:
    page = window.as_(CITY).get(f"/{YEAR}/application/{CITY}/rows").text
    assert "“学生申报”已经通过。" in page
    assert "<select" not in page


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80) | st.sampled_from(
    ["\x00", "=1+1", "<b>", "\n\n", "１２", "9" * 400, "1e999", "NaN", "-0", "2022-02-30", "是", "\u202e", "a" * 3000]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.dictionaries(st.sampled_from([f"{line}.{c.field}" for line in (2, 35) for c in SCORES.columns]), TEXTS))
def test_whatever_is_typed_is_saved_or_explained(drafted: Window, cells: dict[str, str]) -> None:
    browser = drafted.as_(CITY)
    sent = fields(browser.get(f"{HERE}/rows").text) | cells
    answer = browser.submit(f"{HERE}/rows", do="save", **sent)
    assert answer.status_code in ({400} if any("\x00" in typed for typed in cells.values()) else {303, 422})


def test_a_form_is_read_by_its_fields_alone() -> None:
    given = [("2.score", "7"), ("2.drop", "1"), ("x.score", "1"), ("3.nothing", "1"), ("csrf", "a"), ("²2.score", "1")]
    assert row_editing.sent(given, SCORES) == row_editing.Sent({2: {"score": "7"}}, {2})


def test_merging_touches_the_page_alone() -> None:
    stored = {2: {"a": "1"}, 3: {"a": "2"}, 5: {"a": "3"}, 6: {"a": "4"}}
    form = row_editing.Sent({2: {"a": "x"}, 5: {"a": " "}, 6: {"a": "y"}, 9: {"a": "z"}}, {3})
    assert row_editing.merged(stored, row_editing.GridPage((2, 3, 5), (7,)), form) == {2: {"a": "x"}, 6: {"a": "4"}}
    assert row_editing.as_raw({2: {"a": "x"}, 4: {"a": "y"}}) == [{"a": "x"}, {}, {"a": "y"}]


def test_a_fault_about_several_columns_stands_at_the_first_and_others_above() -> None:
    several = RowError("row.duplicate", SCORES.name, 3, "报名号、姓名", "", "重复", "请删去")
    strange = [
        RowError("sheet.missing", LINES.name, None, None, "", "缺少", "请补上"),
        RowError("cell.date", SCORES.name, 99, "姓名", "", "不是", "应为"),
    ]
    shown = row_editing.lines(SCORES, row_editing.GridPage((2, 3), ()), {}, {}, (), [several, *strange])
    assert [(cell.name, cell.faults) for line in shown for cell in line.cells if cell.faults] == [
        ("3.number", (several,))
    ]
    assert row_editing.elsewhere(shown, [several, *strange]) == strange


def test_days_are_written_as_days(window: Window) -> None:
    with window.database.read() as connection:
        student = draft(connection, YEAR, FORMS["application"], CITY)["students"][2]
    assert isinstance(student["born"], date)
    assert written(FORMS["application"].sheets[1], {2: student})[2]["born"] == student["born"].isoformat()


@pytest.mark.parametrize("guarded", [True, False])
def test_of_two_who_save_at_once_the_second_is_refused(drafted: Window, *, guarded: bool) -> None:
    """Both have read the same draft, and neither saw the other: the act itself compares. Without that one is lost."""
    first, second = rows(drafted), rows(drafted)
    first[2]["score"], second[3]["score"] = "81", "82"
    with drafted.database.read() as connection:
        version = newest_load(connection, YEAR, "shortlist", CITY)
        lines = written(LINES, draft(connection, YEAR, FORMS["shortlist"], CITY)["cut_lines"])
    said = []
    for mine in (first, second):
        raw = {"scores": row_editing.as_raw(mine), "cut_lines": row_editing.as_raw(lines)}
        since = version if guarded else None
        said.append(load_rows(drafted.database, YEAR, "shortlist", CITY, raw, STAMP, since=since).outcome)
    assert said == ["done", "refused" if guarded else "done"]
    assert (rows(drafted)[2]["score"] == "81") is guarded


def test_a_sheet_begins_with_whoever_has_to_stand_on_it_and_takes_those_who_are_filled_in(window: Window) -> None:
    reopen(window)
    browser = window.as_(CITY)
    sent = fields(browser.get(f"{HERE}/rows").text)
    begun = [value for name, value in sent.items() if name.endswith(".number") and value]
    assert (len(begun), sent["2.score"], sent["35.number"]) == (33, "", "")
    assert (
        browser.submit(f"{HERE}/rows", do="save", **(sent | {"3.score": "缺考", "3.shortlisted": "否"})).status_code
        == 303
    )
    assert [row["number"] for row in rows(window).values()] == [begun[1]]
    after = fields(browser.get(f"{HERE}/rows").text)
    assert [value for name, value in after.items() if name.endswith(".number") and value] == [
        begun[1],
        begun[0],
        *begun[2:],
    ]


def test_beside_each_student_stands_the_mentor_whom_he_chose_and_beside_a_mentor_nobody(drafted: Window) -> None:
    browser = drafted.as_(CITY)
    with drafted.database.read() as connection:
        chosen = loading.mentors(connection, YEAR, CITY)
    page = browser.get(f"{HERE}/rows").text
    named = re.findall(r'name="\d+\.number"[^>]* value="([^"]+)"', page)
    assert re.findall(r'<small class="who">导师：([^<]*)</small>', page) == [chosen[number] for number in named]
    assert "导师：" not in browser.get(f"/{YEAR}/application/{CITY}/rows?sheet=students").text


def row(browser: Browser, line: int, kept: str, **cells: str) -> dict[str, Any]:
    named = {f"{line}.{name}": value for name, value in cells.items()}
    found: dict[str, Any] = browser.submit(f"{HERE}/row?sheet=scores", kept=kept, **named).json()
    return found


def test_a_row_is_saved_by_itself_and_none_that_somebody_else_changed(drafted: Window) -> None:
    browser, before = drafted.as_(CITY), rows(drafted)
    kept = row_editing.kept(before[3])
    assert f'<tr data-line="3" data-kept="{kept}">' in browser.get(f"{HERE}/rows").text
    said = row(browser, 3, kept, **(before[3] | {"score": "九十"}))
    assert (said["saved"], [one["cell"] for one in said["faults"]], rows(drafted)) == (False, ["3.score"], before)
    said = row(browser, 3, kept, **(before[3] | {"score": "81"}))
    assert (said["saved"], said["faults"], rows(drafted)) == (True, [], before | {3: before[3] | {"score": "81"}})
    late = row(browser, 3, kept, **(before[3] | {"score": "82"}))
    assert (late["saved"], late["said"]) == (False, "没有保存：这一行在您打开本页之后改过，请刷新本页后再填")
    assert row(browser, 4, row_editing.kept(before[4]), **before[4], drop="1")["saved"], "another row is not concerned"
    assert rows(drafted) == {line: one for line, one in before.items() if line != 4} | {3: before[3] | {"score": "81"}}
    assert not row(browser, 9_999_999, "", **before[4])["saved"], "so far below there is no row"
