from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.judge import judge
from gates.verdict import Verdict
from phases.book import BOOK
from phases.year_end import Materials, YearEndFacts
from tests.support.cards import FIGURES, broken, card, met

A, B = "3203-2022-0001", "3203-2022-0002"
ALL = frozenset({1, 2, 3})


def sheet(number: str) -> Materials:
    return Materials(number, project_report=True, training_report=True, growth_log=True, mentor_evaluation=True)


SOUND = YearEndFacts(
    in_training=(A, B),
    materials=(sheet(A), sheet(B)),
    logs={A: ALL, B: ALL},
    records={A: ALL, B: ALL},
    summaries_owing={"市级": (), "导师": (), "中学": ()},
    spent=Decimal("18000.00"),
    left=Decimal(2000),
    targets=1,
)
GOOD = Verdict(
    "year-end",
    (
        met("year-end.materials", "2/2", "2/2"),
        met("year-end.logs", "2/2", "2/2"),
    ),
)
NEEDED = "支出不超过 20000 元，绩效 ≥1 项"
SUMMED_UP = Verdict(
    "summing-up",
    (
        met("year-end.summaries", "欠交 0", "欠交 0"),
        met("year-end.funds", "支出 18000 元，结余 2000 元，绩效 1 项", NEEDED),
    ),
)


def funds(found: str, mend: str) -> Verdict:
    return card(SUMMED_UP, broken("year-end.funds", found, NEEDED, mend))


CASES: dict[str, tuple[YearEndFacts, Verdict]] = {
    "all there": (SOUND, GOOD),
    "nobody in training": (
        replace(SOUND, in_training=(), materials=(), logs={}, records={}),
        card(GOOD, met("year-end.materials", "0/0", "0/0"), met("year-end.logs", "0/0", "0/0")),
    ),
    "papers of one who left are let be": (
        replace(SOUND, in_training=(A,), materials=(sheet(A), replace(sheet(B), growth_log=False)), logs={A: ALL}),
        card(GOOD, met("year-end.materials", "1/1", "1/1"), met("year-end.logs", "1/1", "1/1")),
    ),
    "a report missing, and a row": (
        replace(SOUND, materials=(replace(sheet(A), project_report=False),)),
        card(
            GOOD,
            broken(
                "year-end.materials",
                "0/2",
                "2/2",
                f"2 名在培学生（{A}、{B}）材料不全，"
                "缺课题报告 2 份、培养报告 1 份、成长日志 1 份、导师评价 1 份；"
                "请核对，已有的据实登记，确实没有的请学生、导师补交",
                A,
                B,
            ),
        ),
    ),
    "one log of one stage missing": (
        replace(SOUND, logs={A: ALL, B: ALL - {2}}),
        card(
            GOOD,
            broken(
                "year-end.logs",
                "1/2",
                "2/2",
                f"1 名在培学生（{B}）缺第 2 阶段成长日志 1 份；请核对，已有的据实登记，确实没有的由导师督促学生补交",
                B,
            ),
        ),
    ),
    "a log missing that is there with a day that cannot be": (
        replace(SOUND, logs={A: ALL - {2}, B: ALL - {2}}, misdated_logs={A: frozenset({1}), B: frozenset({2})}),
        card(
            GOOD,
            broken(
                "year-end.logs",
                "0/2",
                "2/2",
                f"2 名在培学生（{A}、{B}）缺第 2 阶段成长日志 2 份（其中 1 份已登记而日期早于培养开始或晚于报送日，"
                "不计入，填错的据实更正日期）；请核对，已有的据实登记，确实没有的由导师督促学生补交",
                A,
                B,
            ),
        ),
    ),
    "logs and records missing, named in the order of training": (
        replace(SOUND, logs={A: ALL}, records={A: frozenset({1, 2}), B: ALL}),
        card(
            GOOD,
            broken(
                "year-end.logs",
                "0/2",
                "2/2",
                f"2 名在培学生（{A}、{B}）缺第 1 阶段成长日志 1 份、第 2 阶段成长日志 1 份、第 3 阶段成长日志 1 份、"
                "第 3 阶段面谈记录 1 份；请核对，已有的据实登记，确实没有的由导师督促学生补交",
                A,
                B,
            ),
        ),
    ),
}

LATER: dict[str, tuple[YearEndFacts, Verdict]] = {
    "all there": (SOUND, SUMMED_UP),
    "the city's own summary missing": (
        replace(SOUND, summaries_owing={"市级": ("",)}),
        card(SUMMED_UP, broken("year-end.summaries", "欠交 市级 1", "欠交 0", "缺 1 份市级年度工作总结；请补交")),
    ),
    "a mentor's summary missing": (
        replace(SOUND, summaries_owing={"导师": ("李甲（江海大学）",)}),
        card(
            SUMMED_UP,
            replace(
                broken(
                    "year-end.summaries",
                    "欠交 导师 1",
                    "欠交 0",
                    "缺 1 名导师（李甲（江海大学））的年度工作总结；请补交",
                    "李甲（江海大学）",
                ),
                actor="mentor",
            ),
        ),
    ),
    "a school's summary missing": (
        replace(SOUND, summaries_owing={"中学": ("江海中学",)}),
        card(
            SUMMED_UP,
            replace(
                broken(
                    "year-end.summaries",
                    "欠交 中学 1",
                    "欠交 0",
                    "缺 1 所中学（江海中学）的年度工作总结；请补交",
                    "江海中学",
                ),
                actor="school",
            ),
        ),
    ),
    "all summaries missing": (
        replace(
            SOUND,
            summaries_owing={"中学": ("江海中学", "滨江中学"), "导师": ("李甲（江海大学）",), "市级": ("",)},
        ),
        card(
            SUMMED_UP,
            broken(
                "year-end.summaries",
                "欠交 市级 1、导师 1、中学 2",
                "欠交 0",
                "缺 1 份市级年度工作总结、1 名导师（李甲（江海大学））的年度工作总结、"
                "2 所中学（江海中学、滨江中学）的年度工作总结；请补交",
                "李甲（江海大学）",
                "江海中学",
                "滨江中学",
            ),
        ),
    ),
    "an institution's summary missing": (
        replace(SOUND, summaries_owing={"高校": ("江海大学",)}),
        card(
            SUMMED_UP,
            replace(
                broken(
                    "year-end.summaries",
                    "欠交 高校 1",
                    "欠交 0",
                    "缺 1 家高校、科研院所（江海大学）的年度工作总结；请补交",
                    "江海大学",
                ),
                actor="institution",
            ),
        ),
    ),
    "a cent short": (
        replace(SOUND, left=Decimal("1999.99")),
        funds(
            "支出 18000 元，结余 2000 元，绩效 1 项",
            "支出合计 18000 元，应结余 2000 元，填列的结余为 1999.99 元；请按账目核对支出和结余",
        ),
    ),
    "what is left over is worked out": (replace(SOUND, left=None), SUMMED_UP),
    "all of it spent": (
        replace(SOUND, spent=Decimal(20000), left=None),
        card(SUMMED_UP, met("year-end.funds", "支出 20000 元，结余 0 元，绩效 1 项", NEEDED)),
    ),
    "more than was given": (
        replace(SOUND, spent=Decimal("20000.01"), left=None),
        funds(
            "支出 20000.01 元，结余 0 元，绩效 1 项",
            "支出合计 20000.01 元，比拨付的 20000 元多 0.01 元；请按账目核对，超出拨付的支出另行注明来源，不在此填列",
        ),
    ),
    "no performance target": (
        replace(SOUND, targets=0),
        funds("支出 18000 元，结余 2000 元，绩效 0 项", "没有绩效指标完成情况；请至少填报 1 项"),
    ),
    "nothing at all": (
        replace(SOUND, spent=None, left=None, targets=0),
        funds(
            "未填报，绩效 0 项",
            "没有填报经费使用情况；请按账目逐项填列支出，没有支出的填列结余；没有绩效指标完成情况；请至少填报 1 项",
        ),
    ),
}


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_the_citys_part_of_the_years_end_is_judged(facts: YearEndFacts, expected: Verdict) -> None:
    assert judge(BOOK.gates["year-end"], facts, FIGURES) == expected


@pytest.mark.parametrize(("facts", "expected"), LATER.values(), ids=LATER)
def test_what_the_city_files_after_that_is_judged(facts: YearEndFacts, expected: Verdict) -> None:
    owing = FIGURES.model_copy(update={"summaries_owed": FIGURES.summaries_asked})
    assert judge(BOOK.gates["summing-up"], facts, owing) == expected


def test_a_summary_that_is_asked_for_and_not_owed_is_shown_and_refuses_nothing() -> None:
    facts = replace(SOUND, summaries_owing={"高校": ("江海大学",)})
    shown = met("year-end.summaries", "欠交 0；未交而不影响通过：高校 1", "欠交 0")
    assert judge(BOOK.gates["summing-up"], facts, FIGURES) == card(SUMMED_UP, shown)


def test_in_a_year_that_dates_no_second_part_all_is_judged_at_filing() -> None:
    rules = [[rule.id for rule in BOOK["year-end"].at_filing(dated=dated).rules] for dated in (True, False)]
    assert rules[1] == [*rules[0], "year-end.summaries", "year-end.funds"]


def test_the_stages_are_those_of_the_year() -> None:
    figures = FIGURES.model_copy(update={"stages": ((3, 6), (7, 11))})
    facts = replace(SOUND, logs={A: frozenset({1, 2}), B: ALL}, records={A: ALL, B: frozenset({1, 2})})
    assert judge(BOOK.gates["year-end"], facts, figures) == GOOD


@given(spent=st.lists(st.decimals(min_value=0, max_value=20000, places=2), max_size=6))
def test_the_remainder_always_settles_the_account(spent: list[Decimal]) -> None:
    rest = Decimal(20000) - sum(spent, Decimal(0))
    outcome = [
        judge(BOOK.gates["summing-up"], replace(SOUND, spent=sum(spent, Decimal(0)), left=left), FIGURES).passed
        for left in (rest, None, rest + Decimal("0.01"))
    ]
    assert outcome == [rest >= 0, rest >= 0, False]
