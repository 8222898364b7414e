from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from calendars.files import load
from calendars.notice_changes import NoticeChange, changes
from calendars.notices import NAMED, VALUED, Notice, check, read, said
from commands.notice import FOLDER, names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Talent

EDITS = 30


def test_the_notice_of_2022_is_bound_to_what_is_there_and_says_what_is_not_done_yet(talent: Talent) -> None:
    ran = talent("notice", "check", "2022", "--json")
    assert ran.status == 1
    assert {(gap["kind"], gap["says"].rpartition("（")[2]) for gap in ran.data} == {
        ("missing", "各方的入口）"),
        ("missing", "年度成果）"),
    }
    assert len(ran.data) == 16


def test_a_year_without_a_file_is_told(talent: Talent) -> None:
    assert talent("notice", "check", "2031").err.startswith("2031.toml 读不了：")


def _another(value: Any, draw: random.Random) -> Any:  # noqa: ANN401 -- whatever a year file holds
    match value:
        case int():
            return value + draw.choice((-1, 1, 10))
        case str():
            return f"{value}改"
        case list():
            return value[:-1]
        case _:
            return value.replace(day=1 if value.day != 1 else 2)


def _valued(field: str) -> Callable[[dict[str, Any], random.Random], None]:
    """NoticeChange one stated value of that kind."""

    def edit(stated: dict[str, Any], draw: random.Random) -> None:
        clause = draw.choice([clause for clause in stated["clause"] if clause[field]])
        key = draw.choice(sorted(clause[field]))
        clause[field][key] = _another(clause[field][key], draw)

    return edit


def _misnamed(stated: dict[str, Any], draw: random.Random) -> None:
    """Bind one clause to something that is not there."""
    field = draw.choice(NAMED)
    clause = draw.choice([clause for clause in stated["clause"] if clause[field]])
    clause[field][draw.randrange(len(clause[field]))] += "x"


def _new_duty(stated: dict[str, Any], draw: random.Random) -> None:
    """Put a duty in that nothing does."""
    duty = {"at": "九", "kind": "duty", "says": f"新的职责{draw.random()}"}
    stated["clause"].insert(draw.randrange(len(stated["clause"])), duty)


@pytest.mark.parametrize("seed", range(EDITS))
def test_an_edit_of_the_bindings_is_reported(seed: int) -> None:
    draw = random.Random(seed)
    whole = read(FOLDER / "2022.toml")
    stated = whole.model_dump(mode="python")
    stated = {**stated, "clause": [_loose(clause) for clause in stated["clause"]]}
    draw.choice((_valued("figures"), _valued("moments"), _misnamed, _new_duty))(stated, draw)
    there = names(load(2022))
    before, after = (check(notice, load(2022), there) for notice in (whole, Notice.model_validate(stated)))
    assert {gap for gap in after if gap.kind != "unstated"} - set(before)


@pytest.mark.parametrize("seed", range(EDITS))
def test_an_edit_of_the_bindings_is_all_that_two_notices_differ_in(seed: int) -> None:
    """Reported once and nothing besides: a value for the year file, a new duty for the program."""
    draw = random.Random(seed)
    whole = read(FOLDER / "2022.toml")
    stated = whole.model_dump(mode="python")
    stated = {**stated, "clause": [_loose(clause) for clause in stated["clause"]]}
    draw.choice((_valued("figures"), _valued("moments"), _new_duty))(stated, draw)
    after, year = Notice.model_validate(stated), load(2022)
    assert list(changes(whole, after, year, names(year))) == [_expected(whole, after)]


def _expected(before: Notice, after: Notice) -> NoticeChange:
    (new,) = (clause for clause in after.clause if clause not in before.clause)
    if not new.bound:
        return NoticeChange("code", new.at, f"新的条款：{new.says}（系统里还没有什么来办）")
    (old,) = (clause for clause in before.clause if clause not in after.clause)
    ((key, was, now),) = (
        (key, getattr(old, field)[key], value)
        for field in VALUED
        for key, value in getattr(new, field).items()
        if getattr(old, field)[key] != value
    )
    return NoticeChange("data", new.at, f"{new.says}：年度文件的 {key} 由 {said(was)} 改为 {said(now)}")


def test_two_notices_are_held_against_each_other(talent: Talent, tmp_path: Path) -> None:
    text, later = (FOLDER / "2022.toml").read_text("utf-8"), tmp_path / "later.toml"
    assert talent("notice", "diff", "2022", "2022").out == "两份通知没有不同。\n"
    later.write_text(text.replace("= 2022-01-20", "= 2022-01-21"), "utf-8")
    moved = talent("notice", "diff", "2022", str(later), "--json")
    assert (moved.status, {one["where"] for one in moved.data}) == (0, {"data"})
    later.write_text(f'{text}\n[[clause]]\nat = "九"\nkind = "duty"\nsays = "组织夏令营"\n', "utf-8")
    ran = talent("notice", "diff", "2022", str(later))
    assert (ran.status, ran.out.splitlines()) == (
        1,
        [
            "改程序 九 新的条款：组织夏令营（系统里还没有什么来办）",
            "共 1 处不同：改程序 1 处，改年度文件 0 处，不用改 0 处。",
        ],
    )


def _loose(clause: dict[str, Any]) -> dict[str, Any]:
    """The clause with lists that can be edited."""
    lists = {key: list(value) if isinstance(value, tuple) else value for key, value in clause.items()}
    return lists | {
        field: {key: list(value) if isinstance(value, tuple) else value for key, value in clause[field].items()}
        for field in ("figures", "moments")
    }
