"""`talent year open` in mid-season: what was done on paper is asked, recorded, and told to other programs."""

from __future__ import annotations

import pytest

from tests.commands.conftest import Talent

OPEN = ("year", "open", "2022", "--rehearsal", "--as-of", "2022-02-07T09:00")
SAID = ("--done-through", "shortlist", "--reason", "会议纪要")


def test_with_deadlines_behind_it_is_refused_with_what_to_do(talent: Talent) -> None:
    refused = talent(*OPEN)
    told = "".join(refused.out.split())
    assert refused.status == 1
    assert told.startswith("2022年度已有3个阶段过了截止日（导师推荐、学生申报、面试名单）。")
    assert told.endswith("用--done-through阶段（没有办过写none）和--reason事由。")
    assert talent("status").status == 1


@pytest.mark.parametrize("half", [SAID[:2], SAID[2:]])
def test_the_phase_and_the_reason_come_together(talent: Talent, half: tuple[str, ...]) -> None:
    ran = talent(*OPEN, *half)
    assert (ran.status, ran.err) == (2, "--done-through 与 --reason 要一起写。\n")


def test_a_preview_of_it_shows_phases_and_days_and_makes_not_even_a_database(talent: Talent) -> None:
    preview = talent(*OPEN, *SAID, "--dry-run", "--json")
    assert (preview.status, preview.data["dry_run"]) == (0, True)
    assert "线下办结的阶段：导师推荐、学生申报、面试名单；" in preview.data["message"]
    assert "此后：导师面试截止 2022-02-20；" in preview.data["message"]
    assert talent("status").status == 1
    assert "将会发生（预览，没有写入）" in talent(*OPEN, *SAID, "--dry-run").out
    assert talent(*OPEN, "--dry-run").status == 1
    assert talent(*OPEN, *SAID).status == 0
    assert "已经开设" in talent(*OPEN, *SAID, "--dry-run").out


def test_status_tells_what_was_done_on_paper_from_the_rest(talent: Talent) -> None:
    opened = talent(*OPEN, *SAID, "--json")
    assert opened.status == 0
    assert len(opened.data["changes"]["transitions"]) == 39
    assert opened.data["changes"]["letters"] == []
    assert "线下办结的阶段：导师推荐、学生申报、面试名单；不发函件" in opened.data["message"]
    (city,) = talent("status", "--city", "盐城", "--as-of", "2022-02-07T09:00", "--json").data["cities"]
    assert [(each["state"], each["timeliness"], each["on_paper"]) for each in city["phases"][:4]] == [
        ("passed", None, True), ("passed", None, True), ("passed", None, True), ("open", None, False),
    ]  # fmt: skip
    shown = talent("status", "--city", "盐城", "--as-of", "2022-02-07T09:00").out
    assert "已通过~" in shown
    assert "~ 线下办理" in shown
    log = talent("log", "--city", "盐城", "--json").data
    assert {(row["event"], row["reason"]) for row in log} == {("on-paper", "会议纪要")}
    assert "线下办理" in talent("log", "--city", "盐城").out
    why = talent("phase", "why", "shortlist", "--city", "盐城", "--as-of", "2022-02-07T09:00", "--json")
    assert (why.status, why.data["passed"], why.data["on_paper"], why.data["rules"]) == (0, True, True, [])


def test_a_year_that_begins_late_with_nothing_done_is_opened_with_room(talent: Talent) -> None:
    assert talent(*OPEN, "--done-through", "none", "--reason", "通知晚到").status == 0
    assert talent("phase", "advance", "--as-of", "2022-02-07T09:00").status == 0
    found = talent("status", "--phase", "mentor-recommendation", "--as-of", "2022-02-07T09:00", "--json").data
    assert {(city["phases"][0]["state"], city["phases"][0]["due"]) for city in found["cities"]} == {
        ("open", "2022-02-11T00:00:00+08:00")
    }


def test_a_real_year_whose_deadlines_lie_behind_is_asked_too(talent: Talent) -> None:
    assert talent("year", "open", "2022").status == 1
    assert talent("year", "open", "2022", "--done-through", "none", "--reason", "补办").status == 0
    assert talent("year", "open", "2022").status == 0
    other = talent("year", "open", "2022", "--rehearsal")
    assert (other.status, "--done-through" in other.out) == (1, False)


def test_a_year_is_tried_and_goes_live_by_a_command_each(talent: Talent) -> None:
    late, year = ("--done-through", "none", "--reason", "试验"), "2022"
    assert talent("year", "open", year, "--trial", "nobody", *late).err.startswith("试运行邮箱：")
    assert (
        "试运行，函件只发到 trial@kepu.example"
        in talent("year", "open", year, "--trial", "trial@kepu.example", *late).out
    )
    assert talent("year", "trial", year, "--to", "other@kepu.example").status == 2
    assert talent("year", "trial", year, "--to", "other@kepu.example", "--reason", "换一个").status == 0
    assert talent("year", "trial", year, "--json").data["mailbox"] == "other@kepu.example"
    assert [one for one in talent("db", "check", "--json").data["chain"] if one.startswith(f"{year}-")] == []
    assert talent("year", "live", year, "--reason", "试运行通过").status == 1
    assert talent("year", "live", year, *late, "--dry-run").status == 0
    assert "自此正式启用" in talent("year", "live", year, *late).out
    assert [one for one in talent("db", "check", "--json").data["chain"] if one.startswith(f"{year}-")]
    assert "不在试运行" in talent("year", "live", year, *late).err
    assert "不在试运行" in talent("year", "trial", year).err
