from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from forms import template
from forms.workbook_rows import Reading
from phases.shortlist import ScoreRow
from tests.support.books import FORMS, NAME, NUMBER, SAMPLES, YEAR, Percent, book, read, render, sample


@pytest.mark.parametrize("slug", FORMS)
def test_a_template_filled_in_reads_as_what_was_written(slug: str, tmp_path: Path) -> None:
    path = tmp_path / "filled.xlsx"
    path.write_bytes(render(slug))
    workbook = openpyxl.load_workbook(path)
    for sheet, row in SAMPLES[slug].items():
        for column, cell in enumerate(row, start=1):
            target = workbook[sheet].cell(2, column)
            target.value = cell or None  # type: ignore[assignment]
            if isinstance(cell, Percent):
                target.number_format = "0.0%"
    workbook.save(path)
    reading = read(path, slug)
    assert reading == read(book(sample(slug)), slug)
    assert (reading.errors, reading.warnings) == ((), ())


@pytest.mark.parametrize("slug", FORMS)
def test_an_empty_template_reads_as_no_rows(slug: str) -> None:
    assert read(render(slug), slug) == Reading(FORMS[slug], {sheet.key: () for sheet in FORMS[slug].sheets}, (), ())


@pytest.mark.parametrize("slug", FORMS)
def test_a_template_says_what_each_column_asks(slug: str) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(render(slug)))
    properties = workbook.custom_doc_props  # type: ignore[attr-defined]
    sheets = (*FORMS[slug].sheets, *FORMS[slug].beside)
    assert workbook.sheetnames == [sheet.name for sheet in sheets]
    assert [(one.name, one.value) for one in properties.props] == [("talent-form", f"{slug}/1")]
    for sheet in sheets:
        page = workbook[sheet.name]
        headers = list(page[1])
        assert page.freeze_panes == "A2"
        assert [(cell.value, cell.comment.text if cell.comment else "") for cell in headers] == [
            (column.label, column.help) for column in sheet.columns
        ]
        offered = {str(one.sqref): one.formula1 for one in page.data_validations.dataValidation}
        assert offered == {
            f"{get_column_letter(at)}2:{get_column_letter(at)}20001": f'"{",".join(column.kind.choices)}"'
            for at, column in enumerate(sheet.columns, start=1)
            if column.kind.choices
        }


def test_a_form_is_written_with_the_columns_and_the_spellings_it_is_given() -> None:
    form = FORMS["shortlist"]
    scores, lines = form.sheets
    turned = replace(scores, columns=tuple(reversed(scores.columns)))
    row = {"number": NUMBER, "name": f"{NAME} ", "subject": "物理", "score": "８７", "shortlisted": "√"}
    filling: template.Filling = {"scores": {2: row}, "cut_lines": {2: {"subject": "物理", "line_score": 60}}}
    reading = read(template.render(replace(form, sheets=(turned, lines)), YEAR, filling), "shortlist")
    (read_row,) = reading.rows["scores"]
    assert isinstance(read_row, ScoreRow)
    assert (read_row.name, read_row.score, read_row.shortlisted) == (NAME, Decimal(87), True)
    assert reading.errors == ()


def test_a_share_is_written_in_a_cell_that_shows_a_percentage() -> None:
    fields = (column.field for sheet in FORMS["application"].sheets for column in sheet.columns)
    row = {**dict.fromkeys(fields), "subject_rank": Percent(0.083)}
    cell = openpyxl.load_workbook(io.BytesIO(render("application", rows={"students": {2: row}})))["学生"]["J2"]
    assert (cell.value, cell.number_format) == (0.083, "0.0%")


def test_columns_of_digits_are_formatted_as_text_and_days_as_days() -> None:
    page = openpyxl.load_workbook(io.BytesIO(render("application")))["学生"]
    formats = {
        str(cell.value): page.column_dimensions[get_column_letter(cell.column or 0)].number_format for cell in page[1]
    }
    assert {label for label, shown in formats.items() if shown == "@"} == {
        *("报名号", "姓名", "中学", "选报导师", "导师单位", "电子邮箱", "监护人电话")
    }
    assert {label for label, shown in formats.items() if shown == "yyyy-mm-dd"} == {"出生日期"}


def test_the_same_form_is_the_same_bytes() -> None:
    assert render("application") == render("application")


def test_subjects_are_those_of_the_year_where_it_is_given() -> None:
    year = YEAR.model_copy(update={"subjects": ("数学", "天文")})
    page = openpyxl.load_workbook(io.BytesIO(render("midterm", year=year)))["中期评价"]
    assert [one.formula1 for one in page.data_validations.dataValidation] == ['"数学,天文"', '"合格,不合格"']


def test_another_forms_template_is_told_apart() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(render("midterm")))
    workbook["中期评价"].title = "面试"
    target = io.BytesIO()
    workbook.save(target)
    assert [warning.code for warning in read(target.getvalue(), "interview").warnings][:1] == ["form.version"]
