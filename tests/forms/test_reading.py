from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import openpyxl
import pytest

from forms.workbook_rows import Reading, RowError
from phases.application import StudentRow
from phases.interview import InterviewRow
from phases.mentor_recommendation import MentorRow
from tests.support.books import (
    FORMS,
    NAME,
    NUMBER,
    PACK,
    SAMPLES,
    YEAR,
    Percent,
    book,
    changed,
    labels,
    packed,
    parts,
    read,
    sample,
)

FILED = sorted(PACK.glob("*/*.xlsx"))


def slug_of(workbook: Path) -> str:
    return workbook.stem.removesuffix("-first").removesuffix("-broken")


def faults(reading: Reading) -> list[tuple[str, str, int | None, str | None]]:
    return [(error.code, error.sheet, error.row, error.column) for error in reading.errors]


def test_the_workbooks_of_the_2022_season_are_there() -> None:
    assert len(FILED) == 115


@pytest.mark.parametrize("workbook", FILED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_cities_filed_reads_without_a_fault(workbook: Path) -> None:
    reading = read(workbook, slug_of(workbook))
    if workbook.stem == "application-broken":
        assert [error.sentence for error in reading.errors] == [
            "“学生”表第 1 行“选报导师”：缺少这一必填列；请补上这一列，表头文字须一致。"
        ]
    else:
        assert (reading.errors, {warning.code for warning in reading.warnings} - {"cell.doubtful"}) == ((), set())
    assert set(reading.rows) == {sheet.key for sheet in FORMS[slug_of(workbook)].sheets}


def test_every_row_of_the_season_is_read() -> None:
    rows = sum(len(found) for path in FILED for found in read(path, slug_of(path)).rows.values())
    assert rows == 2890 - 29  # the broken one's students


def test_a_rank_means_what_its_cell_shows() -> None:
    reading = read(PACK / "taizhou/application.xlsx", "application")
    ranks = [row.subject_rank for row in reading.rows["students"] if isinstance(row, StudentRow)]
    assert " ".join(map(str, ranks[:12])) == "0.9 1 0.5 1.6 2.7 4 3.9 1.5 7.9 1 1.2 7.5"


@pytest.mark.parametrize("slug", FORMS)
def test_a_well_filled_workbook_gives_its_rows(slug: str) -> None:
    reading = read(book(sample(slug)), slug)
    expected = {}
    for sheet in FORMS[slug].sheets:
        cells = (f"{cell * 100:g}%" if isinstance(cell, Percent) else cell for cell in SAMPLES[slug][sheet.name])
        fields = dict(zip((column.field for column in sheet.columns), cells, strict=True))
        kinds = {column.field: column.kind for column in sheet.columns}
        expected[sheet.key] = (sheet.row.model_validate({**fields, "line": 2}, context=kinds),)
    assert reading == Reading(FORMS[slug], expected, (), ())


def test_one_row_in_full() -> None:
    (mentor,) = read(book(sample("mentor-recommendation")), "mentor-recommendation").rows["mentors"]
    assert mentor == MentorRow.model_construct(
        line=2,
        name="欧阳䶮",
        institution="盐城大学",
        department="理学院",
        subject="数学",
        title="教授",
        degree="博士",
        honours=("长江学者", "国家杰青"),
        elite_programme=True,
        research="代数几何",
        places=3,
        email="ouyang@ycu.example.cn",
        mobile="13800000000",
        returning_mentor=False,
        taken=True,
    )


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        *((8, "8"), (8.5, "8.5"), (0.08, "0.08"), ("8％", "8"), ("８.５%", "8.5")),
        *((Percent(0.08), "8"), (Percent(0.083), "8.3"), (Percent(0.1), "10"), (Percent(0.07099999999999999), "7.1")),
    ],
)
def test_every_way_to_write_a_rank(cell: object, meant: str) -> None:
    (row,) = read(changed("application", "学生", 学科排名百分比=cell), "application").rows["students"]
    assert isinstance(row, StudentRow)
    assert row.subject_rank == Decimal(meant)


def test_a_percentage_format_is_found_where_cells_do_not_say_where_they_stand() -> None:
    members = parts(changed("application", "学生", 学科排名百分比=Percent(0.083), 电子邮箱="a@b.cn"))
    sheet = members["xl/worksheets/sheet2.xml"].decode()
    bare = re.sub(r'(<(?:row|c)) r="[A-Z]*[0-9]+"', r"\1", sheet)
    assert bare.count("<c ") + bare.count("<c>") == 2 * len(labels("application", "学生"))
    members["xl/worksheets/sheet2.xml"] = bare.encode()
    (row,) = read(packed(members), "application").rows["students"]
    assert isinstance(row, StudentRow)
    assert row.subject_rank == Decimal("8.3")


def test_a_literal_per_cent_sign_is_no_percentage_format() -> None:
    members = parts(changed("application", "学生", 学科排名百分比=Percent(8)))
    styles = members["xl/styles.xml"]
    assert b"&quot;\xe6\x8e\x92\xe5\x90\x8d&quot;0.0%" in styles
    members["xl/styles.xml"] = styles.replace(b"0.0%", b"0.0&quot;%&quot;")
    (row,) = read(packed(members), "application").rows["students"]
    assert isinstance(row, StudentRow)
    assert row.subject_rank == 8


def test_every_fault_is_said_at_once() -> None:
    tables = sample("interview")
    good = tables["面试"][1]
    bad = ["3209-2022-8", "张\n三", "语文", "2022-02-30", "也许", 101, "是", ""]
    tables["面试"] += [bad, [], [None, "", "　"], good, [3.0, *good[1:]], ["3209-2022-0008", "", *good[2:]]]
    reading = read(book(tables), "interview")
    assert [row.line for row in reading.rows["interviews"]] == [2, 6]
    number = "应为“行政区划代码-年-四位序号”的文本，如 3209-2022-0007。"
    lost = "单元格是数字格式，可能已丢失首位的 0 或末位数字"
    assert [error.sentence.removeprefix("“面试”表第 ") for error in reading.errors] == [
        f"3 行“报名号”：填的是“3209-2022-8”，不是报名号的格式；{number}",
        "3 行“姓名”：填的是“张\\u000a三”，中间有换行（U+000A）；应为文本，50 字以内，不含换行。",
        "3 行“学科”：填的是“语文”，不在可选项中；应为：数学 / 物理 / 化学 / 生物 / 计算机。",
        "3 行“面试日期”：填的是“2022-02-30”，没有这一天；应为日期，如 2022-02-26、2022/2/26 或 2022年2月26日。",
        "3 行“是否到场”：填的是“也许”，不在可选项中；应为：是 / 否（也可填 Y/N、TRUE/FALSE、√/×）。",
        "3 行“面试成绩”：填的是“101”，不在 0–100 之间；应为 0–100 的数。",
        "3 行“资助类型”：已入选而没有填资助类型；入选的填 省级资助 或 自筹；没有入选的，“是否入选”填“否”。",
        "6 行“报名号”：填的是“3209-2022-0007”，与第 2 行重复；请删去或改正其中一行。",
        f"7 行“报名号”：填的是“3”，{lost}；请把单元格设成文本格式，再重新填写。",
        "8 行“姓名”：没有填；应为文本，50 字以内，不含换行。",
    ]


def test_a_fault_has_a_code_and_a_place() -> None:
    reading = read(changed("interview", "面试", 面试成绩="优"), "interview")
    assert reading.errors == (RowError("cell.number", "面试", 2, "面试成绩", "优", "不是数字", "应为 0–100 的数"),)


@pytest.mark.parametrize("cell", [2583000000, 5.1588888888e10])
def test_a_telephone_number_in_a_numeric_cell_is_refused(cell: object) -> None:
    reading = read(changed("application", "学生", 监护人电话=cell), "application")
    assert faults(reading) == [("cell.number-for-text", "学生", 2, "监护人电话")]


def test_a_number_in_a_date_column_is_not_taken_for_a_date() -> None:
    assert faults(read(changed("application", "学生", 出生日期=38525), "application")) == [
        ("cell.date", "学生", 2, "出生日期")
    ]


def test_columns_may_stand_in_any_order_and_headers_be_spaced() -> None:
    tables = sample("interview")
    (header, row), plain = tables["面试"], read(book(tables), "interview")
    spaced = [f" {label[:2]}　{label[2:]}\n" for label in map(str, header)]
    spaced[0], spaced[1] = "报名号*", f"*{spaced[1]}"
    assert read(book({"面试": [spaced[::-1], row[::-1]]}), "interview") == plain


def test_a_column_too_many_or_an_optional_one_too_few_is_a_warning() -> None:
    tables = sample("interview")
    header, row = tables["面试"]
    header[5], row[3] = "备注", date(2022, 2, 11)
    reading = read(book(tables), "interview")
    (interview,) = reading.rows["interviews"]
    assert isinstance(interview, InterviewRow)
    assert (interview.score, reading.errors) == (None, ())
    assert [warning.sentence for warning in reading.warnings] == [
        "“面试”表第 1 行“面试成绩”：缺少这一选填列，按未填处理；如需填写请补上。",
        "“面试”表第 1 行“备注”：表格中没有这一列，未读取；如为别字请改正，否则可以不管。",
    ]


def test_a_missing_required_column_is_said_once_and_the_rest_is_still_read() -> None:
    tables = sample("interview")
    for row in tables["面试"]:
        del row[1]
    tables["面试"].append([NUMBER, "语文", "2022-02-11", "是", 90, "否", ""])
    assert faults(read(book(tables), "interview")) == [
        ("column.missing", "面试", 1, "姓名"),
        ("cell.choice", "面试", 3, "学科"),
        ("row.duplicate", "面试", 3, "报名号"),
    ]


def test_without_both_rank_columns_one_is_asked_for_once() -> None:
    tables = sample("application")
    for row in tables["学生"]:
        del row[9:11]
    tables["学生"].append(["3209-2022-0008", *tables["学生"][1][1:]])
    reading = read(book(tables), "application")
    assert (faults(reading), reading.warnings) == (
        [("column.missing", "学生", 1, "学科排名百分比、综合排名百分比")],
        (),
    )


def test_a_column_there_twice_is_a_fault() -> None:
    tables = sample("interview")
    for row in tables["面试"]:
        row.append(row[1])
    assert faults(read(book(tables), "interview")) == [("column.twice", "面试", 1, "姓名")]


def test_missing_empty_and_unknown_sheets() -> None:
    tables = sample("application")
    reading = read(book({"学生 ": [[None], ["", "a"]], "说明": [["填表须知"]]}), "application")
    assert faults(reading) == [("sheet.missing", "中学", None, None), ("sheet.no-header", "学生", 1, None)]
    assert [warning.sentence for warning in reading.warnings] == [
        "“说明”表：表格中没有这张工作表，未读取；如有需要的内容，请移到规定的表中。"
    ]
    assert faults(read(book({**tables, "学生": [labels("application", "学生")]}), "application")) == []


def test_a_sheet_that_is_empty_beside_its_copy_is_a_fault_that_names_both() -> None:
    """What a spreadsheet names a copy of a sheet is not read: where the rows stand on it, nobody would look there."""
    tables = sample("application")
    for copy in ("学生(2)", "学生 (2)"):
        beside = read(book({**tables, "学生": [labels("application", "学生")], copy: tables["学生"]}), "application")
        (said,) = [error.sentence for error in beside.errors]
        there = f"“学生”表：这张工作表没有内容，“{copy}”未读取；内容在“{copy}”的，"
        assert said == f"{there}请删去空的这一张，把“{copy}”改名为“学生”；否则请删去“{copy}”。"
    assert faults(read(book({**tables, "学生(2)": tables["学生"]}), "application")) == []


def test_a_sheet_is_found_by_the_name_that_is_seen() -> None:
    tables = sample("application")
    marked = {f"\u200b{name}\u200b ": rows for name, rows in tables.items()}
    assert read(book(marked), "application") == read(book(tables), "application")


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_and_said_to_be_hidden(state: Literal["hidden", "veryHidden"]) -> None:
    plain, target = book(sample("application")), io.BytesIO()
    workbook = openpyxl.load_workbook(io.BytesIO(plain))
    workbook["学生"].sheet_state = state
    workbook.save(target)
    reading = read(target.getvalue(), "application")
    assert (reading.rows, reading.errors) == (read(plain, "application").rows, ())
    assert [(one.code, one.sentence) for one in reading.warnings] == [
        ("sheet.hidden", "“学生”表：这张工作表是隐藏的，也已读取；请取消隐藏、核对内容。")
    ]


@pytest.mark.parametrize(
    ("slug", "sheet", "twice"),
    [
        *(("mentor-recommendation", "导师", True), ("mentor-recommendation", "培养团队", True)),
        *(("application", "学生", True), ("shortlist", "成绩", True), ("shortlist", "分数线", True)),
        *(("meeting", "到会", True), ("meeting", "见面会", False), ("cultivation", "培养方案", True)),
        *(("cultivation", "到校记录", False), ("cultivation", "成长日志", False), ("midterm", "中期评价", True)),
        *(("year-end", "材料", True), ("year-end", "经费", False), ("evaluation", "评价", True)),
    ],
)
def test_a_row_twice_is_a_fault_where_one_is_meant(slug: str, sheet: str, twice: bool) -> None:
    tables = sample(slug)
    tables[sheet].append(tables[sheet][1])
    reading = read(book(tables), slug)
    assert [(error.code, error.row) for error in reading.errors] == ([("row.duplicate", 3)] if twice else [])


def test_an_optional_column_that_rows_need_is_asked_for_once() -> None:
    tables = sample("interview")
    tables["面试"] = [row[:7] for row in (*tables["面试"], tables["面试"][1])]
    tables["面试"][2] = ["3209-2022-0008", *tables["面试"][2][1:]]
    assert [one.sentence for one in read(book(tables), "interview").errors] == [
        "“面试”表第 1 行“资助类型”：缺少这一列，而有的行须填；请补上这一列，表头文字须一致。"
    ]


def test_a_missing_column_that_rows_need_is_no_longer_said_to_count_as_blank() -> None:
    tables = sample("interview")
    at = tables["面试"][0].index("资助类型")
    tables["面试"][0][at] = "资助类别"
    reading = read(book(tables), "interview")
    assert [one.sentence for one in (*reading.errors, *reading.warnings)] == [
        "“面试”表第 1 行“资助类型”：缺少这一列，而有的行须填；如果“资助类别”就是这一列，请把表头改成“资助类型”。"
    ]


@pytest.mark.parametrize(
    ("absent", "there"), [("学科排名百分比", "综合排名百分比"), ("综合排名百分比", "学科排名百分比")]
)
def test_a_column_that_another_may_stand_for_hides_no_row_that_is_wrong(absent: str, there: str) -> None:
    tables = sample("application")
    header, row = tables["学生"]
    drop, at = header.index(absent), header.index(there)
    rows = [["3209-2022-0001", *row[1:]] for _ in range(4)]
    for place, (line, cell) in enumerate(zip(rows, (8, "", "九十", ""), strict=True)):
        line[0], line[at] = f"3209-2022-{place:04}", cell
    rows[1][header.index("电子邮箱")] = "无效"
    tables["学生"] = [[cell for place, cell in enumerate(one) if place != drop] for one in (header, *rows)]
    reading = read(book(tables), "application")
    assert [(one.code, one.row, one.column, one.found) for one in reading.errors] == [
        ("row.rank", 3, there, ""),
        ("cell.email", 3, "电子邮箱", "无效"),
        ("cell.number", 4, there, "九十"),
        ("row.rank", 5, there, ""),
    ]
    assert reading.errors[0].right.endswith(f"；要填“{absent}”的，表中没有这一列，请先补上")
    assert [one.sentence for one in reading.warnings] == [
        f"“学生”表第 1 行“{absent}”：缺少这一选填列，按未填处理；如需填写请补上。"
    ]


def test_homonyms_are_two_students() -> None:
    tables = sample("midterm")
    tables["中期评价"].append(["3209-2022-0008", NAME, "数学", "2022-08-20", "不合格", "缺汇报"])
    reading = read(book(tables), "midterm")
    assert (len(reading.rows["results"]), reading.errors) == (2, ())


def test_subjects_are_those_of_the_year_where_it_is_given() -> None:
    year = YEAR.model_copy(update={"subjects": ("数学", "天文")})
    assert read(changed("interview", "面试", 学科="天文"), "interview", year=year).errors == ()
    assert [error.right for error in read(book(sample("interview")), "interview", year=year).errors] == [
        "应为：数学 / 天文"
    ]


def test_what_is_shown_of_a_cell_is_short_and_visible() -> None:
    reading = read(changed("interview", "面试", 学科="\u202e长" * 100), "interview")
    (error,) = reading.errors
    shown = "\\u202e长" * 8 + "\\u20"
    assert (error.found, error.sentence.isprintable()) == (f"{shown}…", True)


def test_a_form_that_does_not_exist_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        read(b"", "no-such-form")


@pytest.mark.slow
def test_twenty_thousand_applications_are_read() -> None:
    tables = sample("application")
    row = tables["学生"][1]
    tables["学生"] += [[f"{code}-2022-{number:04}", *row[1:]] for code in (3201, 3202) for number in range(1, 10_000)]
    data = book(tables)
    reading = read(data, "application")
    assert (len(reading.rows["students"]), reading.errors) == (19_999, ())
