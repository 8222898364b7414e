from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.judge import judge
from gates.verdict import Verdict, Waived
from phases.book import BOOK
from phases.interview import Crowded, Interview, InterviewFacts
from tests.support.cards import FIGURES, broken, card, met

FIRST, LAST = date(2022, 1, 21), date(2022, 2, 17)
"""Between which an interview can have been."""

DAY = timedelta(days=1)
A, B = "3206-2022-0001", "3206-2022-0002"


def interviews(*, came: int, admitted: int, funded: int = 0, elsewhere: int = 0, absent: int = 0) -> InterviewFacts:
    """The first of those who came are admitted, the first of those admitted funded; the absent stand last."""
    rows = tuple(
        Interview(
            f"3206-2022-{n:04}",
            "化学",
            came=n < came,
            admitted=n < admitted,
            funded=n < funded,
            shortlisted=True,
            held_on=LAST,
        )
        for n in range(came + absent)
    )
    return InterviewFacts(rows, elsewhere, FIRST, LAST)


def good(ratio: str, funded: int = 0, elsewhere: int = 0) -> Verdict:
    return Verdict(
        "interview",
        (
            met("interviews.from-shortlist", "不符 0 人", "不符 0 人"),
            met("interviews.places", "超员导师 0 名", "超员导师 0 名"),
            met("interviews.one-child", "待核定、重复 0 人", "待核定、重复 0 人"),
            met("interviews.ratio", ratio, "3:1"),
            met("funding.city-cap", str(funded), "≤5"),
            met("funding.province-total", f"{elsewhere}+{funded}={elsewhere + funded}", "≤65"),
        ),
    )


def too_few(ratio: str, mend: str) -> Verdict:
    return card(good(ratio), broken("interviews.ratio", ratio, "3:1", mend))


def row(number: str, *, came: bool, admitted: bool, shortlisted: bool = True, held_on: date | None = LAST) -> Interview:
    return Interview(number, "化学", came, admitted, funded=False, shortlisted=shortlisted, held_on=held_on)


def with_others(*rows: Interview) -> InterviewFacts:
    return InterviewFacts((*OTHERS, *rows), 0, FIRST, LAST)


OTHERS = tuple(row(f"3206-2022-{n:04}", came=True, admitted=False, shortlisted=True) for n in range(10, 16))
STRAY = InterviewFacts(
    (
        *OTHERS,
        row("3206-2022-0001", came=False, admitted=True, shortlisted=True),
        row("3206-2022-0002", came=True, admitted=True, shortlisted=False),
        row("3206-2022-0003", came=False, admitted=False, shortlisted=False),
    ),
    0,
    FIRST,
    LAST,
)

CASES: dict[str, tuple[InterviewFacts, Verdict]] = {
    "more than enough": (interviews(came=20, admitted=5, funded=4), good("20:5", 4)),
    "three to one exactly": (interviews(came=15, admitted=5), good("15:5")),
    "one short of it": (
        interviews(came=14, admitted=5),
        too_few("14:5", "面试 14 人、入选 5 人，比例 2.8:1；需再面试 1 人，或少入选 1 人"),
    ),
    "the example of the office": (
        interviews(came=12, admitted=5),
        too_few("12:5", "面试 12 人、入选 5 人，比例 2.4:1；需再面试 3 人，或少入选 1 人"),
    ),
    "a ratio is cut, not rounded up to what is needed": (
        interviews(came=299, admitted=100),
        too_few("299:100", "面试 299 人、入选 100 人，比例 2.99:1；需再面试 1 人，或少入选 1 人"),
    ),
    "the absent do not count": (
        interviews(came=5, admitted=2, absent=4),
        too_few("5:2", "面试 5 人、入选 2 人，比例 2.5:1；需再面试 1 人，或少入选 1 人"),
    ),
    "admitted without a score": (
        with_others(replace(row(A, came=True, admitted=True), scored=False)),
        card(
            good("7:1"),
            broken(
                "interviews.from-shortlist",
                "不符 1 人",
                "不符 0 人",
                "1 名入选学生（3206-2022-0001）没有面试成绩；请按面试记录补填",
                "3206-2022-0001",
            ),
        ),
    ),
    "shortlisted and left off the sheet": (
        replace(interviews(came=15, admitted=5), left_off=("3206-2022-0077",)),
        card(
            good("15:5"),
            broken(
                "interviews.from-shortlist",
                "不符 1 人",
                "不符 0 人",
                "1 名面试名单中的学生（3206-2022-0077）不在面试表中；请补入，没有到场的“是否到场”填“否”",
                "3206-2022-0077",
            ),
        ),
    ),
    "on the first day and on the day of filing": (
        with_others(row(A, came=True, admitted=True, held_on=FIRST), row(B, came=True, admitted=True)),
        good("8:2"),
    ),
    "before the list was begun, and after the filing": (
        with_others(
            row(A, came=True, admitted=False, held_on=FIRST - DAY),
            row(B, came=True, admitted=False, held_on=LAST + DAY),
        ),
        card(
            good("8:0"),
            broken(
                "interviews.from-shortlist",
                "不符 2 人",
                "不符 0 人",
                f"2 名学生（{A}、{B}）的面试日期早于 2022-01-21 或晚于报送当天；请按面试记录核对日期",
                A,
                B,
            ),
        ),
    ),
    "who did not come, on no day": (with_others(row(A, came=False, admitted=False, held_on=None)), good("6:0")),
    "who came on no day": (
        with_others(row(A, came=True, admitted=False, held_on=None)),
        card(
            good("7:0"),
            broken(
                "interviews.from-shortlist",
                "不符 1 人",
                "不符 0 人",
                f"1 名到场学生（{A}）没有面试日期；请按面试记录补填",
                A,
            ),
        ),
    ),
    "who did not come, on a day that cannot be": (
        with_others(row(A, came=False, admitted=False, held_on=FIRST - DAY)),
        good("6:0"),
    ),
    "more admitted than a mentor has places": (
        replace(interviews(came=9, admitted=3), crowded=(Crowded("江海大学 示例 ", 1, (A, B)),)),
        card(
            good("9:3"),
            broken(
                "interviews.places",
                "超员导师 1 名",
                "超员导师 0 名",
                "江海大学 示例 计划招收 1 人、入选 2 人；请核对入选学生；计划招收人数登记有误的，请联系省级管理办公室",
                A,
                B,
            ),
        ),
    ),
    "of two who are one child both are admitted": (
        replace(interviews(came=9, admitted=3), doubled=(A,)),
        card(
            good("9:3"),
            broken(
                "interviews.one-child",
                "待核定、重复 1 人",
                "待核定、重复 0 人",
                f"1 名入选学生（{A}）经核定与另一入选者为同一人；请与有关市商定由哪一处培养，另一处取消入选",
                A,
            ),
        ),
    ),
    "nobody admitted, nobody came": (interviews(came=0, admitted=0, absent=3), good("0:0")),
    "nobody admitted of many": (interviews(came=9, admitted=0), good("9:0")),
    "admitted without coming, and interviewed without being listed": (
        STRAY,
        card(
            good("7:2"),
            broken(
                "interviews.from-shortlist",
                "不符 2 人",
                "不符 0 人",
                "1 名入选学生（3206-2022-0001）没有到场面试；请按签到记录核对，确未到场的取消入选；"
                "1 名面试学生（3206-2022-0002）不在面试名单中；请核对报名号，确不在其中的移出面试表",
                "3206-2022-0001",
                "3206-2022-0002",
            ),
        ),
    ),
    "five funded in the city": (interviews(came=30, admitted=8, funded=5), good("30:8", 5)),
    "six": (
        interviews(came=30, admitted=8, funded=6),
        card(
            good("30:8", 6),
            broken("funding.city-cap", "6", "≤5", "省级资助 6 人，原则上不超过 5 人；请为其中 1 人安排自筹经费"),
        ),
    ),
    "the last free places of the province": (
        interviews(came=30, admitted=8, funded=5, elsewhere=60),
        good("30:8", 5, 60),
    ),
    "one more than is free": (
        interviews(came=30, admitted=8, funded=5, elsewhere=61),
        card(
            good("30:8", 5, 61),
            broken(
                "funding.province-total",
                "61+5=66",
                "≤65",
                "其他设区市已占 61 人，本市 5 人，全省资助名额共 65 人；请为其中 1 人安排自筹经费",
            ),
        ),
    ),
    "a city that funds nobody is not refused for the others": (
        interviews(came=9, admitted=3, elsewhere=66),
        good("9:3", 0, 66),
    ),
    "more cannot be turned self-funded than are funded": (
        interviews(came=9, admitted=3, funded=1, elsewhere=70),
        card(
            good("9:3", 1, 70),
            broken(
                "funding.province-total",
                "70+1=71",
                "≤65",
                "其他设区市已占 70 人，本市 1 人，全省资助名额共 65 人；请为其中 1 人安排自筹经费",
            ),
        ),
    ),
}


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_interviews_are_judged(facts: InterviewFacts, expected: Verdict) -> None:
    assert judge(BOOK.gates["interview"], facts, FIGURES) == expected


def test_funded_but_not_admitted_takes_no_place() -> None:
    funded = replace(row(A, came=True, admitted=False), funded=True)
    assert judge(BOOK.gates["interview"], InterviewFacts((funded,), 65, FIRST, LAST), FIGURES) == good("1:0", 0, 65)


def _holds(came: int, admitted: int, ratio: Decimal = FIGURES.interview_ratio) -> bool:
    figures = FIGURES.model_copy(update={"interview_ratio": ratio})
    return judge(BOOK.gates["interview"], interviews(came=came, admitted=admitted), figures).findings[3].ok


@given(came=st.integers(0, 60), share=st.integers(0, 60), ratio=st.decimals(min_value=1, max_value=6, places=1))
def test_the_ratio_holds_exactly_when_it_is_reached(came: int, share: int, ratio: Decimal) -> None:
    admitted = min(share, came)
    assert _holds(came, admitted, ratio) is (came >= ratio * admitted)


@given(came=st.integers(1, 60), share=st.integers(1, 60))
def test_either_mend_of_a_ratio_is_just_enough(came: int, share: int) -> None:
    admitted = min(share, came)
    mend = judge(BOOK.gates["interview"], interviews(came=came, admitted=admitted), FIGURES).findings[3].mend
    if mend:
        more, fewer = (int("".join(filter(str.isdigit, part))) for part in mend.split("；")[1].split("，"))
        mended = [_holds(came + more, admitted), _holds(came, admitted - fewer)]
        nearly = [_holds(came + more - 1, admitted), _holds(came, admitted - fewer + 1)]
        assert (mended, nearly) == ([True, True], [False, False])


@given(funded=st.integers(0, 12), elsewhere=st.integers(0, 80))
def test_the_quotas_hold_exactly_within_the_years_figures(funded: int, elsewhere: int) -> None:
    facts = interviews(came=36, admitted=12, funded=funded, elsewhere=elsewhere)
    verdict = judge(BOOK.gates["interview"], facts, FIGURES)
    refused = {finding.rule for finding in verdict.refusals}
    expected = {
        "funding.city-cap": funded > 5,
        "funding.province-total": funded > 0 and funded + elsewhere > 65,
    }
    assert refused == {rule for rule, over in expected.items() if over}


WAIVED = Waived("省办 陈", "两名考生因病缺席")


def test_a_waived_ratio_shows_who_and_why_and_does_not_refuse() -> None:
    facts = interviews(came=12, admitted=5)
    verdict = judge(BOOK.gates["interview"], facts, FIGURES, {"interviews.ratio": WAIVED})
    ratio = verdict.findings[3]
    assert (verdict.passed, ratio.ok, ratio.waived, ratio.found) == (True, False, WAIVED, "12:5")


def test_a_waiver_of_a_rule_that_must_hold_is_not_honoured() -> None:
    facts = interviews(came=30, admitted=8, funded=6, elsewhere=65)
    waivers = dict.fromkeys(("funding.city-cap", "funding.province-total", "interviews.from-shortlist"), WAIVED)
    (refusal,) = judge(BOOK.gates["interview"], facts, FIGURES, waivers).refusals
    assert (refusal.rule, refusal.waived) == ("funding.province-total", None)


def test_a_waiver_of_a_rule_that_holds_is_not_shown() -> None:
    facts = interviews(came=15, admitted=5)
    assert judge(BOOK.gates["interview"], facts, FIGURES, {"interviews.ratio": WAIVED}) == good("15:5")
