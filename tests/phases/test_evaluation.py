from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.judge import judge
from gates.verdict import Verdict
from phases.book import BOOK
from phases.scores import weighted
from phases.year_end import Evaluation, EvaluationFacts
from tests.support.cards import FIGURES, broken, card, met

A, B = "3204-2022-0001", "3204-2022-0002"
SCORES = (Decimal(0), Decimal(100), Decimal("85.5"), Decimal(90), Decimal(70))
HAIR = (Decimal("84.99"), *(Decimal(85),) * 3, Decimal("84.99"))  # a total of 84.996
BEST = Evaluation(A, SCORES, "优秀", reasoned=True)  # a total of 69.10
FAIR = Evaluation(B, SCORES, "合格", reasoned=False)
SOUND = EvaluationFacts((A, B), (BEST, FAIR), {A: 10, B: 3})
GOOD = Verdict(
    "evaluation",
    (met("year-end.visits", "1/1", "1/1"), met("year-end.evaluated", "2/2", "2/2")),
)
UNSCORED = f"1 名在培学生（{B}）没有完整的 5 项评分与等级；请补评"
BAD = card(GOOD, broken("year-end.evaluated", "1/2", "2/2", UNSCORED, B))


def short(count: int) -> Verdict:
    mend = f"1 名拟评优秀的学生（{A} 到校 {count} 次）到校不足 10 次，不评优秀；确有漏记的，由市级管理办公室凭记录补填"
    return card(GOOD, broken("year-end.visits", "0/1", "1/1", mend, A))


def unsaid(who: str) -> Verdict:
    said = f"1 名学生（{who}）的总分低于所定等级的分数线；请核对评分和等级，确定此等级的填写定级理由"
    shown = ("2/2，待说明 1 人", "2/2，待说明 0 人")
    return card(GOOD, broken("year-end.evaluated", *shown, said, who.partition(" ")[0]))


CASES: dict[str, tuple[EvaluationFacts, Verdict]] = {
    "ten visits are enough for the best; fewer for the others": (SOUND, GOOD),
    "nine visits": (replace(SOUND, visits={A: 9, B: 3}), short(9)),
    "no visit on record": (replace(SOUND, visits={}), short(0)),
    "fair with nine": (
        replace(SOUND, evaluations=(replace(BEST, grade="合格"), FAIR), visits={A: 9}),
        card(GOOD, met("year-end.visits", "0/0", "0/0")),
    ),
    "failed with none": (
        replace(SOUND, evaluations=(BEST, replace(FAIR, grade="不合格")), visits={A: 12}),
        GOOD,
    ),
    "nobody in training": (
        EvaluationFacts((), (), {}),
        card(GOOD, met("year-end.visits", "0/0", "0/0"), met("year-end.evaluated", "0/0", "0/0")),
    ),
    "one who left is let be": (
        replace(SOUND, evaluations=(BEST, FAIR, Evaluation("3204-2022-0003", (), "优秀", reasoned=False))),
        GOOD,
    ),
    "one not evaluated": (replace(SOUND, evaluations=(BEST,)), BAD),
    "one dimension missing": (replace(SOUND, evaluations=(BEST, replace(FAIR, scores=SCORES[:4]))), BAD),
    "a score above a hundred": (
        replace(SOUND, evaluations=(BEST, replace(FAIR, scores=(*SCORES[:4], Decimal("100.01"))))),
        BAD,
    ),
    "a grade that the total does not reach, without a reason": (
        replace(SOUND, evaluations=(replace(BEST, reasoned=False), FAIR)),
        unsaid(f"{A} 优秀，总分 69.1，线 85"),
    ),
    "five noughts are fair only with a reason": (
        replace(SOUND, evaluations=(BEST, replace(FAIR, scores=(Decimal(0),) * 5))),
        unsaid(f"{B} 合格，总分 0，线 60"),
    ),
    "a hair below the line": (
        replace(SOUND, evaluations=(replace(BEST, scores=HAIR, reasoned=False), FAIR)),
        unsaid(f"{A} 优秀，总分 84.99，线 85"),
    ),
    "exactly at the line": (
        replace(SOUND, evaluations=(replace(BEST, scores=(Decimal(85),) * 5, reasoned=False), FAIR)),
        GOOD,
    ),
    "a lower grade than the total allows": (
        replace(SOUND, evaluations=(BEST, replace(FAIR, scores=(Decimal(99),) * 5))),
        GOOD,
    ),
    "no grade": (replace(SOUND, evaluations=(BEST, replace(FAIR, grade=""))), BAD),
}


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_the_provinces_part_of_the_years_end_is_judged(facts: EvaluationFacts, expected: Verdict) -> None:
    assert judge(BOOK.gates["evaluation"], facts, FIGURES) == expected


@given(visits=st.integers(0, 30), need=st.integers(1, 20), grade=st.sampled_from(("优秀", "合格", "不合格")))
def test_too_few_visits_block_the_best_grade_and_no_other(visits: int, need: int, grade: str) -> None:
    figures = FIGURES.model_copy(update={"visits": need})
    facts = EvaluationFacts((A,), (replace(BEST, grade=grade),), {A: visits} if visits else {})
    assert judge(BOOK.gates["evaluation"], facts, figures).passed is not (grade == "优秀" and visits < need)


@pytest.mark.parametrize(
    ("weights", "total"),
    [((), "69.10"), ((1, 1, 1, 1, 1), "69.10"), ((5, 1, 1, 1, 2), "41.55"), ((1, 2, 1, 1, 1), "74.25")],
)
def test_the_total_goes_by_the_weights_of_the_year(weights: tuple[int, ...], total: str) -> None:
    figures = FIGURES.model_copy(update={"score_weights": weights})
    assert weighted(SCORES, figures) == Decimal(total)


PANEL = FIGURES.model_copy(update={"panel": 3})


def test_of_a_panel_who_did_not_score_is_named_beside_the_student() -> None:
    whole = replace(SOUND, evaluations=(replace(BEST, scores=SCORES * 3), replace(FAIR, scores=SCORES * 3)))
    assert judge(BOOK.gates["evaluation"], whole, PANEL) == GOOD
    said = "1 名在培学生（{}）没有完整的评分（3 名评委，每名 5 项）与等级；请补评"
    for scores, who in ((SCORES * 2, f"{B} 缺评委3"), (SCORES, f"{B} 缺评委2、评委3"), ((), B)):
        facts = replace(whole, evaluations=(whole.evaluations[0], replace(FAIR, scores=scores)))
        bad = card(GOOD, broken("year-end.evaluated", "1/2", "2/2", said.format(who), B))
        assert judge(BOOK.gates["evaluation"], facts, PANEL) == bad


def test_of_a_panel_the_mean_decides_which_grade_needs_a_reason() -> None:
    for third, reached in ((Decimal(85), True), (Decimal("84.99"), False)):
        scores = (*(Decimal(80),) * 5, *(Decimal(90),) * 5, *(third,) * 5)
        facts = replace(SOUND, evaluations=(replace(BEST, scores=scores, reasoned=False),), in_training=(A,))
        assert judge(BOOK.gates["evaluation"], facts, PANEL).passed is reached


def test_who_is_in_training_no_more_has_no_result() -> None:
    gate = BOOK["year-end"].province_gate
    assert gate is not None
    assert gate.tally is not None
    assert gate.results is not None
    left = replace(SOUND, in_training=(A,))
    assert (gate.results(left), gate.tally(left)) == ({A: BEST.grade}, {"excellent": 1, "certificates": 1})
    assert gate.results(SOUND).keys() == {A, B}
