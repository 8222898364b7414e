"""Year files: each kind of fault is told with file, key, reason and mend, all at once, and no year is given."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.faults import CalendarFaults, Fault
from calendars.files import load, shipped
from tests.support.years import PHASES, parse, read

TEXT = load(2022).source_text
CULTIVATION = TEXT[TEXT.index("[phases.cultivation]") : TEXT.index("[phases.midterm]")]

REFERENCE = "可参照已有年度的文件"
REWRITE = "参照已有年度的文件改写"
ONLY = f"只能是：{'、'.join(PHASES)}"
IN_LINE = "去掉其中一个要求，使先后成一条线"
LATER = "把 due 改到开放日或以后，或把 opens 提前"
AROUND = "mentor-recommendation、application、shortlist"
BEFORE = "2022-01-20 早于所要求的 mentor-recommendation 的截止日 2022-01-30"
WHO = '写上 province = "approve"、"record" 或 "results"，或删去 province_due'
STANDS, NEEDED = "没有要求 midterm，而这个阶段的表和系统核验要用它的结果", '写上 "midterm"，或经由其他阶段要求它'
TITLE = 'title = "2022 年江苏省中学生科技创新后备人才培养计划"'
SUBJECTS = 'subjects = ["数学", "物理", "化学", "生物", "计算机"]'
A_DATE = "写成不带引号、不带时间的日期，如 2022-02-07"

# what is changed in the notice's file, and the faults that follow: key, reason, mend
CASES: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str, str]]]] = {
    "a loop in requires": (
        [("requires = []", 'requires = ["shortlist"]'), ("due = 2022-01-15", "due = 2022-01-30")],
        [
            ("phases.application.due", BEFORE, "把 due 改到 2022-01-30 或以后"),
            ("phases.mentor-recommendation.requires", f"要求成环（{AROUND}），永远不会开放", IN_LINE),
            ("phases.mentor-recommendation", "写在所要求的 shortlist 之前", "各阶段按先后排列，移到它后面"),
        ],
    ),
    "a phase that requires itself": (
        [('requires = ["midterm"]', 'requires = ["year-end"]')],
        [
            ("phases.year-end.requires", "要求成环（year-end），永远不会开放", IN_LINE),
            ("phases.year-end.requires", STANDS, NEEDED),
        ],
    ),
    "an unknown phase required": (
        [('requires = ["midterm"]', 'requires = ["midterms"]')],
        [
            ("phases.year-end.requires", "要求的“midterms”没有写在文件里", "写文件里有的阶段"),
            ("phases.year-end.requires", STANDS, NEEDED),
        ],
    ),
    "a due day before its opening": (
        [("due = 2022-08-31", "due = 2022-06-30")],
        [("phases.midterm.due", "截止日 2022-06-30 早于开放日 2022-07-01", LATER)],
    ),
    "a due day before that of the phase required": (
        [("opens = 2022-02-21", "opens = 2022-01-31"), ("due = 2022-02-28", "due = 2022-02-15")],
        [
            (
                "phases.meeting.due",
                "2022-02-15 早于所要求的 interview 的截止日 2022-02-20",
                "把 due 改到 2022-02-20 或以后",
            )
        ],
    ),
    "an unknown key at the top": (
        [("year = 2022", 'colour = "red"\nyear = 2022')],
        [("colour", "不认识的键", "删去这一行")],
    ),
    "an unknown key in a phase": (
        [("files_from =", "file_from =")],
        [("phases.cultivation.file_from", "不认识的键", "是不是想写 files_from")],
    ),
    "an unknown figure": ([("[figures]", "[figures]\nquota = 1")], [("figures.quota", "不认识的键", "删去这一行")]),
    "a missing figure": (
        [("visits = 10 ", "# visits = 10 ")],
        [("figures.visits", "缺少这一项", f"写上 visits = …（次：培养周期内到校培养），{REFERENCE}")],
    ),
    "no figures": (
        [("[figures]", "[figure]")],
        [
            ("figures", "缺少这一节", f"写上 [figures] 一节，{REFERENCE}"),
            ("figure", "不认识的键", "是不是想写 figures"),
        ],
    ),
    "no cities": (
        [("[cities]", "[city]")],
        [("cities", "缺少这一节", "写上 [cities] 一节"), ("city", "不认识的键", "是不是想写 cities")],
    ),
    "a missing key in a phase": (
        [("due = 2022-11-30", "")],
        [("phases.year-end.due", "缺少这一项", f"写上 due = …，{REFERENCE}")],
    ),
    "a missing and a misspelt phase": (
        [("[phases.midterm]", "[phases.midtrm]"), ('requires = ["midterm"]', 'requires = ["midtrm"]')],
        [("phases.midtrm", "没有这个阶段", ONLY)],
    ),
    "a phase that others cannot do without": (
        [("[phases.application]", "[phases.aplication]"), ('requires = ["application"]', 'requires = ["aplication"]')],
        [
            ("phases.aplication", "没有这个阶段", ONLY),
            ("phases.application", "缺少这个阶段", "写上 [phases.application] 一节"),
        ],
    ),
    "a phase left out without its user": (
        [(CULTIVATION, "")],
        [("phases.cultivation", "缺少这个阶段，而 year-end 要用它的结果", "写上 [phases.cultivation] 一节")],
    ),
    "a date that does not exist": (
        [("due = 2022-02-28", "due = 2022-02-30"), ("opens = 2022-02-21", "opens = 2022-13-01")],
        [
            ("phases.meeting.opens", "没有 2022-13-01 这一天", "月份写 01 到 12"),
            ("phases.meeting.due", "没有 2022-02-30 这一天", "2022 年 2 月只有 28 天，请改正"),
        ],
    ),
    "a leap day in a common year": (
        [("due = 2022-02-28", "due = 2022-02-29")],
        [("phases.meeting.due", "没有 2022-02-29 这一天", "2022 年 2 月只有 28 天，请改正")],
    ),
    "a date in quotes, a date with a time": (
        [("due = 2022-02-28", 'due = "2022-02-28"'), ("due = 2022-08-31", "due = 2022-08-31T18:00:00")],
        [
            ("phases.meeting.due", "日期 2022-02-28 加了引号", "去掉引号"),
            ("phases.midterm.due", "“2022-08-31 18:00:00”不是日期", A_DATE),
        ],
    ),
    "a date of another year": (
        [("opens = 2022-07-01", "opens = 2020-07-01"), ("due = 2022-12-31", "due = 2025-12-31")],
        [
            ("phases.cultivation.due", "2025-12-31 不属于 2022 年度", "改成 2022 至 2023 年的日期"),
            ("phases.midterm.opens", "2020-07-01 不属于 2022 年度", "改成 2021 至 2023 年的日期"),
        ],
    ),
    "two cities of one code, two of one name": (
        [('code = "3203"', 'code = "3202"'), ('name = "宿迁"', 'name = "泰州"')],
        [
            ("cities.taizhou、suqian.name", "“泰州”重复", "每个城市的名称和代码各不相同"),
            ("cities.wuxi、xuzhou.code", "“3202”重复", "每个城市的名称和代码各不相同"),
        ],
    ),
    "a city's slug and code": (
        [('nanjing = { name = "南京", code = "3201" }', 'NanJing = { name = "南京", code = "32010" }')],
        [
            ("cities.NanJing.slug", "“NanJing”写法不对", "应符合 ^[a-z][a-z0-9-]*$"),
            ("cities.NanJing.code", "“32010”写法不对", "应符合 ^\\d{4}(\\d{2})?$"),
        ],
    ),
    "numbers that are none": (
        [
            ("grace = 3", 'grace = "3"'),
            ("city_cap = 5", "city_cap = true"),
            ("overall_rank = 15", 'overall_rank = "高"'),
        ],
        [
            ("figures.grace", "“3”应是整数", "写成不带引号、不带小数的数字"),
            ("figures.overall_rank", "“高”应是数字", "写成不带引号的数字"),
            ("figures.city_cap", "“True”应是整数", "写成不带引号、不带小数的数字"),
        ],
    ),
    "numbers out of bounds": (
        [("subject_rank = 10", "subject_rank = 110"), ("visits = 10", "visits = -1"), ("[[3, 6]", "[[3, 13]")],
        [
            ("figures.subject_rank", "“110”太大", "应不大于 100"),
            ("figures.visits", "“-1”太小", "应不小于 0"),
            ("figures.stages[0][1]", "“13”太大", "应不大于 12"),
        ],
    ),
    "a summary of somebody else": (
        [('"导师", "中学"]', '"导师", "家长"]')],
        [("figures.summaries_owed[2]", "“家长”不在可选的范围里", '可选："市级"、"导师"、"中学"、"高校"')],
    ),
    "stages that overlap, months the wrong way round": (
        [("[7, 8]", "[6, 8]")],
        [
            ("figures.stages", "起止月份 [3, 6, 6, 8, 9, 11] 有倒置或重叠", "按先后写，每段的起月不晚于止月"),
        ],
    ),
    "stages that training does not last for": (
        [("cultivation_months = [1, 12]", "cultivation_months = [3, 10]")],
        [("figures.stages", "起止月份 [3, 6, 7, 8, 9, 11] 超出培养周期", "都写在 cultivation_months 之内")],
    ),
    "a stage with one month": (
        [("[7, 8]", "[7]")],
        [("figures.stages[1][1]", "缺少这一项", "补上这个值")],
    ),
    "things said twice": (
        [
            ("rungs = [14, 7, 3, 1]", "rungs = [7, 7, 3]"),
            ("province_rungs = [3, 1]", "province_rungs = [3, 3]"),
            ('"物理", "化学"', '"物理", "物理"'),
        ],
        [
            ("subjects", "“物理”重复", "每个学科只写一次"),
            ("phases.interview.rungs", "提前提醒的天数 7 写了两次", "只留一个"),
            ("figures.province_rungs", "3 写了两次", "只留一个"),
        ],
    ),
    "a junior subject that is none": (
        [('junior_subjects = ["计算机"]', 'junior_subjects = ["信息"]')],
        [("figures.junior_subjects", "“信息”不在 subjects 里", "写 subjects 中的学科")],
    ),
    "days of cultivation": (
        [
            ("monthly_from = 2022-04-01", "monthly_from = 2022-04-02"),
            ("files_from = 2022-12-01", "files_from = 2023-01-01"),
        ],
        [
            (
                "phases.cultivation.files_from",
                "2023-01-01 不在开放日与截止日之间",
                "改到 2022-03-01 与 2022-12-31 之间",
            ),
            ("phases.cultivation.monthly_from", "2022-04-02 不能作起始月", "写开放日与截止日之间某个月的 1 日"),
        ],
    ),
    "the province's own day": (
        [
            ("province_due = 2022-12-31", "province_due = 2022-11-29"),
            ('province = "results" ', 'province = "publish" '),
        ],
        [("phases.year-end.province", "“publish”不在可选的范围里", '可选："approve"、"record"、"results"')],
    ),
    "the province's own day before the cities'": (
        [
            ("province_due = 2022-12-31", "province_due = 2022-11-29"),
            ("second_due = 2022-12-31", "second_due = 2022-11-30"),
        ],
        [("phases.year-end.province_due", "2022-11-29 早于截止日 2022-11-30", "把省办期限改到截止日或以后")],
    ),
    "a day for a province that has no part": (
        [('province = "results" ', "# ")],
        [
            ("phases.year-end.province_due", "省办不经手这个阶段，却有省办期限", WHO),
            ("phases.year-end.second_due", "省办不经手这个阶段，不能另有后交部分的截止日", "删去这一行"),
        ],
    ),
    "a second part before the first, and one of a phase without": (
        [
            ("second_due = 2022-12-31", "second_due = 2022-11-29"),
            ('rungs = [30, 14, 7, 3, 1]\nprovince = "results"', 'rungs = [3]\nprovince = "results"'),
            ("due = 2022-02-20 ", "second_due = 2022-02-20\ndue = 2022-02-20 "),
        ],
        [
            ("phases.year-end.second_due", "2022-11-29 不在截止日与省办期限之间", "改到 2022-11-30 与 2022-12-31 之间"),
            ("phases.interview.second_due", "这个阶段没有后交的部分", "删去这一行"),
        ],
    ),
    "reminders of a second part that there is not": (
        [("second_due = 2022-12-31 ", "# ")],
        [
            (
                "phases.year-end.second_due",
                "写了 second_rungs 而没有 second_due",
                "写上后交部分的截止日，或删去 second_rungs",
            ),
        ],
    ),
    "single days": (
        [("[days]", '[days]\n2022-02-29 = "holiday"\n2022-02-07 = "off"\n2032-02-07 = "holiday"')],
        [
            ("days.2022-02-29", "没有这一天", "写成真实存在的日期，如 2022-02-07"),
            ("days.2022-02-07", "“off”不能用", '写 "working"（上班）或 "holiday"（放假）'),
            ("days.2032-02-07", "与 2022 年度无关", "改正年份，或删去这一行"),
        ],
    ),
    "the year itself": ([("year = 2022", "year = 22")], [("year", "“22”太小", "应不小于 2000")]),
    "a title that is empty": ([(TITLE, 'title = ""')], [("title", "“”是空的", "填上内容")]),
    "a list that is none": (
        [(SUBJECTS, "subjects = 5"), ('junior_subjects = ["计算机"]', "junior_subjects = []")],
        [("subjects", "“5”应是一组值", "写在方括号里，用逗号隔开")],
    ),
    "a phase and a city that are no table": (
        [("[phases.midterm]", "[phases]\nmeetings = 3\n[phases.midterm]"), ("[cities]", '[cities]\nnantong2 = "3214"')],
        [
            ("cities.nantong2", "应是一张表", REWRITE),
            ("phases.meetings", "应是一张表", REWRITE),
            ("phases.meetings", "没有这个阶段", ONLY),
        ],
    ),
}

SYNTAX: dict[str, tuple[tuple[str, str], tuple[str, str, str]]] = {
    "a section written twice": (
        ("[phases.application]", "[phases.mentor-recommendation]"),
        ("第 75 行 [phases.mentor-recommendation]", "这一节写了两次", "合并成一节"),
    ),
    "a key written twice": (("grace = 3", "grace = 3\ngrace = 4"), ("第 17 行 grace", "这个键写了两次", "只留一个")),
    "text that does not end": (
        ('notice = "苏青科函〔2021〕21 号"', 'notice = "苏青科函'),
        ("第 6 行 notice", "文字没有在本行结束，或含有不可见字符", "补上英文双引号，或删去该字符"),
    ),
    "text without quotes": (
        ('notice = "苏青科函〔2021〕21 号"', "notice = 苏青科函"),
        ("第 6 行 notice", "等号后面不是一个值", "文字用英文双引号，日期写成 2022-02-07"),
    ),
    "no equals sign": (("grace = 3", "grace 3"), ("第 16 行 grace 3", "键后面没有等号", "写成 键 = 值")),
    "a date that does not exist, in an array": (
        ("requires = []", "requires = [2022-02-30]"),
        ("第 69 行 requires", "日期或时间不存在", "写成真实存在的日期，如 2022-02-07"),
    ),
    "a bracket left open": (
        ("rungs = [14, 7, 3, 1]", "rungs = [14, 7, 3, 1"),
        ("第 95 行 province", "方括号没有合上", "补上 ]"),
    ),
    "something else": (
        ("due = 2022-02-28", "due = 2022-02-28号"),
        ("第 101 行 due", "不合 TOML 的写法", "参照已有年度的文件改写这一行"),
    ),
}


def faults_of(text: str) -> tuple[Fault, ...]:
    with pytest.raises(CalendarFaults) as raised:
        parse(text, "2022.toml")
    return raised.value.faults


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_told_with_key_reason_and_mend(name: str) -> None:
    changes, faults = CASES[name]
    assert faults_of(changed(*changes)) == tuple(Fault("2022.toml", *fault) for fault in faults)


@pytest.mark.parametrize("name", SYNTAX)
def test_what_stops_the_parser_is_told_with_its_line(name: str) -> None:
    change, fault = SYNTAX[name]
    assert faults_of(changed(change)) == (Fault("2022.toml", *fault),)


def test_the_faults_of_a_file_are_told_all_at_once_and_read_well() -> None:
    text = changed(
        ("visits = 10 ", "visit = 10 "),
        ("due = 2022-02-28", "due = 2022-02-30"),
        ('requires = ["midterm"]', 'requires = ["year-end"]'),
        ('code = "3203"', 'code = "3202"'),
    )
    with pytest.raises(CalendarFaults) as raised:
        parse(text, "2022.toml")
    assert str(raised.value) == (
        "年度日历有 5 处错误，什么也没有载入："
        "\n2022.toml：phases.meeting.due：没有 2022-02-30 这一天；2022 年 2 月只有 28 天，请改正。"
        f"\n2022.toml：figures.visits：缺少这一项；写上 visits = …（次：培养周期内到校培养），{REFERENCE}。"
        "\n2022.toml：figures.visit：不认识的键；是不是想写 visits。"
        "\n2022.toml：cities.wuxi、xuzhou.code：“3202”重复；每个城市的名称和代码各不相同。"
        f"\n2022.toml：phases.year-end.requires：要求成环（year-end），永远不会开放；{IN_LINE}。"
    )
    copy = pickle.loads(pickle.dumps(raised.value))
    assert (str(copy), copy.faults) == (str(raised.value), raised.value.faults)


@given(st.integers(0, len(TEXT.splitlines()) - 1), st.sampled_from(["", "x", "= 1", "[", "due = 2022-02-30", "\0"]))
def test_whatever_a_line_becomes_there_is_a_whole_year_or_a_list_of_faults(line: int, becomes: str) -> None:
    lines = TEXT.splitlines()
    lines[line] = becomes
    try:
        year = parse("\n".join(lines), "2022.toml")
    except CalendarFaults as raised:
        faults = raised.faults
    else:
        assert tuple(phase.slug for phase in year.phases) == PHASES
        return
    assert faults
    assert all(fault.key and fault.reason and fault.mend for fault in faults)


def test_a_phase_may_open_and_end_on_one_day() -> None:
    year = parse(changed(("due = 2022-08-31", "due = 2022-07-01")), "2022.toml")
    assert year.phase("midterm").opens == year.phase("midterm").due


def test_the_years_that_are_shipped_load() -> None:
    assert {year: load(year).year for year in shipped()} == {2022: 2022, 2026: 2026, 2027: 2027}


def test_the_text_of_the_file_is_kept_and_reads_the_same_again() -> None:
    assert parse(TEXT, "2022.toml") == load(2022)


def test_a_year_that_is_not_shipped_says_how_to_draft_it() -> None:
    with pytest.raises(CalendarFaults) as raised:
        load(2031)
    mend = "已有的年度是 2022、2026、2027；新年度请先用 talent calendar draft 2031 --from 2027 起草"
    assert raised.value.faults == (Fault("2031.toml", "year", "没有 2031 年度的日历文件", mend),)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "gbk.toml").write_bytes("# 年度".encode("gbk"))
    found: list[Fault] = []
    for name in ("absent.toml", "gbk.toml"):
        with pytest.raises(CalendarFaults) as raised:
            read(tmp_path / name)
        found += raised.value.faults
    assert found == [
        Fault("absent.toml", "文件", "打不开（No such file or directory）", "请检查文件名和读取权限"),
        Fault("gbk.toml", "文件", "第 3 个字节起不是 UTF-8 文字", "请另存为 UTF-8 编码"),
    ]


def test_a_file_saved_by_an_editor_of_windows_reads_the_same(tmp_path: Path) -> None:
    (tmp_path / "2022.toml").write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert read(tmp_path / "2022.toml") == load(2022)


def test_reading_a_year_loads_neither_the_holidays_nor_icalendar() -> None:
    script = (
        "import sys, calendars.files, calendars.ics, calendars.findings, calendars.drafts\n"
        "calendars.files.load(2022)\n"
        "print(sorted({'holidays', 'icalendar', 'pendulum'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
