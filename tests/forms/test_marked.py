"""A refused workbook given back: every row where it stood, what is wrong with it as comments, and loaded as before."""

from __future__ import annotations

import io

import openpyxl

from calendars import files
from forms.marked import marked
from forms.sandbox import read
from forms.template import render
from phases.book import BOOK

YEAR = files.load(2022)
FORM = BOOK.form("shortlist", YEAR)
ROWS = {
    "scores": {
        2: {"number": "3209-2022-0001", "name": "甲", "subject": "数学", "score": "九十", "shortlisted": True},
        5: {"number": "3209-2022-0002", "name": "乙", "subject": "天文", "score": 88, "shortlisted": False},
    },
    "cut_lines": {2: {"subject": "数学", "line_score": 80}},
}


def test_each_fault_is_a_comment_where_it_is_and_every_row_where_it_was() -> None:
    sent = render(FORM, YEAR, ROWS)
    faults = read(sent, FORM).errors
    given = marked(sent, FORM, YEAR, faults)
    assert given is not None
    sheet = openpyxl.load_workbook(io.BytesIO(given))["成绩"]
    said = {cell.coordinate: cell.comment.text for row in sheet["A2:E9"] for cell in row if cell.comment}
    assert said == {
        "D2": "填的是“九十”，不是数字；应为 0–100 的数；没有参加测试的填“缺考”。",
        "C5": "填的是“天文”，不在可选项中；应为：数学 / 物理 / 化学 / 生物 / 计算机。",
    }
    assert {at: sheet[at].fill.bgColor.rgb for at in ("D2", "E2")}["D2"] != sheet["E2"].fill.bgColor.rgb
    assert read(given, FORM) == read(sent, FORM)


def test_what_is_missing_is_said_at_the_header_and_what_cannot_be_read_is_not_given_back() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render(FORM, YEAR, ROWS)))
    book["成绩"].delete_cols(5)
    target = io.BytesIO()
    book.save(target)
    faults = read(target.getvalue(), FORM).errors
    given = marked(target.getvalue(), FORM, YEAR, faults)
    assert given is not None
    header = openpyxl.load_workbook(io.BytesIO(given))["成绩"]["E1"]
    assert (header.value, header.comment.text) == ("入围面试", "缺少这一必填列；请补上这一列，表头文字须一致。")
    assert marked(b"PK no workbook", FORM, YEAR, ()) is None
