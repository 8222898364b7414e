from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from calendars.files import load
from calendars.notices import NAMED, Gap, Notice, NoticeUnreadable, check, figures, moments, read

FIGURES = tuple(key for key in figures(load(2022)) if key != "visits")
MOMENTS = tuple(key for key in moments(load(2022)) if key != "application.due")
NAMES = {name: frozenset({"applications.once"} if name == "rules" else {"opened/application"}) for name in NAMED}
STATED: dict[str, Any] = {
    "at": "八(二)",
    "kind": "date",
    "says": "1 月 20 日前报名",
    "rules": ("applications.once",),
    "letters": ("opened/application",),
    "figures": {"visits": 10},
    "moments": {"application.due": date(2022, 1, 20)},
}


def notice(changes: dict[str, Any] | None = None) -> Notice:
    local = {"figures": FIGURES, "moments": MOMENTS}
    clause = {key: value for key, value in {**STATED, **(changes or {})}.items() if value is not None}
    head = {"notice": "苏青科函〔2021〕21 号", "year": 2022}
    return Notice.model_validate({**head, "local": local, "clause": (clause,)})


def test_a_notice_whose_clauses_are_all_bound_to_what_is_there_has_no_gap() -> None:
    assert check(notice(), load(2022), NAMES) == ()


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        ({"rules": ("applications.twice",)}, "untrue", "没有 applications.twice（rules）"),
        ({"letters": ("opened/x",)}, "untrue", "没有 opened/x（letters）"),
        ({"figures": {"visits": 9}}, "untrue", "通知是 9，年度文件的 visits 是 10"),
        ({"figures": {"visits": 10, "x": 1}}, "untrue", "年度文件里没有 x"),
        (
            {"moments": {"application.due": date(2022, 1, 21)}},
            "untrue",
            "通知是 2022-01-21，年度文件的 application.due 是 2022-01-20",
        ),
        ({"missing": "网上报名", "work": "各方的入口"}, "missing", "还缺网上报名（各方的入口）"),
    ],
)
def test_each_kind_of_gap_is_named(changes: dict[str, Any], kind: Literal["untrue", "missing"], says: str) -> None:
    found = [gap for gap in check(notice(changes), load(2022), NAMES) if gap.kind != "unstated"]
    assert found == [Gap(kind, "八(二)", f"1 月 20 日前报名：{says}")]


def test_another_number_than_the_years_is_named() -> None:
    gaps = check(notice().model_copy(update={"notice": "另一号"}), load(2022), NAMES)
    assert gaps == (Gap("untrue", "文号", "这里是“另一号”，年度文件是“苏青科函〔2021〕21 号”"),)


def test_a_clause_that_nothing_does_and_nothing_will_do_is_a_gap() -> None:
    bare = notice(dict.fromkeys(("rules", "letters", "figures", "moments")))
    assert check(bare, load(2022), NAMES) == (
        Gap("missing", "八(二)", "1 月 20 日前报名：没有写明由什么来办"),
        Gap("unstated", "本地约定", "系统里有 applications.once（rules），没有写明出自哪一条"),
        Gap("unstated", "本地约定", "系统里有 visits（figures），没有写明出自哪一条"),
        Gap("unstated", "本地约定", "系统里有 application.due（moments），没有写明出自哪一条"),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [("x = ", "Invalid value"), ("notice = 1", "notice；year；local；clause 不合要求"), (None, "No such file")],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(tmp_path: Path, text: str | None, reason: str) -> None:
    path = tmp_path / "2022.toml"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(NoticeUnreadable, match=rf"2022\.toml 读不了：{reason}"):
        read(path)


def test_what_is_missing_names_the_work_that_would_do_it() -> None:
    with pytest.raises(ValueError, match="missing 与 work 要一起写"):
        notice({"missing": "网上报名"})
