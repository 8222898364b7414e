"""Whoever was let on stands on the next sheet, as having come or not: the phase says who was left off it."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook

from acts import read_back
from acts.load import load_rows
from forms.definitions import SheetRow
from forms.template import render
from models.database import Database
from phases.book import BOOK
from season.outcome import Outcome
from tests.support import sheets
from tests.support.scenes import FILED, NANJING, YEAR, Scene, stamp
from tests.support.sheets import Sheets

LAST = "3201-2022-0006"


def without(filled: Sheets, sheet: str) -> Sheets:
    return {**filled, sheet: filled[sheet][:-1]}


def changed(filled: Sheets, sheet: str, **cells: object) -> Sheets:
    *others, last = filled[sheet]
    changed_row: SheetRow = last.model_copy(update=cells)
    return {**filled, sheet: (*others, changed_row)}


def refused(said: Outcome) -> list[tuple[str, tuple[str, ...]]]:
    assert said.verdict is not None
    return [(one.rule, one.numbers) for one in said.verdict.refusals]


def test_who_is_left_off_a_sheet_is_named_and_who_was_absent_is_not(scene: Scene) -> None:
    scene.through("application", NANJING)
    applied = sheets.students(scene.city(NANJING))
    scores, interviews = sheets.shortlist(applied), sheets.interview(applied[:5], admitted=1, funded=1)
    assert refused(scene.file("shortlist", NANJING, without(scores, "scores"))) == [("shortlist.tested", (LAST,))]
    absent = changed(scores, "scores", score=None)
    assert refused(scene.file("shortlist", NANJING, absent)) == [
        ("shortlist.tested", (LAST,))
    ]  # and called all the same
    assert scene.file("shortlist", NANJING, changed(absent, "scores", shortlisted=False)).done
    left_off = without(interviews, "interviews")
    assert refused(scene.file("interview", NANJING, left_off)) == [("interviews.from-shortlist", ("3201-2022-0005",))]
    assert scene.file("interview", NANJING, changed(interviews, "interviews", came=False, score=None)).done


def test_who_is_admitted_has_a_score(scene: Scene) -> None:
    scene.through("shortlist", NANJING)
    filled = sheets.interview(sheets.students(scene.city(NANJING)), admitted=0)
    let_in: dict[str, object] = {"admitted": True, "funding": sheets.OWN}
    unscored = changed(filled, "interviews", score=None, **let_in)
    assert refused(scene.file("interview", NANJING, unscored)) == [("interviews.from-shortlist", (LAST,))]
    assert scene.file("interview", NANJING, changed(filled, "interviews", **let_in)).done


def test_whoever_is_tied_at_the_line_is_called_and_whoever_is_a_hundredth_below_is_not(scene: Scene) -> None:
    scene.through("application", NANJING)
    tied = sheets.shortlist(sheets.students(scene.city(NANJING)), n5=60, n6=60)
    one_of_two = changed(tied, "scores", shortlisted=False)
    below = changed(tied, "scores", score=Decimal("59.99"))
    for wrong in (one_of_two, below):
        assert refused(scene.file("shortlist", NANJING, wrong)) == [("shortlist.cut-line", (LAST,))]
    assert scene.file("shortlist", NANJING, tied).done


def test_absence_is_typed_kept_and_written_again(scene: Scene) -> None:
    scene.through("application", NANJING)
    typed = {"number": LAST, "name": "学生6", "subject": "物理", "score": " 缺 考 ", "shortlisted": "否"}
    rows = {"scores": [typed], "cut_lines": [{"subject": "物理", "line_score": "60"}]}
    assert load_rows(scene.database, YEAR, "shortlist", NANJING, rows, stamp(FILED["shortlist"])).done
    form = BOOK.form("shortlist", scene.year)
    with scene.database.read() as connection:
        lines = read_back.draft(connection, YEAR, form, NANJING)["scores"]
        assert read_back.written(form.sheets[0], lines) == {2: {**typed, "score": "缺考"}}


def test_a_form_begins_with_who_has_to_stand_on_it(scene: Scene) -> None:
    scene.through("interview", NANJING)

    def numbers(database: Database, slug: str) -> dict[str, list[object]]:
        form, phase = BOOK.form(slug, scene.year), BOOK.owner(slug).slug
        with database.read() as connection:
            found = read_back.begun(connection, scene.year, phase, form, NANJING)
        return {key: [row["number"] for row in rows.values()] for key, rows in found.items()}

    everybody = [f"3201-2022-000{place}" for place in range(1, 7)]
    assert numbers(scene.database, "application") == {"students": []}
    assert numbers(scene.database, "shortlist") == {"scores": everybody}
    assert numbers(scene.database, "interview") == {"interviews": everybody}
    assert numbers(scene.database, "meeting") == {"attendance": everybody[:2], "arrangement": []}
    assert numbers(scene.database, "cultivation") == {"plans": everybody[:2]}
    assert numbers(scene.database, "midterm") == {"results": everybody[:2]}
    assert numbers(scene.database, "year-end") == {"materials": everybody[:2]}
    assert numbers(scene.database, "evaluation") == {"evaluations": everybody[:2]}

    one_part = scene.year.model_copy(
        update={"phases": tuple(one.model_copy(update={"second_due": None}) for one in scene.year.phases)}
    )
    owed = {
        2: {"type": "市级", "unit": "南京市管理办公室", "mentor": None},
        3: {"type": "导师", "unit": "南京大学", "mentor": "南京导师1"},
        4: {"type": "中学", "unit": "南京一中", "mentor": None},
        5: {"type": "高校", "unit": "南京大学", "mentor": None},
    }
    form = BOOK.form("year-end", scene.year)
    with scene.database.read() as connection:
        found = read_back.begun(connection, one_part, "year-end", form, NANJING)
        assert found["summaries"] == read_back.summaries(connection, scene.year, NANJING) == owed
        said = read_back.beside(connection, YEAR, NANJING, found)
    assert said == {"materials": {(line, "name"): "导师：南京导师1" for line in (2, 3)}, "summaries": {}}
    assert comments(render(form, scene.year, found, beside=said)) == {"B2": "导师：南京导师1", "B3": "导师：南京导师1"}


def comments(workbook: bytes) -> dict[str, str]:
    """What is said at the cells below the header of the first sheet."""
    page = load_workbook(BytesIO(workbook)).worksheets[0]
    return {cell.coordinate: cell.comment.text for row in page.iter_rows(min_row=2) for cell in row if cell.comment}
