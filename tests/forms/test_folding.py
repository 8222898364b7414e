from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.folding import apart, character, fold, shown


@pytest.mark.parametrize(
    "written",
    [
        ("张三", "张 三", "张　三", "张\xa0三", "张\u2003三", "张三\u200b", "\ufeff张三", "张\u202d三", "张三\ufe00"),
        ("阿依·古丽", "阿依•古丽", "阿依・古丽", "阿依．古丽", "阿依‧古丽", "阿依∙古丽", "阿依.古丽", "阿依 · 古丽"),
        ("高三", "⾼三"),
        ("黄三", "⻩三"),
        ("兀三", "兀三"),
        ("é三", "e\u0301三"),
        ("葛城", "葛\U000e0100城"),
        ("AB", "ＡＢ", " AB\n"),
        ("John Smith", "John  Smith", "Ｊohn\u3000Smith"),
        ("南京大学(鼓楼)", "南京大学（鼓楼）"),
    ],
)
def test_what_looks_the_same_is_the_same(written: tuple[str, ...]) -> None:
    assert {fold(one) for one in written} == {written[0]}


@pytest.mark.parametrize(
    ("one", "other"),
    [("高三", "髙三"), ("张三", "张四"), ("John Smith", "JohnSmith"), ("A.B", "AB"), ("葛城", "葛成"), ("1.5", "15")],
)
def test_what_looks_different_is_not(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_what_is_shown_has_the_brackets_of_its_script() -> None:
    typed = ("苏州中学（园区校）", "一中 (江北)", "南京大学(A)", "MIT（Boston）", "王　明")
    assert [shown(one) for one in typed] == [
        "苏州中学（园区校）",
        "一中（江北）",
        "南京大学（A）",
        "MIT(Boston)",
        "王明",
    ]


@given(st.text())
def test_what_is_shown_looks_like_what_it_is(text: str) -> None:
    assert fold(shown(text)) == fold(text)


@given(st.text())
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_characters_are_named_and_the_one_that_differs() -> None:
    assert [character(mark) for mark in "⾼\n\u200b\ue000ＡA三𱍐"] == [
        "部首“⾼”（U+2FBC）", "换行（U+000A）", "看不见的字符（U+200B）", "自造字“\ue000”（U+E000）",
        "全角字符“Ａ”（U+FF21）", "字母“A”（U+0041）", "汉字“三”（U+4E09）", "生僻字“𱍐”（U+31350）",
    ]  # fmt: skip
    assert apart("髙 轩", "高轩") == "填的是汉字“髙”（U+9AD9）、登记的是汉字“高”（U+9AD8）"
    assert apart("髙轩", "高宣") == apart("高轩", "高") == apart("高轩", "高 轩") == ""
