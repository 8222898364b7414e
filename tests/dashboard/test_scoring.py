"""The board of the evaluation: ranks, totals, what is missing, what does not fit, what stands apart."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from calendars import files
from dashboard.views.scoring import board
from models.evaluations import TrainedStudent

YEAR = files.load(2022)
FIGURES, FIVE = YEAR.figures, len(YEAR.figures.dimensions)


def student(at: int, score: int | None = 90, grade: str = "优秀", subject: str = "物理") -> TrainedStudent:
    scores = () if score is None else (Decimal(score),) * FIVE
    there = (4, FIGURES.visits, len(FIGURES.stages), len(FIGURES.stages), True)
    return TrainedStudent("nanjing", f"3201-2022-{at:04}", f"学生{at}", subject, *there, scores, grade, reasoned=False)


def test_students_stand_by_subject_in_the_order_of_the_year_and_by_total_within_it() -> None:
    some = [student(1, 85), student(2, 90), student(3, 90), student(4, None, ""), student(5, 70, "合格", "数学")]
    found = board(some, YEAR.subjects, FIGURES)
    assert [(one.subject, dict(one.grades)) for one in found] == [
        ("数学", {"合格": 1}),
        ("物理", {"优秀": 3, "": 1}),
    ]
    assert [(row.student.number[-1], row.rank, row.total) for row in found[1].rows] == [
        ("2", 1, 90), ("3", 1, 90), ("1", 3, 85), ("4", None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "gaps", "doubts"),
    [
        (student(1), (), ()),
        (replace(student(1), visits=8), ("到校 8/10",), ("到校不足，不能评优秀",)),
        (replace(student(1), materials=3, logs=2), ("材料 3/4", "成长日志 2/3"), ()),
        (replace(student(1), qualified=None, talks=0), ("面谈记录 0/3", "没有中期评价"), ()),
        (student(1, None, ""), ("没有评分", "没有定等级"), ()),
        (student(1, 0), (), ("各项均为 0 分", "总分低于“优秀”的 85")),
        (replace(student(1, 84), reasoned=True), (), ()),
        (student(1, 84), (), ("总分低于“优秀”的 85",)),
        (student(1, 60, "不合格"), (), ("总分达到 60 而定为不合格",)),
    ],
)  # fmt: skip
def test_what_is_missing_and_what_does_not_fit_is_said(
    one: TrainedStudent, gaps: tuple[str, ...], doubts: tuple[str, ...]
) -> None:
    ((row,),) = (found.rows for found in board([one], YEAR.subjects, FIGURES))
    assert (row.gaps, row.doubts, row.noted) == (gaps, doubts, bool(gaps or doubts))


def test_a_score_that_stands_apart_from_its_subject_is_marked_where_there_are_enough() -> None:
    odd = student(9)
    odd = replace(odd, scores=(Decimal(20), *odd.scores[1:]))
    for others, marked in ((9, frozenset({0})), (3, frozenset())):
        (found,) = board([odd, *(student(at) for at in range(others))], YEAR.subjects, FIGURES)
        assert {row.student.number: row.apart for row in found.rows}[odd.number] == marked
        assert [row.apart for row in found.rows if row.student.number != odd.number] == [frozenset()] * others
