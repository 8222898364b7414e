"""What a year file may say and the programme cannot do is refused by name; what it lets pass stops nothing."""

from __future__ import annotations

from typing import get_args

import pytest

from calendars.faults import CalendarFaults, Fault
from calendars.files import load, shipped, stored
from calendars.limits import LISTS, MOST, WIDEST, limits
from calendars.year import Ending, Figures, Year
from letters.words import DECISIONS, LAST_WORDS
from phases.book import BOOK
from tests.support.years import parse

TEXT = load(2022).source_text
NAME = 'name = "学生申报"'
SENIOR = 'senior_grades = ["高一", "高二"]'
DIMENSION = 'dimensions = ["科学兴趣", "学科基础知识", "创新及科研潜质", "综合能力", "英语交流能力"]'
SUBJECTS = 'subjects = ["数学", "物理", "化学", "生物", "计算机"]'
HONOURS = 'honours = ["长江学者", "国家杰青", "国家级教学名师", "省级教学名师"]'
TEAM = ('team_degrees = ["博士"]', 'team_titles = ["正高", "副高"]')
SHORTLIST = TEXT[TEXT.index("[phases.shortlist]") : TEXT.index("[phases.interview]")].strip()
ONE_LINE = ("含有换行、控制字符、首尾空格，或太长", "写成一行，100 字以内，前后不留空格")
MANY = str([f"{place:020}" for place in range(10)]).replace("'", '"')
MORE = ", ".join(f'"方面{place}"' for place in range(8))
A_WORD = "写成 30 字以内的词，不含顿号、逗号、分号、引号、花括号和首尾空格"
NO_HEAD = "换一个名称，不含空格和星号"

# what is changed in the notice's file, and the faults that follow: key, reason, mend
CASES: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str, str]]]] = {
    "a phase that does not wait for what it stands on": (
        [('requires = ["application"]', "requires = []")],
        [
            (
                "phases.shortlist.requires",
                "没有要求 application，而这个阶段的表和系统核验要用它的结果",
                '写上 "application"，或经由其他阶段要求它',
            )
        ],
    ),
    "phases in another order": (
        [(SHORTLIST, ""), ("[phases.meeting]", f"{SHORTLIST}\n\n[phases.meeting]")],
        [("phases.interview", "写在所要求的 shortlist 之前", "各阶段按先后排列，移到它后面")],
    ),
    "more dimensions than a sheet is wide": (
        [(DIMENSION, DIMENSION.replace("]", f", {MORE}]"))],
        [("figures.dimensions", "有 13 个方面，评价表放不下", "不超过 12 个方面")],
    ),
    "more scores than a sheet is wide": (
        [(DIMENSION, DIMENSION.replace("]", ', "体质", "毅力"]')), ("panel = 1", "panel = 9")],
        [("figures.panel", "9 名评委各评 7 个方面，评价表放不下", "评委数乘以方面数不超过 60")],
    ),
    "a panel as large as a hall": (
        [("panel = 1", "panel = 10")],
        [("figures.panel", "“10”太大", "不超过 9")],
    ),
    "no dimension": (
        [(DIMENSION, "dimensions = []")],
        [("figures.dimensions", "一个也没有写", "至少写一个")],
    ),
    "no summary": (
        [('summaries_owed = ["市级", "导师", "中学"]', "summaries_owed = []")],
        [("figures.summaries_owed", "一个也没有写", "至少写一个")],
    ),
    "dimensions that are no headers": (
        [('"科学兴趣"', '"姓名"'), ('"综合能力"', '"综合 能力"'), ('"学科基础知识"', '"英语交流能力"')],
        [
            ("figures.dimensions", "“英语交流能力”重复（全角、半角不作区别）", "只留一个"),
            ("figures.dimensions", "“姓名”不能作评价表的表头", NO_HEAD),
            ("figures.dimensions", "“综合 能力”不能作评价表的表头", NO_HEAD),
        ],
    ),
    "lists of nothing": (
        [
            *((SUBJECTS, "subjects = []"), (SENIOR, "senior_grades = []"), (HONOURS, "honours = []")),
            *(("[[3, 6], [7, 8], [9, 11]]", "[]"), ('junior_subjects = ["计算机"]', "junior_subjects = []")),
            *((TEAM[0], "team_degrees = []"), (TEAM[1], "team_titles = []")),
        ],
        [
            ("subjects", "一个也没有写", "至少写一个学科"),
            ("figures.senior_grades", "一个也没有写", "至少写一个"),
            ("figures.honours", "一个也没有写", "至少写一个"),
            ("figures.stages", "一个也没有写", "至少写一个"),
            ("figures.team_degrees", "与 team_titles 都是空的", "学位、职称至少写一项，否则没有人能进培养团队"),
        ],
    ),
    "words that no cell can hold": (
        [('"物理", "化学"', '"物理、化学", "{化学}"'), (SENIOR, 'senior_grades = ["高一", " 高二"]')],
        [
            ("subjects", "“物理、化学”不能作选项", A_WORD),
            ("subjects", "“{化学}”不能作选项", A_WORD),
            ("figures.senior_grades", "“ 高二”不能作选项", A_WORD),
        ],
    ),
    "words that are one to a cell": (
        [(SENIOR, 'senior_grades = ["高一（理）", "高一(理)"]')],
        [("figures.senior_grades", "“高一(理)”重复（全角、半角不作区别）", "只留一个")],
    ),
    "a list that no drop-down can hold": (
        [(SENIOR, f"senior_grades = {MANY}")],
        [("figures.senior_grades", "各项合起来太长，下拉选项放不下", "合计不超过 200 字")],
    ),
    "names of two lines": (
        [('title = "2022 年', 'title = "2022\\n年'), (NAME, 'name = "学生申报 "')],
        [("title", *ONE_LINE), ("phases.application.name", *ONE_LINE)],
    ),
    "two phases of one name, one called as another's slug": (
        [(NAME, 'name = "面试名单"'), ('name = "中期评价"', 'name = "meeting"')],
        [
            ("phases.application、shortlist.name", "“面试名单”指不止一个阶段", "每个阶段的名称各不相同"),
            ("phases.meeting、midterm.name", "“meeting”指不止一个阶段", "每个阶段的名称各不相同"),
        ],
    ),
    "cities called as others are spelt and numbered": (
        [('name = "南京"', 'name = "wuxi"'), ('name = "徐州"', 'name = "3204"')],
        [
            ("cities.nanjing.name", "“wuxi”也指 wuxi", "写城市的中文名"),
            ("cities.xuzhou.name", "“3204”也指 changzhou", "写城市的中文名"),
        ],
    ),
    "a city called as the province": (
        [("nanjing = {", "province = {")],
        [("cities.province", "这个拼音另有所指", "换一个拼音")],
    ),
    "a monthly watch where nobody is watched": (
        [("opens = 2022-07-01\n", "opens = 2022-07-01\nmonthly_from = 2022-08-01\n")],
        [("phases.midterm.monthly_from", "这个阶段没有每月提醒", "删去这一行")],
    ),
    "days beyond all counting": (
        [
            *(("province_due = 2022-12-31", "province_due = 2222-12-31"), ("grace = 3", "grace = 1000000000")),
            *(("rungs = [14, 7, 3, 1]", "rungs = [1400, 7]"), ("province_rungs = [3, 1]", "province_rungs = [61]")),
        ],
        [
            ("figures.grace", "“1000000000”太大", "不超过 60"),
            ("figures.province_rungs", "提前提醒的天数 61 太大", "不超过 60 个工作日"),
            ("phases.interview.rungs", "提前提醒的天数 1400 太大", "不超过 366 天"),
            ("phases.year-end.province_due", "2222-12-31 不属于 2022 年度", "改成 2022 至 2023 年的日期"),
        ],
    ),
    "training beyond the last due day": (
        [("cultivation_months = [1, 12]", "cultivation_months = [2, 1]")],
        [
            (
                "figures.cultivation_months",
                "培养周期到 2023 年 1 月，而各阶段最迟 2022-12-31 截止",
                "写成 [起月, 止月]，或推后各阶段的截止日",
            )
        ],
    ),
    "a rank finer than ranks are kept": (
        [("subject_rank = 10", "subject_rank = 10.005")],
        [("figures.subject_rank", "小数超过两位，而排名只记到两位", "写成至多两位小数")],
    ),
}


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_done_is_refused_by_its_key(name: str) -> None:
    changes, faults = CASES[name]
    with pytest.raises(CalendarFaults) as raised:
        parse(changed(*changes), "2022.toml")
    assert raised.value.faults == tuple(Fault("2022.toml", *fault) for fault in faults)


@pytest.mark.parametrize("name", CASES)
def test_a_year_that_an_earlier_release_let_pass_is_still_read(name: str) -> None:
    assert stored(changed(*CASES[name][0]), "2022.toml").year == 2022


@pytest.mark.parametrize("year", shipped())
def test_what_is_shipped_can_be_done(year: int) -> None:
    assert [*limits("", load(year, BOOK.terms), BOOK.terms)] == []


def test_the_tables_speak_of_what_there_is() -> None:
    terms = BOOK.terms.values()
    named = {one.stands_on for one in terms} | {by for one in terms for by in one.left_out or ()}
    assert named - {""} <= {*BOOK.phases}
    assert {*get_args(Ending)} == {*DECISIONS} == {*LAST_WORDS}
    assert {*MOST, *LISTS} <= {*Figures.model_fields}


@pytest.mark.parametrize(
    "change",
    [
        (SUBJECTS, SUBJECTS.replace("]", ', "天文（地学）"]')),
        (HONOURS, 'honours = ["青年拔尖"]'),
        (DIMENSION, DIMENSION.replace("英语", "外语")),
        ("panel = 1", "panel = 9"),
        ("[[3, 6], [7, 8], [9, 11]]", "[[3, 4], [5, 6], [7, 8], [9, 11]]"),
        (TEAM[0], "team_degrees = []"),
        ('title = "2022 年', 'title = "2022　年'),
        ('junior_grades = ["初一", "初二", "初三"]', "junior_grades = []"),
        ('province = "approve"', ""),
        ('province = "record"', 'province = "results"'),
        ("rungs = [30, 14, 7, 3, 1]\n\n", 'rungs = [30, 14, 7, 3, 1]\nprovince = "record"\n\n'),
        ('code = "3201"', 'code = "320115"'),
        ('requires = ["midterm"]', 'requires = ["midterm", "meeting"]'),
    ],
)
def test_what_can_be_done_may_be_said(change: tuple[str, str]) -> None:
    assert isinstance(parse(changed(change), "2022.toml"), Year)


@pytest.mark.parametrize("count", [1, 6, WIDEST])
def test_an_evaluation_has_as_many_dimensions_as_the_year_says(count: int) -> None:
    words = ", ".join(f'"方面{place}"' for place in range(count))
    text = changed((DIMENSION, f"dimensions = [{words}]"))
    assert len(parse(text, "2022.toml").figures.dimensions) == count
