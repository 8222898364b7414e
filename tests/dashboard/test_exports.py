"""Exports: every table, read again with what people open it with; text stays text; people are covered."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import pytest
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import insert, select, update

from calendars.deadlines import TZ
from dashboard.exports.exportable import TABLES, exportable
from dashboard.exports.spreadsheets import BEGINS_FORMULA, Table, as_csv, as_xlsx
from models.columns import table_of
from models.tables.audit import AuditEntry
from models.tables.city_drafts import draft_table
from models.tables.city_requests import Request
from models.tables.contact_receipts import Call
from models.tables.purges import Purge
from phases.application import STUDENTS
from phases.book import BOOK
from tests.support.window import ADMIN, VIEWER, Window

HOSTILE = ("=cmd|' /C calc'!A0", "<script>alert(1)</script>", "阿卜杜拉·䶮𬭸", "+1", "-1", "@x", "\tx", "'x", '"x"')
EXPORTS, FORMS = exportable(BOOK), BOOK.forms
SINGLE = [name for name in EXPORTS if name not in FORMS]


def sheets(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    """The cells of a workbook; fails where one is a formula or a link."""
    book = load_workbook(io.BytesIO(content))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


def rows(content: bytes) -> list[list[str]]:
    """The cells of a CSV as Excel is given them; fails where one begins as a formula does."""
    text = content.decode("utf-8")
    assert text.startswith("\ufeff")
    found = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert [cell for row in found for cell in row if cell.startswith(BEGINS_FORMULA)] == []
    return found


def table(values: Sequence[str | Decimal | date | None]) -> Table:
    return Table("表", tuple(f"列{at}" for at in range(len(values))), [tuple(values)])


def test_names_of_every_kind_come_back_unchanged_from_a_workbook() -> None:
    assert sheets(as_xlsx([table(HOSTILE)], "表"))["表"][1] == HOSTILE


def test_names_of_every_kind_are_no_formulas_in_a_csv() -> None:
    assert rows(as_csv(table(HOSTILE)))[1] == [
        "'=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "阿卜杜拉·䶮𬭸",
        "'+1",
        "'-1",
        "'@x",
        "'\tx",
        "'x",
        '"x"',
    ]


def test_without_the_guard_a_formula_would_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the two guards take out is there without them."""
    monkeypatch.setattr("dashboard.exports.spreadsheets.BEGINS_FORMULA", ())
    with pytest.raises(AssertionError):
        rows(as_csv(table(HOSTILE)))
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

    monkeypatch.setattr(Worksheet, "write_string", Worksheet.write_formula)
    with pytest.raises(AssertionError):
        sheets(as_xlsx([table(HOSTILE)], "表"))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60), min_size=1, max_size=5))
def test_any_text_is_text(texts: list[str]) -> None:
    found = sheets(as_xlsx([table(texts)], "表"))["表"][1]
    assert [cell or "" for cell in found] == texts
    rows(as_csv(table(texts)))


def test_numbers_and_days_are_numbers_and_days() -> None:
    at = datetime(2022, 2, 7, 9, 30, tzinfo=TZ)
    values = (Decimal("80.50"), date(2022, 2, 7), at, None)
    read = sheets(as_xlsx([table(values)], "表"))["表"][1]
    assert read == (80.5, datetime(2022, 2, 7), datetime(2022, 2, 7, 9, 30), None)  # noqa: DTZ001 -- Excel has no zones
    assert rows(as_csv(table(values)))[1] == ["80.50", "2022-02-07", "2022-02-07 09:30", ""]


def test_a_cell_longer_than_excel_takes_is_cut_and_not_lost() -> None:
    assert sheets(as_xlsx([table(["甲" * 40_000])], "表"))["表"][1] == ("甲" * 32_767,)


def fill(window: Window) -> None:
    """A row in every table, with a name that would be a formula."""
    at = window.site.now(window.site.year(2022))
    about = {
        "year": 2022,
        "phase": "shortlist",
        "city": "yancheng",
        "attempt": 1,
        "by": HOSTILE[0],
        "at": at,
        "as_of": at,
    }
    with window.database.write() as connection:
        connection.execute(insert(table_of(Call)).values(about | {"whom": HOSTILE[0], "said": HOSTILE[1]}))
        asked = {"token": "t", "until": date(2022, 2, 20), "reason": HOSTILE[0]}
        connection.execute(insert(table_of(Request)).values(about | asked))
        connection.execute(update(draft_table(STUDENTS)).values(name=HOSTILE[0], school=HOSTILE[2]))


def contact(window: Window) -> None:
    window.as_("yancheng").submit(
        "/2022/offices/contacts", once="t", office="yancheng", name="=王某", part="main", email="wang@city.example"
    )


@pytest.mark.parametrize("name", [ADMIN, VIEWER, "yancheng"])
def test_every_export_reads_as_it_should_to_whoever_may_have_it(window: Window, name: str) -> None:
    fill(window)
    contact(window)
    browser = window.as_(name)
    refused = set()
    for each, export in EXPORTS.items():
        book = browser.get(f"/2022/exports/{each}.xlsx")
        if book.status_code == 404:
            refused.add(each)
            continue
        found = sheets(book.content)
        assert all(len(page) >= 1 for page in found.values()), each
        if each in SINGLE:
            single = rows(browser.get(f"/2022/exports/{each}.csv").content)
            assert [len(page) for page in found.values()] == [len(single)], (each, export.title)
    provincial = {"calls", "data-handling", "evaluation", "evaluation-evaluations", "nominees"}
    assert refused == (provincial if name == "yancheng" else set())


def test_who_was_admitted_and_who_is_in_training_are_counted_by_city(window: Window) -> None:
    head, *cities = rows(window.as_(ADMIN).get("/2022/exports/counts.csv").content)
    assert head == ["城市", "入选", "省级资助", "中期退出", "优秀", "证书", "在培"]
    assert (len(cities), cities[0]) == (13, ["南京", *["0"] * 6])
    past = rows(window.as_(ADMIN).get("/2022/exports/counts.csv?as_of=2022-01-10T09:00").content)
    assert past[1] == ["南京", *["0"] * 5, ""]


def test_the_matrix_is_exported_as_its_page_shows_it(window: Window) -> None:
    sheet = load_workbook(io.BytesIO(window.as_(ADMIN).get("/2022/exports/matrix.xlsx").content)).worksheets[0]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet["D1"].value) == ("A2", "A1:I14", "面试名单（2022-01-30）")
    year = window.site.year(2022).year
    said = {line[0].value: line[3].value for line in sheet["A2:D14"]}
    assert [*said] == [city.name for city in year.cities]
    assert (said["盐城"], said["南京"]) == ("已逾期 逾期 8 天", "已通过 按时")


def column(answer: Response, title: str) -> set[str]:
    found = rows(answer.content)
    at = found[0].index(title)
    return {row[at] for row in found[1:]}


def test_a_city_exports_its_own_rows_and_nothing_else(window: Window) -> None:
    fill(window)
    contact(window)
    browser = window.as_("nanjing")
    cities = {
        each: column(answer, "单位" if each == "contacts" else "城市")
        for each in SINGLE
        if (answer := browser.get(f"/2022/exports/{each}.csv")).status_code == 200
    }
    assert {each: found for each, found in cities.items() if not found <= {"南京"}} == {}
    assert cities["matrix"] == cities["standings"] == cities["log"] == cities["application-students"] == {"南京"}
    told = column(browser.get("/2022/exports/letters.csv"), "收件人")
    assert told == {"南京市管理办公室"}


def test_the_province_sees_people_covered_until_it_says_why(window: Window) -> None:
    with window.database.read() as connection:
        student = connection.execute(select(draft_table(STUDENTS)).order_by(draft_table(STUDENTS).c.city)).first()
    assert student is not None
    admin, address = window.as_(ADMIN), "/2022/exports/application-students.csv"
    secrets = (student.name, student.born.isoformat())
    assert [secret in admin.get(address).text for secret in secrets] == [False, False]
    assert student.number in admin.get(address).text
    asked = admin.submit("/2022/exports", name="application-students", kind="csv", reason=" 学籍核对 ")
    assert [secret in asked.text for secret in secrets] == [True, True]
    with window.database.read() as connection:
        audit = connection.execute(select(table_of(AuditEntry))).one()
    rows = len(asked.text.splitlines()) - 1
    assert (audit.what, audit.subject, audit.reason, audit.account, audit.address) == (
        f"导出完整的学生（{rows} 行）",
        "export:2022/application-students",
        "学籍核对",
        1,
        "127.0.0.1",
    )


def test_what_a_city_takes_out_of_the_house_in_full_is_on_record(window: Window) -> None:
    browser = window.as_("nanjing")
    taken = browser.get("/2022/exports/application-students.csv").text
    assert browser.get("/2022/exports/matrix.csv").status_code == 200
    assert browser.get("/2022/application/nanjing/template.xlsx?filled=true").status_code == 200
    with window.database.read() as connection:
        found = [(row.what, row.city, row.address) for row in connection.execute(select(table_of(AuditEntry)))]
    assert found[0] == (f"导出完整的学生（{len(taken.splitlines()) - 1} 行）", "nanjing", "127.0.0.1")
    assert re.fullmatch(r"下载学生申报表（已填）（\d+ 行）", found[1][0])
    assert found[1][1:] == ("nanjing", "127.0.0.1")
    assert len(found) == 2


def test_what_tells_of_persons_and_cannot_be_covered_is_on_record_whoever_takes_it(window: Window) -> None:
    fill(window)
    calls = window.as_(VIEWER).get("/2022/exports/calls.csv").text
    assert window.as_("nanjing").get("/2022/exports/consents.xlsx").status_code == 200
    with window.database.read() as connection:
        found = [(row.what, row.subject, row.city) for row in connection.execute(select(table_of(AuditEntry)))]
    assert HOSTILE[1] in calls
    assert found == [
        ("导出电话（1 行）", "export:2022/calls", None),
        ("导出监护人同意（26 行）", "export:2022/consents", "nanjing"),
    ]


def test_a_year_is_audited_by_who_read_what_and_what_was_purged(window: Window) -> None:
    admin, nanjing = window.as_(ADMIN), window.as_("nanjing")
    taken = [nanjing.get("/2022/exports/application-students.csv").text for _ in range(2)]
    assert admin.submit("/2022/exports", name="log", kind="csv", reason="核对").status_code == 200
    at = window.site.wall()
    purge = {"year": 2022, "until": at, "rows": {"student": 7}, "reason": "到期", "by": "省办", "at": at, "as_of": at}
    with window.database.write() as connection:
        connection.execute(insert(table_of(Purge)), [purge, {**purge, "year": 2021}])
    found = rows(admin.get("/2022/exports/data-handling.csv").content)
    said = [row[:-1] for row in found]
    assert ["监护人同意", "南京", "", "登记同意", "26", ""] in said
    assert ["查看、下载", "", "nanjing 某", "导出完整的学生", "2", str(2 * (len(taken[0].splitlines()) - 1))] in said
    assert [row[3] for row in said if row[0] == "查看、下载"] == ["导出完整的记录", "导出完整的学生"]
    assert said[-1] == ["到期清除", "", "省办", "student", "1", "7"]
    assert {row[0] for row in said[1:]} == {"监护人同意", "查看、下载", "到期清除"}


def test_without_a_reason_or_the_right_nothing_is_uncovered_and_nothing_is_on_record(window: Window) -> None:
    fields = {"name": "application", "kind": "xlsx"}
    tries = [
        window.as_(ADMIN).submit("/2022/exports", reason=" ", **fields).status_code,
        window.as_(VIEWER).submit("/2022/exports", reason="核对", **fields).status_code,
        window.as_("nanjing").submit("/2022/exports", reason="核对", **fields).status_code,
        window.as_(ADMIN).post("/2022/exports", data=fields | {"reason": "核对"}).status_code,
    ]
    assert tries == [409, 403, 404, 403]
    with window.database.read() as connection:
        assert list(connection.execute(select(table_of(AuditEntry)))) == []


def test_a_csv_holds_one_table_and_an_unknown_export_is_not_there(window: Window) -> None:
    admin = window.as_(ADMIN)
    tries = ("application.csv", "interview.csv", "nothing.xlsx", "matrix.pdf")
    assert [admin.get(f"/2022/exports/{each}").status_code for each in tries] == [409, 200, 404, 404]


def test_in_the_past_there_is_only_what_was_then(window: Window) -> None:
    admin, past = window.as_(ADMIN), "?as_of=2022-01-10T09:00"
    log = admin.get(f"/2022/exports/log.csv{past}")
    assert (
        max(column(log, "办理时间")) <= "2022-01-10 09:00" < max(column(admin.get("/2022/exports/log.csv"), "办理时间"))
    )
    assert admin.get(f"/2022/exports/application.xlsx{past}").status_code == 404
    page = admin.get(f"/2022/exports{past}").text
    assert ("log.csv?as_of" in page, "application.xlsx" in page, "<form method" in page.split("<main")[1]) == (
        True,
        False,
        False,
    )


def test_the_page_lists_every_export_that_its_reader_may_have(window: Window) -> None:
    pages = {name: window.as_(name).get("/2022/exports").text for name in (ADMIN, VIEWER, "nanjing")}
    listed = {name: {each for each in EXPORTS if f"/exports/{each}." in page} for name, page in pages.items()}
    alone = {f"{slug}-{form.sheets[0].key}" for slug, form in FORMS.items() if len(form.sheets) == 1}
    assert set(TABLES) <= listed[ADMIN] == listed[VIEWER] == set(EXPORTS) - alone
    assert listed["nanjing"] == listed[ADMIN] - {"calls", "data-handling", "evaluation", "nominees"}
    assert {name: "导出完整的姓名与联系方式" in page for name, page in pages.items()} == {
        ADMIN: True,
        VIEWER: False,
        "nanjing": False,
    }
