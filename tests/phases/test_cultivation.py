from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gates.judge import judge
from gates.verdict import Verdict
from phases.book import BOOK
from phases.cultivation import CultivationFacts
from phases.midterm import MidtermFacts, MidtermResult, leaving
from tests.support.cards import FIGURES, broken, card, met

A, B, C = "3202-2022-0001", "3202-2022-0002", "3202-2022-0003"
EXIT = "不合格者退出培养"

PLANS: dict[str, tuple[CultivationFacts, Verdict]] = {
    "a plan for each": (
        CultivationFacts((A, B), frozenset({A, B})),
        Verdict("cultivation", (met("cultivation.plan", "2/2", "2/2"),)),
    ),
    "the plan of one who left is let be": (
        CultivationFacts((A,), frozenset({A, B})),
        Verdict("cultivation", (met("cultivation.plan", "1/1", "1/1"),)),
    ),
    "nobody in training": (
        CultivationFacts((), frozenset()),
        Verdict("cultivation", (met("cultivation.plan", "0/0", "0/0"),)),
    ),
    "one without": (
        CultivationFacts((A, B, C), frozenset({A, C})),
        Verdict(
            "cultivation",
            (broken("cultivation.plan", "2/3", "3/3", f"1 名在培学生（{B}）没有培养方案；请导师补交", B),),
        ),
    ),
}


@pytest.mark.parametrize(("facts", "expected"), PLANS.values(), ids=PLANS)
def test_plans_are_judged(facts: CultivationFacts, expected: Verdict) -> None:
    assert judge(BOOK.gates["cultivation"], facts, FIGURES) == expected


OPENED, FILED = date(2022, 2, 10), date(2022, 8, 30)
FIRST = MidtermResult(A, "数学", date(2022, 8, 20), qualified=True)
SECOND = MidtermResult(B, "物理", FILED, qualified=True)
THIRD = MidtermResult(C, "数学", date(2022, 8, 20), qualified=False)


def midterm(*results: MidtermResult, training: tuple[str, ...] = (A, B, C)) -> MidtermFacts:
    return MidtermFacts(results, training, OPENED, FILED)


GOOD = Verdict(
    "midterm",
    (
        met("midterm.by-subject", "3/3（数学 2、物理 1）", "3/3"),
        met("midterm.exit", "退出 1 人", EXIT, C),
    ),
)
MISSING = f"1 名在培学生（{B}）没有中期汇报与评价；请按学科组织汇报并评定合格或不合格"
ELSEWHEN = f"1 名在培学生（{B}）的汇报日期早于 2022-02-10 或晚于报送当天；请按汇报记录核对日期"

MIDTERMS: dict[str, tuple[MidtermFacts, Verdict]] = {
    "all reported, one on the day of filing, one leaves": (midterm(FIRST, SECOND, THIRD), GOOD),
    "all stay": (
        midterm(FIRST, SECOND, replace(THIRD, qualified=True)),
        card(GOOD, met("midterm.exit", "退出 0 人", EXIT)),
    ),
    "nobody in training": (
        midterm(training=()),
        card(GOOD, met("midterm.by-subject", "0/0", "0/0"), met("midterm.exit", "退出 0 人", EXIT)),
    ),
    "a result of someone not in training is let be": (
        midterm(FIRST, SECOND, THIRD, training=(A, B)),
        card(
            GOOD,
            met("midterm.by-subject", "2/2（数学 1、物理 1）", "2/2"),
            met("midterm.exit", "退出 0 人", EXIT),
        ),
    ),
    "one without a result": (
        midterm(FIRST, THIRD),
        card(GOOD, broken("midterm.by-subject", "2/3（数学 2）", "3/3", MISSING, B)),
    ),
    "a report to come is no report": (
        midterm(FIRST, replace(SECOND, reported_on=date(2022, 8, 31)), THIRD),
        card(GOOD, broken("midterm.by-subject", "2/3（数学 2）", "3/3", ELSEWHEN, B)),
    ),
    "nor is one before the phase before opened; another has none": (
        midterm(FIRST, replace(SECOND, reported_on=date(2022, 2, 9))),
        card(
            GOOD,
            broken("midterm.by-subject", "1/3（数学 1）", "3/3", f"{MISSING.replace(B, C)}；{ELSEWHEN}", C, B),
            met("midterm.exit", "退出 0 人", EXIT),
        ),
    ),
}


@pytest.mark.parametrize(("facts", "expected"), MIDTERMS.values(), ids=MIDTERMS)
def test_midterms_are_judged(facts: MidtermFacts, expected: Verdict) -> None:
    assert judge(BOOK.gates["midterm"], facts, FIGURES) == expected


def test_those_not_qualified_leave() -> None:
    assert leaving(midterm(FIRST, SECOND, THIRD)) == (C,)
