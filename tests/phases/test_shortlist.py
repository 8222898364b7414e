from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.judge import judge
from gates.verdict import Verdict
from phases.book import BOOK
from phases.shortlist import Score, ShortlistFacts
from tests.support.cards import FIGURES, broken, card, met


def score(number: str, subject: str, points: str, *, shortlisted: bool) -> Score:
    return Score(number, subject, Decimal(points), shortlisted=shortlisted, approved=True)


HIGH = score("3209-2022-0001", "数学", "82.5", shortlisted=True)
EDGE = score("3209-2022-0002", "数学", "60", shortlisted=True)
LOW = score("3209-2022-0003", "数学", "59.99", shortlisted=False)
OTHER = score("3209-2022-0004", "物理", "55", shortlisted=True)
LINES = {"数学": Decimal(60), "物理": Decimal(55)}


def facts(
    *scores: Score, lines: dict[str, Decimal] = LINES, applicants: dict[str, str] | None = None
) -> ShortlistFacts:
    approved = {row.number: row.subject for row in scores if row.approved}
    return ShortlistFacts(scores, lines, approved if applicants is None else applicants)


def good(listed: int, subjects: int) -> Verdict:
    line = f"分数线 {subjects}/{subjects}，名单不符 0 人"
    return Verdict(
        "shortlist",
        (met("shortlist.tested", f"{listed}/{listed}", f"{listed}/{listed}"), met("shortlist.cut-line", line, line)),
    )


CASES: dict[str, tuple[ShortlistFacts, Verdict]] = {
    "exactly those at or above the line": (facts(HIGH, EDGE, LOW, OTHER), good(3, 2)),
    "nobody applied": (facts(), good(0, 0)),
    "nobody reached the line": (facts(LOW), good(0, 1)),
    "an applicant who is left off the sheet": (
        facts(HIGH, applicants={HIGH.number: "数学", "3209-2022-0009": "数学"}),
        card(
            good(1, 1),
            broken(
                "shortlist.tested",
                "1/2",
                "2/2",
                "1 名申报审核通过的学生（3209-2022-0009）不在成绩表中；请补录成绩，没有参加测试的填“缺考”",
                "3209-2022-0009",
            ),
        ),
    ),
    "one who did not sit the test": (facts(HIGH, replace(EDGE, score=None, shortlisted=False)), good(1, 1)),
    "one who did not sit the test, and is listed": (
        facts(HIGH, replace(EDGE, score=None)),
        card(
            good(2, 1),
            broken(
                "shortlist.tested",
                "1/2",
                "2/2",
                "1 名入围学生（3209-2022-0002）缺考而列入；请按测试记录核对，确未参加测试的移出面试名单",
                "3209-2022-0002",
            ),
        ),
    ),
    "a line for a subject without applicants is let be": (facts(HIGH), good(1, 1)),
    "a shortlisted student who is not approved": (
        facts(HIGH, replace(EDGE, approved=False)),
        card(
            good(2, 1),
            broken(
                "shortlist.tested",
                "1/2",
                "2/2",
                "1 名入围学生（3209-2022-0002）未通过本市学生申报审核；请核对，确未通过的移出面试名单",
                "3209-2022-0002",
            ),
        ),
    ),
    "one who is not approved, at the line and not listed": (
        facts(HIGH, replace(EDGE, approved=False, shortlisted=False)),
        good(1, 1),
    ),
    "one at the line left out": (
        facts(HIGH, replace(EDGE, shortlisted=False)),
        card(
            good(1, 1),
            broken(
                "shortlist.cut-line",
                "分数线 1/1，名单不符 1 人",
                "分数线 1/1，名单不符 0 人",
                "1 名学生（3209-2022-0002）达到分数线而未列入；请按测试记录核对，确已达到的列入面试名单",
                "3209-2022-0002",
            ),
        ),
    ),
    "one a hundredth below it listed": (
        facts(HIGH, replace(LOW, shortlisted=True)),
        card(
            good(2, 1),
            broken(
                "shortlist.cut-line",
                "分数线 1/1，名单不符 1 人",
                "分数线 1/1，名单不符 0 人",
                "1 名学生（3209-2022-0003）未达分数线而列入；请按测试和划线记录核对，确未达到的移出面试名单",
                "3209-2022-0003",
            ),
        ),
    ),
    "a subject without a line, besides one left out": (
        facts(replace(HIGH, shortlisted=False), OTHER, lines={"数学": Decimal(60)}),
        card(
            good(1, 2),
            broken(
                "shortlist.cut-line",
                "分数线 1/2，名单不符 1 人",
                "分数线 2/2，名单不符 0 人",
                "物理 未划定分数线；请会同高校、科研院所划定；1 名学生（3209-2022-0001）达到分数线而未列入；"
                "请按测试记录核对，确已达到的列入面试名单",
                "3209-2022-0001",
            ),
        ),
    ),
    "nothing filed for those who applied": (
        facts(lines={}, applicants={"3209-2022-0001": "数学"}),
        card(
            good(0, 1),
            broken(
                "shortlist.tested",
                "0/1",
                "1/1",
                "1 名申报审核通过的学生（3209-2022-0001）不在成绩表中；请补录成绩，没有参加测试的填“缺考”",
                "3209-2022-0001",
            ),
            broken(
                "shortlist.cut-line",
                "分数线 0/1，名单不符 0 人",
                "分数线 1/1，名单不符 0 人",
                "数学 未划定分数线；请会同高校、科研院所划定",
            ),
        ),
    ),
    "held against the line of the subject applied for": (
        facts(replace(OTHER, subject="数学"), applicants={OTHER.number: "物理"}),
        good(1, 1),
    ),
}


@pytest.mark.parametrize(("case", "expected"), CASES.values(), ids=CASES)
def test_a_shortlist_is_judged(case: ShortlistFacts, expected: Verdict) -> None:
    assert judge(BOOK.gates["shortlist"], case, FIGURES) == expected


POINTS = st.decimals(min_value=0, max_value=100, places=2)


@given(line=POINTS, points=st.lists(POINTS, max_size=30), flips=st.sets(st.integers(0, 29)))
def test_a_shortlist_holds_exactly_when_no_one_is_misplaced(
    line: Decimal, points: list[Decimal], flips: set[int]
) -> None:
    scores = tuple(
        Score(f"3209-2022-{n:04}", "数学", value, shortlisted=(value >= line) is not (n in flips), approved=True)
        for n, value in enumerate(points)
    )
    misplaced = tuple(row.number for n, row in enumerate(scores) if n in flips)
    finding = judge(BOOK.gates["shortlist"], facts(*scores, lines={"数学": line}), FIGURES).findings[1]
    assert (finding.ok, set(finding.numbers) <= set(misplaced), len(finding.numbers)) == (
        not misplaced,
        True,
        min(20, len(misplaced)),
    )
