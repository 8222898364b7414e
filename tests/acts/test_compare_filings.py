"""What a city filed is kept filing by filing, on both databases, and two of them are compared row by row."""

from __future__ import annotations

from decimal import Decimal

import pytest

from acts.compare_filings import ComparedRow, compare_filings
from models import filed_rows
from tests.support import sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene

APPLICATION, SHORTLIST = "application", "shortlist"


def compared(scene: Scene, phase: str, first: int = 1, second: int = 2) -> dict[str, list[ComparedRow]]:
    with scene.database.read() as connection:
        found = compare_filings(connection, scene.year, phase, NANJING, first, second)
    return {one.sheet.key: list(one.rows) for one in found}


def twice(scene: Scene) -> Scene:
    """Filed with a breach, returned, and filed again: one is another, one went, one came."""
    where = scene.city(NANJING)
    scene.through("mentor-recommendation", NANJING)
    first = [*sheets.students(where)[:4], sheets.student(where, 5, recommended=False)]
    scene.load(APPLICATION, NANJING, sheets.application(first), "2022-01-10T10:00")
    assert scene.submit(APPLICATION, NANJING, "2022-01-10T10:00").outcome == "returned"
    ranked = sheets.student(where, 1, subject_rank=Decimal("6.5"))
    again = [ranked, *sheets.students(where)[1:4], sheets.student(where, 6)]
    scene.load(APPLICATION, NANJING, sheets.application(again), "2022-01-11T10:00")
    assert scene.submit(APPLICATION, NANJING, "2022-01-11T10:00").done
    return scene


def test_rows_that_came_went_and_changed_are_told_apart(scene: Scene) -> None:
    rows = compared(twice(scene), APPLICATION)
    assert rows["schools"] == []
    said = {
        row.key[0][1]: (row.what, [(one.column.label, one.was, one.now) for one in row.cells])
        for row in rows["students"]
    }
    assert said["3201-2022-0001"] == ("changed", [("学科排名百分比", "8", "6.5")])
    assert [(number, what) for number, (what, _) in said.items()] == [
        ("3201-2022-0001", "changed"), ("3201-2022-0006", "came"), ("3201-2022-0005", "went"),
    ]  # fmt: skip
    assert ("出生日期", "", "2006-02-03") in said["3201-2022-0006"][1]
    assert ("中学推荐", "否", "") in said["3201-2022-0005"][1]


def test_what_a_filing_was_stays_though_its_draft_does_not(scene: Scene) -> None:
    with twice(scene).database.read() as connection:
        book = scene.database.book
        assert filed_rows.kept(connection, YEAR, APPLICATION, NANJING) == (1, 2)
        assert filed_rows.kept(connection, YEAR, APPLICATION, WUXI) == ()
        first = filed_rows.rows(connection, YEAR, APPLICATION, NANJING, 1, book.sheets["students"])
        roll = filed_rows.rows(connection, YEAR, "mentor-recommendation", NANJING, 1, book.sheets["mentors"])
    assert [(row["number"][-1], row["recommended"], row["subject_rank"]) for row in first.values()][-1] == (
        "5", False, Decimal("8.00"),
    )  # fmt: skip
    assert [row["honours"] for row in roll.values()] == [("国家杰青",)]


@pytest.mark.parametrize("second", [1, 3])
def test_a_filing_is_the_same_as_itself_and_one_that_is_not_kept_has_no_rows(scene: Scene, second: int) -> None:
    rows = compared(twice(scene), APPLICATION, 1, second)
    assert {row.what for row in rows["students"]} == ({"went"} if second == 3 else set())
