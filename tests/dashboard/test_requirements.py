from __future__ import annotations

from dashboard.views import requirements
from dashboard.views.requirements import RequiredRule
from phases.book import BOOK
from tests.support.made import calendar

YEAR = calendar()


def test_the_year_end_lists_its_judgements_and_what_is_only_recorded() -> None:
    asked = requirements.rules(BOOK["year-end"], YEAR.phase("year-end"))
    assert [(one.name, one.judged) for one in asked] == [
        ("年度评价材料", "报送时"),
        ("成长日志与面谈记录", "报送时"),
        ("年度工作总结", "补齐之后"),
        ("经费使用与绩效", "补齐之后"),
        ("到校次数", "公布结果时"),
        ("年度评价与等级", "公布结果时"),
        ("学生跟踪", "只作记录"),
    ]


def test_a_rule_tells_its_clause_its_kind_and_who_acts() -> None:
    ratio = RequiredRule("面试与入选比例", "三(二)", "原则上", "市级管理办公室", "报送时")
    assert ratio in requirements.rules(BOOK["interview"], YEAR.phase("interview"))


def test_every_rule_stands_on_the_page_of_one_phase() -> None:
    shown = [one.name for phase in YEAR.phases for one in requirements.rules(BOOK[phase.slug], phase)]
    assert sorted(shown) == sorted(rule.name for rule in BOOK.rules.values())


def test_figures_have_their_units_and_come_from_the_year() -> None:
    figures = YEAR.figures.model_copy(update={"funded_cap": 70})
    assert requirements.figures(BOOK["interview"], YEAR.phase("interview"), figures) == (
        ("面试人数与入选人数之比不少于", "3:1"),
        ("每个设区市的省级资助名额", "5 人"),
        ("全省的省级资助名额", "70 人"),
        ("每名受资助学生", "5,000 元"),
        ("重新开放、延期、退回之后至少留给城市的时间", "3 个工作日"),
        ("报送之后省办审定、备案的时间", "5 个工作日"),
        ("省办期限前几个工作日提醒省办", "3、1"),
        ("截止之后第几个工作日督办", "3"),
    )
    shown = requirements.figures(BOOK["cultivation"], YEAR.phase("cultivation"), figures)
    assert ("培养阶段的起止月份", "3–6 月、7–8 月、9–11 月") in shown
