"""Whatever stands in a cell is read as what was meant, or is a fault at its place: never dropped. By any writer."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from unicodedata import category

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright._impl._driver import compute_driver_executable

from forms.cells import is_blank
from forms.folding import fold
from forms.workbook_rows import MOST, Reading
from tests.support.books import NAME, NUMBER, book, labels, read, sample

Tables = Mapping[str, Sequence[Sequence[object]]]
MARKS = st.sampled_from("张三·•．. 　\u200b\ufeff\n\t'-–—0９％%✓√是否高⼤é①(（)）")
CELL = (
    st.text(MARKS, max_size=6)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5)
    | st.integers(-5, 10**11)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.booleans()
    | st.dates(date(1901, 1, 1), date(2100, 1, 1))
)
LABELS = labels("interview", "面试")
SHEETJS = Path(__file__).parents[1] / "fixtures" / "writers" / "sheetjs-0.18.5.mini.min.js"


def written(text: str) -> bool:
    """Whether a workbook can hold the text at all."""
    return all(category(mark) != "Cc" or mark in "\n\t" for mark in text) and not any(
        "\ufffe" <= m <= "\uffff" for m in text
    )


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(range(7)), CELL), min_size=10, max_size=30))
def test_no_cell_is_dropped(cells: list[tuple[int, object]]) -> None:
    good: list[object] = [NAME, "物理", date(2022, 2, 11), "是", 91, "是", "省级资助"]
    tables = sample("interview")
    del tables["面试"][1:]
    kept = [(at, value) for at, value in cells if not isinstance(value, str) or written(value)]
    for line, (at, value) in enumerate(kept, start=2):
        row = [f"3209-2022-{line:04}", *good]
        row[at] = value
        tables["面试"].append(row)
    reading = read(book(tables), "interview")
    rows = {row.line: row for row in reading.rows["interviews"]}
    faulty = {(one.row, label) for one in reading.errors for label in (one.column or "").split("、")}
    fields = [column.field for column in reading.form.sheets[0].columns]
    for line, (at, value) in enumerate(kept, start=2):
        place = (line, LABELS[at])
        if line in rows:
            found = getattr(rows[line], fields[at])
            assert place not in faulty
            assert is_blank(value) == (found in (None, ""))
            if isinstance(value, str) and at in {1, 2}:
                assert fold(str(found)) == fold(value)
        else:
            assert place in faulty


def by_openpyxl(tables: Tables) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in tables.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append([None if value == "" else value for value in row])
    return saved(made.save)


def by_openpyxl_in_a_stream(tables: Tables) -> bytes:
    made = openpyxl.Workbook(write_only=True)
    made.iso_dates = True
    for name, rows in tables.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(list(row))
    return saved(made.save)


def by_xlsxwriter(tables: Tables) -> bytes:
    return book(tables)


def by_xlsxwriter_row_by_row(tables: Tables) -> bytes:
    target = io.BytesIO()
    options = {"constant_memory": True, "default_date_format": "yyyy年m月d日", "in_memory": True}
    with xlsxwriter.Workbook(target, options) as made:
        for name, rows in tables.items():
            page = made.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
    return target.getvalue()


def by_pandas(tables: Tables) -> bytes:
    import pandas as pd  # type: ignore[import-untyped] # here alone: it takes a while to import

    target = io.BytesIO()
    with pd.ExcelWriter(target) as made:
        for name, rows in tables.items():
            pd.DataFrame(rows[1:], columns=rows[0]).to_excel(made, sheet_name=name, index=False)
    return target.getvalue()


def by_node(module: str, tables: Tables, folder: str = "") -> bytes:
    """By a library for JavaScript, run by the node that comes with the browser's driver."""
    given = json.dumps(tables, ensure_ascii=False, default=lambda value: {"day": value.isoformat()})
    command = [compute_driver_executable()[0], str(Path(__file__).with_name("writers.cjs")), module]
    environment = {"TZ": "UTC", "NODE_PATH": f"{folder}/node_modules"}
    return subprocess.run(command, input=given.encode(), capture_output=True, check=True, env=environment).stdout


def by_sheetjs(tables: Tables) -> bytes:
    return by_node(str(SHEETJS), tables)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    target = io.BytesIO()
    save(target)
    return target.getvalue()


WRITERS = (
    by_openpyxl,
    by_openpyxl_in_a_stream,
    by_xlsxwriter,
    by_xlsxwriter_row_by_row,
    by_pandas,
    by_sheetjs,
)


@pytest.mark.parametrize("slug", ["application", "interview", "meeting", "cultivation"])
def test_a_workbook_reads_the_same_whoever_wrote_it(slug: str) -> None:
    tables = {name: [[*row] for row in rows] for name, rows in sample(slug).items()}
    for rows in tables.values():
        rows[1] = [float(value) if isinstance(value, float) else value for value in rows[1]]
    readings = [read(by(tables), slug) for by in WRITERS]
    assert readings[0].errors == ()
    assert readings == [readings[0]] * len(WRITERS)


@pytest.mark.skipif("TALENT_TEST_NODE" not in os.environ, reason="a folder in which exceljs was installed, by npm")
def test_a_workbook_reads_the_same_by_exceljs() -> None:
    tables = sample("interview")
    by_exceljs = by_node("exceljs", tables, os.environ["TALENT_TEST_NODE"])
    assert read(by_exceljs, "interview") == read(by_openpyxl(tables), "interview")


def faults_of(count: int) -> Reading:
    tables = sample("interview")
    tables["面试"] += [[f"3209-2022-{1000 + line}", NAME, "语文", "x", "是", 91, "否", ""] for line in range(count)]
    return read(book(tables), "interview")


def test_so_many_faults_are_said_and_then_that_there_are_more() -> None:
    assert [len(faults_of(count).errors) for count in (MOST // 2, MOST // 2 + 1)] == [MOST, MOST + 1]
    reading = faults_of(2 * MOST)
    assert (len(reading.errors), reading.errors[-1].code) == (MOST + 1, "faults.more")
    assert reading.errors[-1].sentence == (
        f"“面试”表第 {MOST // 2 + 3} 行：已有 {MOST} 处错误，从这里起没有再查；请先改正以上各处，再重新上传。"
    )
    assert reading.errors[0].row == 3


def test_a_stray_space_anywhere_costs_nothing() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as made:
        page = made.add_worksheet("面试")
        for at, row in enumerate(sample("interview")["面试"]):
            page.write_row(at, 0, row)
        page.write_string(1_048_575, 16_383, " \u3000")
        page.write_string(900_000, 0, "\u200b")
    reading = read(target.getvalue(), "interview")
    assert ([row.line for row in reading.rows["interviews"]], reading.errors) == ([2], ())
    assert NUMBER in str(reading.rows)
