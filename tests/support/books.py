"""Workbooks for tests: a filled sample of every form, and the bytes of a workbook from tables."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from calendars.files import load
from calendars.year import Year
from forms import sandbox, template, typed_rows
from forms.workbook_rows import Reading
from phases.book import BOOK

PACK = Path(__file__).parents[2] / "deployments/demo/2022"
YEAR = load(2022)
FORMS = {slug: BOOK.form(slug, YEAR) for slug in BOOK.forms}
"""Every form as the year of the samples asks it."""
form_of = BOOK.form
Percent = template.Percent
NUMBER, NAME = "3209-2022-0007", "阿依努尔·买买提"


SAMPLES: Mapping[str, Mapping[str, Sequence[object]]] = {
    "mentor-recommendation": {
        "培养单位": ["盐城大学", "高校", "科研处", "research@ycu.example.cn"],
        "导师": [
            *("欧阳䶮", "盐城大学", "理学院", "数学", "教授", "博士", "国家杰青、长江学者", "√", "代数几何", 3),
            *("ouyang@ycu.example.cn", "13800000000", "否", "通过"),
        ],
        "培养团队": ["欧阳䶮", "盐城大学", "杜强", "博士", "副高"],
    },
    "application": {
        "中学": ["盐城市第一中学", "钟芳杰", "傅桂轩", "first@school.example.cn"],
        "学生": [
            *(NUMBER, NAME, "女", date(2006, 2, 3), "盐城市第一中学", "高一", "物理", "欧阳䶮", "盐城大学"),
            *(Percent(0.071), "12.5", "", "0515-88888888", "Y", "×", "是", "通过"),
        ],
    },
    "shortlist": {"成绩": [NUMBER, NAME, "物理", "８７.５", "是"], "分数线": ["物理", 60]},
    "interview": {"面试": [NUMBER, NAME, "物理", "2022年2月11日", "是", 91, "是", "省级资助"]},
    "meeting": {
        "见面会": ["2022/2/26", "盐城大学", "介绍培养计划\n师生对接"],
        "到会": [NUMBER, NAME, "到会", "到会", "请假", "每周线上"],
    },
    "cultivation": {
        "培养方案": [NUMBER, NAME, "完成一项小课题", "读书、实验、组会"],
        "到校记录": [NUMBER, NAME, date(2022, 3, 5), "组会"],
        "成长日志": [NUMBER, NAME, 1, date(2022, 6, 10)],
        "面谈记录": [NUMBER, NAME, "2", date(2022, 8, 12)],
    },
    "midterm": {"中期评价": [NUMBER, NAME, "物理", date(2022, 8, 20), "合格", "见评语"]},
    "year-end": {
        "材料": [NUMBER, NAME, "是", "是", "√", "否"],
        "总结": ["导师", "盐城大学", "欧阳䶮", date(2022, 11, 25)],
        "经费": ["活动开展", 12000.5, ""],
        "绩效": ["培养率", Percent(0.8), 5],
    },
    "evaluation": {"评价": [NUMBER, NAME, 92, 91.5, 90, 89, 88, "优秀", ""]},
}


def read(source: Path | bytes, slug: str, year: Year = YEAR) -> Reading:
    return sandbox.read(source, form_of(slug, year))


def read_rows(raw: Mapping[str, Sequence[Mapping[str, object]]], slug: str, year: Year = YEAR) -> Reading:
    return typed_rows.read_rows(raw, form_of(slug, year))


def render(slug: str, year: Year = YEAR, rows: template.Filling | None = None) -> bytes:
    return template.render(form_of(slug, year), year, rows)


def labels(slug: str, sheet: str) -> list[str]:
    return [column.label for one in FORMS[slug].sheets if one.name == sheet for column in one.columns]


def sample(slug: str) -> dict[str, list[list[object]]]:
    """The tables of one well-filled row a sheet, header first."""
    return {sheet: [[*labels(slug, sheet)], [*row]] for sheet, row in SAMPLES[slug].items()}


def book(tables: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook of these tables: dates, numbers, booleans and percentages as Excel would keep them."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        percent = made.add_format({"num_format": '"排名"0.0%'})
        for name, rows in tables.items():
            page = made.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        page.write_datetime(at, column, datetime.combine(cell, time.min), day)
                    else:
                        page.write(at, column, cell, percent if isinstance(cell, Percent) else None)
    return target.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return target.getvalue()


def changed(slug: str, sheet: str, **cells: Any) -> bytes:  # noqa: ANN401 - whatever a cell may hold
    """The sample with one row's cells replaced, by label."""
    tables = sample(slug)
    header, row = tables[sheet]
    for label, cell in cells.items():
        row[header.index(label)] = cell
    return book(tables)
