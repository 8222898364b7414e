"""What the year file lists, the template offers and the reader takes: one year's words and no other's."""

from __future__ import annotations

import io

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from calendars.year import Year
from phases.year_end import DIMENSIONS
from tests.support.books import FORMS, YEAR, book, form_of, read, read_rows, render, sample
from tests.support.scenes import calendar
from tests.support.years import parse

OTHER: Year = parse(
    YEAR.source_text.replace('"计算机"]             #', '"计算机", "天文（地学）"] #')
    .replace('honours = ["长江学者"', 'honours = ["青年拔尖"')
    .replace('senior_grades = ["高一", "高二"]', 'senior_grades = ["高一", "预科"]')
    .replace('team_degrees = ["博士"]', 'team_degrees = ["博士", "博士后"]')
    .replace('team_titles = ["正高", "副高"]', 'team_titles = ["正高", "特聘"]')
    .replace("[[3, 6], [7, 8], [9, 11]]", "[[3, 5], [6, 7], [8, 9], [10, 11]]")
    .replace('"英语交流能力"]', '"外语交流能力"]'),
    "other.toml",
)

# form, sheet, column, what only the other year takes, what both take, what only this year takes
LISTED = [
    ("interview", "面试", "学科", "天文（地学）", "物理", None),
    ("shortlist", "分数线", "学科", "天文(地学)", "数学", None),
    ("mentor-recommendation", "导师", "学科", "天文（地学）", "物理", None),
    ("mentor-recommendation", "导师", "人才称号", "青年拔尖", "国家杰青", "长江学者"),
    ("mentor-recommendation", "导师", "最高学位", "博士后", "硕士", None),
    ("mentor-recommendation", "培养团队", "职称", "特聘", "副高", None),
    ("application", "学生", "年级", "预科", "高三", None),
    ("cultivation", "成长日志", "阶段", 4, 3, None),
    ("cultivation", "面谈记录", "阶段", "4", "1", None),
]


def filled(slug: str, sheet: str, label: str, value: object) -> bytes:
    tables = sample(slug)
    if slug == "mentor-recommendation":  # the sample's honours are not everywhere
        tables["导师"][1][tables["导师"][0].index("人才称号")] = ""
    header, row = tables[sheet]
    row[header.index(label)] = value
    return book(tables)


@pytest.mark.parametrize(("slug", "sheet", "label", "other", "both", "this"), LISTED)
def test_the_reader_takes_what_the_year_lists(
    slug: str, sheet: str, label: str, other: object, both: object, this: object
) -> None:
    for value, here, there in ((other, False, True), (both, True, True), (this, True, False)):
        if value is None:
            continue
        for year, taken in ((YEAR, here), (OTHER, there)):
            found = read(filled(slug, sheet, label, value), slug, year).errors
            assert [(error.code, error.column) for error in found] == ([] if taken else [("cell.choice", label)])
            asked = next(one for one in form_of(slug, year).sheets if one.name == sheet)
            column = next(one for one in asked.columns if one.label == label)
            assert [error.right for error in found] == ([] if taken else [column.kind.hint])


@pytest.mark.parametrize("slug", FORMS)
@pytest.mark.parametrize("year", [YEAR, OTHER], ids=["this", "other"])
def test_whatever_a_template_offers_the_reader_takes(slug: str, year: Year) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(render(slug, year)))
    for sheet in form_of(slug, year).sheets:
        page = workbook[sheet.name]
        assert [cell.value for cell in page[1]] == [column.label for column in sheet.columns]
        offered = {
            str(one.sqref): str(one.formula1).strip('"').split(",") for one in page.data_validations.dataValidation
        }
        for at, column in enumerate(sheet.columns, start=1):
            choices = offered.get(f"{get_column_letter(at)}2:{get_column_letter(at)}20001", [])
            assert choices == [*column.kind.choices]
            for choice in choices:
                rows = read(book({sheet.name: [[column.label], [choice]]}), slug, year)
                assert [error for error in rows.errors if error.row == 2 and error.column == column.label] == []


def test_a_word_is_kept_as_the_year_writes_it() -> None:
    rows = read(filled("interview", "面试", "学科", " 天文(地学)"), "interview", OTHER).rows["interviews"]
    assert [getattr(row, "subject", "") for row in rows] == ["天文（地学）"]


def test_the_dimensions_of_the_evaluation_are_named_by_the_year() -> None:
    tables = sample("evaluation")
    assert [(one.code, one.column) for one in read(book(tables), "evaluation", OTHER).errors] == [
        ("column.missing", "外语交流能力")
    ]
    tables["评价"][0][6] = "外语交流能力"
    found = read(book(tables), "evaluation", OTHER)
    assert (found.errors, [getattr(row, "score_5", 0) for row in found.rows["evaluations"]]) == ((), [88])
    (sheet,) = form_of("evaluation", OTHER).sheets
    assert [column.label for column in sheet.columns if column.field in DIMENSIONS.fields(OTHER)] == [
        *OTHER.figures.dimensions
    ]


def test_a_score_that_one_of_a_panel_did_not_give_is_a_fault_that_names_him() -> None:
    year = calendar(panel=2)
    given = dict.fromkeys(DIMENSIONS.fields(year), "90") | {"number": "3209-2022-0007", "name": "张三", "grade": "优秀"}
    given["score_6"] = ""
    found = read_rows({"evaluations": [given]}, "evaluation", year)
    assert [(one.code, one.column) for one in found.errors] == [("cell.required", "评委2·科学兴趣")]


def test_what_is_typed_on_a_page_is_read_by_the_year_too() -> None:
    number = {"number": "3209-2022-0007", "name": "张三", "score": "80", "shortlisted": "是"}
    raw = {"scores": [{**number, "subject": "天文（地学）"}], "cut_lines": [{"subject": "数学", "line_score": "60"}]}
    assert [error.code for error in read_rows(raw, "shortlist", YEAR).errors] == ["cell.choice"]
    assert read_rows(raw, "shortlist", OTHER).errors == ()


def test_a_row_cannot_be_made_without_its_year() -> None:
    sheet = FORMS["interview"].sheets[0]
    with pytest.raises(TypeError):
        sheet.row.model_validate({"subject": "物理"})
