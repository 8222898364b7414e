"""What a later notice says otherwise is reported once, with the place where that is changed, and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from calendars.files import load
from calendars.notice_changes import NoticeChange, Where, changes
from calendars.notices import NAMED, Notice

NAMES = {name: frozenset({"there", "other"}) for name in NAMED}
FIRST: dict[str, Any] = {
    "at": "八(二)",
    "kind": "date",
    "says": "1 月 20 日前报名",
    "rules": ("there",),
    "figures": {"visits": 10, "interview_ratio": 3, "subjects": ("数学", "物理")},
    "moments": {"application.due": date(2022, 1, 20)},
}
SECOND: dict[str, Any] = {"at": "九", "kind": "duty", "says": "加强领导", "rules": ("other",), "pages": ("there",)}


def notice(*clauses: dict[str, Any], local: dict[str, Any] | None = None, **head: object) -> Notice:
    stated = {"notice": "甲号", "year": 2022, "local": local or {}, "clause": clauses or (FIRST, SECOND), **head}
    return Notice.model_validate(stated)


def found(after: Notice, before: Notice | None = None) -> list[NoticeChange]:
    return list(changes(before or notice(), after, load(2022), NAMES))


def first(**changed: object) -> Notice:
    return notice({**FIRST, **changed}, SECOND)


SAYS = "1 月 20 日前报名："


def test_a_notice_says_nothing_otherwise_than_itself_in_whatever_order() -> None:
    assert found(notice()) == found(notice(SECOND, FIRST)) == []


@pytest.mark.parametrize(
    ("changed", "where", "says"),
    [
        ({"figures": {**FIRST["figures"], "visits": 12}}, "data", "年度文件的 visits 由 10 改为 12"),
        (
            {"figures": {**FIRST["figures"], "interview_ratio": Decimal("2.5")}},
            "data",
            "年度文件的 interview_ratio 由 3 改为 2.5",
        ),
        (
            {"figures": {**FIRST["figures"], "visits": Decimal("2.5")}},
            "code",
            "visits 写成 2.5，年度文件还不能这样写",
        ),
        ({"figures": {**FIRST["figures"], "visits": "若干"}}, "code", "visits 写成 若干，年度文件还不能这样写"),
        (
            {"figures": {**FIRST["figures"], "subjects": ("数学",)}},
            "data",
            "年度文件的 subjects 由 数学、物理 改为 数学",
        ),
        ({"figures": {**FIRST["figures"], "subjects": (1, 2)}}, "code", "subjects 写成 1、2，年度文件还不能这样写"),
        ({"figures": {**FIRST["figures"], "camps": 2}}, "code", "年度文件还不能写 camps（2）"),
        ({"figures": {**FIRST["figures"], "grace": 1}}, "data", "年度文件的 grace 定为 1"),
        ({"figures": {**FIRST["figures"], "city_cap": 5}}, "nowhere", "city_cap 已是 5"),
        (
            {"figures": {key: FIRST["figures"][key] for key in ("interview_ratio", "subjects")}},
            "data",
            "visits 通知不再写明，请定本年度的值，并列入本地约定",
        ),
        (
            {"moments": {"application.due": date(2023, 1, 20)}},
            "data",
            "年度文件的 application.due 由 2022-01-20 改为 2023-01-20",
        ),
        ({"rules": ("there", "gone")}, "code", "还没有 gone（rules）"),
        ({"letters": ("there",)}, "nowhere", "已有 there（letters）"),
        ({"rules": ()}, "code", "there（rules）通知不再写明，核对是否还要"),
        ({"missing": "笔试", "work": "考务"}, "code", "还缺笔试（考务）"),
    ],
)
def test_one_change_of_a_clause_is_reported_once(changed: dict[str, Any], where: Where, says: str) -> None:
    assert found(first(**changed)) == [NoticeChange(where, "八(二)", SAYS + says)]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"at": "八(三)"}, "条款由“八(二)”改为“八(三)”"),
        ({"kind": "duty"}, "类别由“date”改为“duty”"),
        ({"says": "网上报名"}, "要点由“1 月 20 日前报名”改为“网上报名”"),
    ],
)
def test_what_was_worded_or_numbered_anew_is_changed_nowhere(changed: dict[str, Any], says: str) -> None:
    assert found(first(**changed)) == [NoticeChange("nowhere", changed.get("at", "八(二)"), says)]


def test_a_new_duty_that_nothing_does_is_for_the_program() -> None:
    duty = {"at": "九", "kind": "duty", "says": "组织夏令营"}
    assert found(notice(FIRST, duty, SECOND)) == [
        NoticeChange("code", "九", "新的条款：组织夏令营（系统里还没有什么来办）")
    ]
    there = {**duty, "rules": ("there",), "figures": {"visits": 10}}
    assert found(notice(FIRST, SECOND, there)) == [NoticeChange("nowhere", "九", "新的条款：组织夏令营")]
    known = {**duty, "figures": {"visits": 11}}
    assert found(notice(FIRST, SECOND, known)) == [
        NoticeChange("nowhere", "九", "新的条款：组织夏令营"),
        NoticeChange("data", "九", "组织夏令营：年度文件的 visits 定为 11"),
    ]


def test_a_clause_that_is_gone_says_what_has_no_origin_any_more() -> None:
    assert found(notice(FIRST)) == [
        NoticeChange("nowhere", "九", "通知里不再有：加强领导"),
        NoticeChange("code", "九", "加强领导：other（rules）通知不再写明，核对是否还要"),
        NoticeChange("code", "九", "加强领导：there（pages）通知不再写明，核对是否还要"),
    ]
    assert found(notice(FIRST), notice(FIRST, {**SECOND, "rules": ("there",), "pages": ()})) == [
        NoticeChange("nowhere", "九", "通知里不再有：加强领导")
    ]


def test_what_the_office_settles_itself_is_told_too() -> None:
    local = {"figures": ("grace", "camps"), "rules": ("there",)}
    assert found(notice(local=local)) == [
        NoticeChange("nowhere", "本地约定", "there（rules）改由省办自定"),
        NoticeChange("code", "本地约定", "camps（figures）还没有"),
        NoticeChange("nowhere", "本地约定", "grace（figures）改由省办自定"),
    ]
    assert found(notice(), notice(local={"figures": ("visits", "grace")})) == [
        NoticeChange("nowhere", "本地约定", "grace（figures）不再写明出处"),
        NoticeChange("nowhere", "本地约定", "visits（figures）改由通知写明"),
    ]


def test_another_number_and_another_year_are_for_the_year_file() -> None:
    assert found(notice(notice="乙号", year=2023)) == [
        NoticeChange("data", "文号", "由“甲号”改为“乙号”"),
        NoticeChange("data", "年度", "由“2022”改为“2023”"),
    ]
