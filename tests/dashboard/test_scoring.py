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


PANEL = FIGURES.model_copy(update={"panel": 2})


def scored_by_two(at: int, first: int, second: int) -> TrainedStudent:
    return replace(student(at), scores=(*(Decimal(first),) * FIVE, *(Decimal(second),) * FIVE))


def test_the_scores_of_a_panel_are_averaged_and_scorers_who_are_far_apart_are_told() -> None:
    some = [scored_by_two(1, 90, 85), scored_by_two(2, 80, 99), scored_by_two(3, 80, 100), student(4)]
    ((*rows,),) = (found.rows for found in board(some, YEAR.subjects, PANEL))
    assert [(row.student.number[-1], row.rank, row.total_shown, row.averages_shown[:1]) for row in rows] == [
        ("3", 1, "90.00", ("90",)), ("2", 2, "89.50", ("89.5",)), ("1", 3, "87.50", ("87.5",)), ("4", None, "", ()),
    ]  # fmt: skip
    assert [[[*map(int, of)] for of in row.given[:1]] for row in rows] == [[[80, 100]], [[80, 99]], [[90, 85]], []]
    assert [row.doubts for row in rows[1:]] == [(), (), ()]
    assert rows[0].doubts == tuple(f"{name}：评委相差 20 分" for name in FIGURES.dimensions)
    assert rows[3].gaps == ("缺评委2的评分",)


def test_what_stands_apart_are_the_means_of_a_panel() -> None:
    odd = scored_by_two(9, 20, 30)
    (found,) = board([odd, *(scored_by_two(at, 85, 90) for at in range(9))], YEAR.subjects, PANEL)
    assert {row.student.number[-1]: row.apart for row in found.rows}["9"] == frozenset(range(FIVE))


def test_a_total_is_shown_cut_for_it_must_not_read_like_the_line() -> None:
    hair = replace(student(1), scores=(Decimal("84.99"), *(Decimal(85),) * 3, Decimal("84.99")))
    ((row,),) = (found.rows for found in board([hair], YEAR.subjects, FIGURES))
    assert row.total_shown == "84.99"
