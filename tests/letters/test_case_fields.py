"""The fields of one's own words: each says what its letter knows; what is none is told by its name."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from calendars import files
from letters.brief import Brief, OwnWords
from letters.case_fields import FIELDS, faults, filled, lacking, named
from letters.render import render
from letters.specimens import specimen
from phases.book import BOOK
from phases.parties import Audience

YEAR = files.load(2022)


def brief(audience: Audience = "mentor", phase: str | None = "interview", text: str = "") -> Brief:
    plain = specimen(BOOK, YEAR, "letter", phase, audience, YEAR.city("yancheng"))
    return replace(plain, own=OwnWords("关于{设区市}{阶段}的函", text, "盐城市管理办公室"))


def dated() -> Brief:
    """The same with the day that such a letter would tell."""
    due = specimen(BOOK, YEAR, "opened", "interview", "mentor", YEAR.city("yancheng")).due
    return replace(brief(), due=due)


SAID = {
    "称呼": "王示例老师",
    "年度": "2022年度",
    "设区市": "盐城市",
    "阶段": "导师面试",
    "截止时间": "2022年2月16日（星期三）17时",
    "联系人": "示例",
    "电话": "000-00000000",
}


def test_every_field_says_what_the_letter_knows() -> None:
    assert {field: filled(f"{{{field}}}", dated()) for field in FIELDS} == SAID
    assert filled("{ 称呼 }，{称呼}", dated()) == "王示例老师，王示例老师"


def test_a_field_with_nothing_to_say_is_named_and_no_other() -> None:
    every = "".join(f"{{{field}}}" for field in reversed([*FIELDS]))
    assert lacking(every, dated()) == []
    bare = replace(dated(), due=None, ask=None, phase_name="")
    assert lacking(every, bare) == ["阶段", "截止时间", "联系人", "电话"]
    assert lacking("{称呼}", bare) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{学生}来了", "没有“{学生}”这个字段，可以用的有：{称呼}、"),
        ("{}", "没有“{}”这个字段"),
        ("请{称呼于周五前", "“{称呼于周五前”处的花括号不成对"),
        ("请称呼}于周五前", "“}于周五前”处的花括号不成对"),
        ("{{称呼}}", "“{}”处的花括号不成对"),
    ],
)
def test_an_unknown_field_and_an_unclosed_brace_are_told(text: str, said: str) -> None:
    (fault,) = faults(text)
    assert fault.startswith(said)


def test_words_whose_fields_there_are_have_no_fault() -> None:
    assert faults("".join(f"{{{field}}}" for field in FIELDS) + "，请于周五前告知。") == []
    assert named("{称呼}{称呼}{电话}") == {"称呼", "电话"}


def test_a_letter_says_them_as_paragraphs_and_signs_as_its_office() -> None:
    text = render(brief(text="{称呼}：\n\n请看 <b>{阶段}</b>。")).text
    assert text.startswith(
        "关于盐城市导师面试的函\n\n尊敬的王示例老师：\n　　王示例老师：\n　　请看 <b>导师面试</b>。\n"
    )
    assert "盐城市管理办公室\n" in text
    assert "　　本函由盐城市管理办公室发出。\n" in text, "in a message of several the province signs"
    assert "联系人：盐城市管理办公室示例，电话：000-00000000" in text
    assert "请看 &lt;b&gt;导师面试&lt;/b&gt;。" in render(brief(text="请看 <b>{阶段}</b>。")).html


def test_a_field_that_a_value_brings_is_left_alone() -> None:
    assert filled("{称呼}", replace(dated(), addressee="{电话}")) == "{电话}"


WHOM: tuple[Audience, ...] = ("city", "mentor", "school", "institution")


@pytest.mark.parametrize(("audience", "phase"), [*product(WHOM, (None, "application"))])
def test_there_is_a_specimen_for_whoever_may_get_one(audience: Audience, phase: str | None) -> None:
    assert specimen(BOOK, YEAR, "letter", phase, audience, YEAR.city("yancheng")).own is not None
