"""Cells that hold no value: each is a fault where it stands, and no row vanishes for it."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from forms.workbook_rows import Reading
from tests.support.books import FORMS, NUMBER, labels, packed, parts, read, sample

SHEETS = {(slug, sheet.name): sheet for slug, form in FORMS.items() for sheet in form.sheets}
KNOWN = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
MODERN = ("#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#UNKNOWN!")
MEND = "请改正公式，或删去公式、直接填写内容"
SAVE = "请在 Excel 或 WPS 中打开、保存后重新上传，或删去公式、直接填写内容"


def surgery(slug: str, sheet: str, cell: str, becomes: str, *, more: str = "") -> bytes:
    """The form's sample with a cell of one sheet as this XML, and rows after its last one."""
    place = [one.name for one in FORMS[slug].sheets].index(sheet) + 1
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sample(slug).items():
            page = made.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    page.write(at, column, value, day if isinstance(value, date) else None)
                    if value in ("", None):
                        page.write_blank(at, column, None, day)
    members = parts(target.getvalue())
    name = f"xl/worksheets/sheet{place}.xml"
    text = members[name].decode()
    text, found = re.subn(rf'<c r="{cell}"[^>]*?(/>|>.*?</c>)', lambda _: becomes, text, count=1)
    assert found == 1
    members[name] = text.replace("</sheetData>", f"{more}</sheetData>").encode()
    return packed(members)


def faults(reading: Reading) -> list[tuple[str, int | None, str | None, str]]:
    return [(error.code, error.row, error.column, error.wrong) for error in reading.errors]


def at(slug: str, sheet: str, label: str) -> str:
    return f"{chr(ord('A') + labels(slug, sheet).index(label))}2"


@pytest.mark.parametrize(
    ("slug", "sheet", "label"), [(*place, label) for place in SHEETS for label in labels(*place)], ids=str
)
def test_an_error_in_any_column_of_any_form_is_a_fault_there(slug: str, sheet: str, label: str) -> None:
    cell = at(slug, sheet, label)
    reading = read(surgery(slug, sheet, cell, f'<c r="{cell}" t="e"><f>1/0</f><v>#DIV/0!</v></c>'), slug)
    assert faults(reading) == [("cell.error", 2, label, "公式出错（#DIV/0!）")]
    assert (reading.errors[0].sheet, reading.errors[0].right) == (sheet, MEND)
    assert reading.rows[SHEETS[slug, sheet].key] == ()


@pytest.mark.parametrize(
    ("slug", "sheet", "label"), [(*place, label) for place in SHEETS for label in labels(*place)], ids=str
)
def test_a_formula_without_a_result_in_any_column_is_a_fault_there(slug: str, sheet: str, label: str) -> None:
    cell = at(slug, sheet, label)
    reading = read(surgery(slug, sheet, cell, f'<c r="{cell}"><f>A1</f><v/></c>'), slug)
    assert faults(reading) == [("cell.formula", 2, label, "公式没有存下计算结果")]
    assert (reading.errors[0].sheet, reading.errors[0].right) == (sheet, SAVE)


@pytest.mark.parametrize("shown", [*KNOWN, *MODERN])
def test_every_error_is_named(shown: str) -> None:
    reading = read(surgery("interview", "面试", "F2", f'<c r="F2" t="e"><v>{shown}</v></c>'), "interview")
    assert [error.sentence for error in reading.errors] == [f"“面试”表第 2 行“面试成绩”：公式出错（{shown}）；{MEND}。"]


def test_what_is_no_error_of_a_program_is_not_repeated() -> None:
    reading = read(surgery("interview", "面试", "F2", '<c r="F2" t="e"><v/></c>'), "interview")
    assert faults(reading) == [("cell.error", 2, "面试成绩", "公式出错")]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="F2"><f>A1</f></c>',
        '<c r="F2"><f>A1</f><v> </v></c>',
        '<c r="F2" t="str"><f>A1</f></c>',
        '<c r="F2" t="b"><f>A1</f></c>',
        '<c r="F2"><f t="shared" si="0"/></c>',
        '<c r="F2"><f t="array" ref="F2:F9">A1:A8</f><v></v></c>',
        '<c r="F2" cm="1"><f t="array" ref="F2">_xlfn.UNIQUE(A1:A8)</f><v/></c>',
        '<c r="F2"><f>A1</f><v>0</v></c>',  # nothing computed it: the book asks to be computed when it is opened
    ],
)
def test_every_kind_of_formula_without_a_result(cell: str) -> None:
    reading = read(surgery("interview", "面试", "F2", cell), "interview")
    assert faults(reading) == [("cell.formula", 2, "面试成绩", "公式没有存下计算结果")]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ('<c r="F2"><f>90+1</f><v>91</v></c>', 91),
        ('<c r="F2" t="str"><f>"9"&amp;1</f><v>91</v></c>', 91),
        ('<c r="F2" t="str"><f>IF(FALSE,1,"")</f><v></v></c>', None),
        ('<c r="F2"/>', None),
    ],
)
def test_a_result_that_is_stored_is_read(cell: str, meant: int | None) -> None:
    reading = read(surgery("interview", "面试", "F2", cell), "interview")
    (row,) = reading.rows["interviews"]
    assert (getattr(row, "score", ""), reading.errors) == (meant, ())


def test_a_result_of_nought_that_was_computed_is_read() -> None:
    members = parts(surgery("interview", "面试", "F2", '<c r="F2"><f>0</f><v>0</v></c>'))
    members["xl/workbook.xml"] = members["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    (row,) = read(packed(members), "interview").rows["interviews"]
    assert getattr(row, "score", None) == 0


def test_a_row_of_nothing_but_errors_is_no_blank_row() -> None:
    more = '<row r="9"><c r="A9" t="e"><v>#REF!</v></c></row><row r="10"><c r="B10"><f>A1</f></c></row>'
    reading = read(surgery("interview", "面试", "F2", '<c r="F2"><v>91</v></c>', more=more), "interview")
    missing = [(code, row, column) for code, row, column, _ in faults(reading) if code != "cell.required"]
    assert missing == [("cell.error", 9, "报名号"), ("cell.formula", 10, "姓名")]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="F2" t="inlineStr"><v>91</v></c>',
        '<c r="F2" t="inlineStr"><f>A1</f><v>91</v></c>',
        '<c r="F2" t="inlineStr"><is><t>91</t></is><v>91</v></c>',
        '<c r="F2"><is><t>91</t></is><v>91</v></c>',
        '<c r="F2"><v>9</v><v>91</v></c>',
        '<c r="F2"><v>9<b/>1</v></c>',
        '<c r="F2"><v>9<v>1</v></v></c>',
    ],
)
def test_a_value_that_is_not_one_is_a_fault(cell: str) -> None:
    reading = read(surgery("interview", "面试", "F2", cell), "interview")
    assert faults(reading) == [("cell.unreadable", 2, "面试成绩", "单元格里存的内容无法辨认")]


@pytest.mark.parametrize(
    "stored",
    [
        *("<![CDATA[91]]>", "9<![CDATA[1]]>", "9<!-- -->1", "9<?a b?>1", "9&#49;", "&#x39;1"),
        "<!-- <![CDATA[8]]> -->91<!-- </v> -->",
    ],
)
@pytest.mark.parametrize("cell", ['<c r="F2"><v>{}</v></c>', '<c r="F2" t="inlineStr"><is><t>{}</t></is></c>'])
def test_a_value_in_other_writing_is_read_whole(cell: str, stored: str) -> None:
    reading = read(surgery("interview", "面试", "F2", cell.format(stored)), "interview")
    (row,) = reading.rows["interviews"]
    assert (getattr(row, "score", None), reading.errors) == (91, ())


def test_a_text_in_other_writing_is_read_whole() -> None:
    cell = '<c r="B2" t="inlineStr"><is><t>a&#38;b<![CDATA[&<>]]></t></is></c>'
    (row,) = read(surgery("interview", "面试", "B2", cell), "interview").rows["interviews"]
    assert getattr(row, "name", None) == "a&b&<>"


@pytest.mark.parametrize(
    ("cell", "more"),
    [
        ('<c r="F2"><v>91</v></c>', '<row r="2"><c r="A2"><v>1</v></c></row>'),
        ('<c r="F2"><v>91</v></c>', '<row r="1"><c r="A1"><v>1</v></c></row>'),
        ('<c r="F2"><v>91</v></c>', '<row r="3"><c r="A2"><v>1</v></c></row>'),
        ('<c r="F2"><v>91</v></c>', '<row r="3"><c r="A4"><v>1</v></c></row>'),
        ('<c r="F2"><v>91</v></c>', '<row><c r="A2"><v>1</v></c></row>'),
        ('<c r="F2"><v>91</v></c>', '<row r="5"/><row r="4"><c r="A4"><v>1</v></c></row>'),
        ('<c r="F2"><v>91</v></c>', '<row r="3"><c r="B3"><v>1</v></c><c r="A3"><v>1</v></c></row>'),
        ('<c r="F2"><v>91</v></c>', '</sheetData><sheetData><row r="3"><c r="A3"><v>1</v></c></row>'),
        ('<c r="F2"><v>91</v></c><c r="F2"><v>92</v></c>', ""),
        ('<c r="F2"><v>91</v></c><c r="E2"/>', ""),
    ],
)
def test_two_cells_of_one_place_are_refused(cell: str, more: str) -> None:
    """Nobody could tell which of them is meant, and one would vanish."""
    reading = read(surgery("interview", "面试", "F2", cell, more=more), "interview")
    assert ([error.code for error in reading.errors], reading.rows["interviews"]) == (["file.damaged"], ())


def test_cells_that_do_not_say_where_they_stand_follow_each_other() -> None:
    cells = "".join(f"<c{kind}><v>1</v></c>" for kind in ("", ' r="F3"', ""))
    reading = read(surgery("interview", "面试", "F2", '<c r="F2"/>', more=f"<row>{cells}</row>"), "interview")
    assert {error.row for error in reading.errors} == {3}


def test_a_formula_of_a_sheets_rules_is_of_no_cell() -> None:
    """Excel writes one after the cells for a list that stands in another sheet; the last cell may well be blank."""
    members = parts(surgery("interview", "面试", "H2", '<c r="H2" s="1"/>'))
    name, rule = "xl/worksheets/sheet1.xml", b'<extLst><ext xmlns:xm="urn:a"><xm:f>A1</xm:f></ext></extLst></worksheet>'
    members[name] = members[name].replace(b"</worksheet>", rule)
    assert "cell.formula" not in {code for code, *_ in faults(read(packed(members), "interview"))}


def test_an_error_beside_the_form_is_nobodys_fault() -> None:
    more = '<row r="3"><c r="J3" t="e"><v>#REF!</v></c></row><row r="40"><c r="J40"><f>A1</f></c></row>'
    reading = read(surgery("interview", "面试", "F2", '<c r="F2"><v>91</v></c>', more=more), "interview")
    assert (len(reading.rows["interviews"]), reading.errors) == (1, ())


def test_a_header_that_cannot_be_read_is_a_fault_by_its_letter() -> None:
    reading = read(surgery("interview", "面试", "F1", '<c r="F1" t="e"><v>#NAME?</v></c>'), "interview")
    assert [error.sentence for error in reading.errors] == [f"“面试”表第 1 行“F 列”：公式出错（#NAME?）；{MEND}。"]
    far = f'<c r="H1" t="inlineStr"><is><t>{labels("interview", "面试")[7]}</t></is></c><c r="AB1"><f>A2</f></c>'
    assert ("cell.formula", 1, "AB 列", "公式没有存下计算结果") in faults(
        read(surgery("interview", "面试", "H1", far), "interview")
    )


def test_what_a_program_without_a_calculator_writes_is_refused() -> None:
    """Such as openpyxl, which stores formulas and no results."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "面试"
    for row in sample("interview")["面试"]:
        page.append([*row])
    page["A3"], page["B3"] = "=A2", "=B2"
    target = io.BytesIO()
    book.save(target)
    reading = read(target.getvalue(), "interview")
    assert [row.line for row in reading.rows["interviews"]] == [2]
    assert faults(reading)[:2] == [
        ("cell.formula", 3, "报名号", "公式没有存下计算结果"),
        ("cell.formula", 3, "姓名", "公式没有存下计算结果"),
    ]
    assert NUMBER not in str(reading.errors)


def test_a_far_away_formula_costs_nothing() -> None:
    far = '<row r="1048576"><c r="XFD1048576"><f>A1</f></c></row>'
    reading = read(surgery("interview", "面试", "F2", '<c r="F2"><v>91</v></c>', more=far), "interview")
    assert [error.code for error in reading.errors] == ["file.too-large-sheet"]
