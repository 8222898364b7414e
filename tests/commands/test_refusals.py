from __future__ import annotations

import pytest

from tests.commands.conftest import Talent

PHASE = "mentor-recommendation"


def _filed_again(season: Talent, city: str, at: str) -> None:
    """A phase that had passed waits for the province once more, filed at that instant."""
    again = ("--until", "2022-02-10", "--reason", "补报", "--as-of", at)
    assert season("phase", "rerun", PHASE, "--city", city, *again).status == 0
    assert season("phase", "submit", PHASE, "--city", city, "--as-of", at).status == 0


def test_a_city_that_cannot_be_approved_now_undoes_none_of_the_others(season: Talent) -> None:
    _filed_again(season, "南京", "2022-02-07T09:30")
    _filed_again(season, "盐城", "2022-02-07T10:00")
    ran = season("phase", "approve", PHASE, "--city", "盐城", "--city", "南京", "--as-of", "2022-02-07T09:40", "--json")
    moved = [(move["city"], move["event"]) for move in ran.data["changes"]["transitions"] if move["phase"] == PHASE]
    assert (ran.status, ran.err, ran.data["outcome"], moved) == (1, "", "refused", [("nanjing", "approve")])
    assert [words.split("：")[0] for words in ran.data["message"].splitlines()] == [
        "盐城 没有办理",
        "南京 导师推荐 已由省级管理办公室办结，阶段通过。",
    ]


def test_one_city_that_cannot_be_approved_now_is_an_error_of_the_command(season: Talent) -> None:
    ran = season("phase", "approve", PHASE, "--city", "盐城", "--as-of", "2022-01-02T09:00")
    assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)


def test_what_nobody_has_decided_is_taken_back_once(season: Talent) -> None:
    _filed_again(season, "盐城", "2022-02-07T10:00")
    at = ("--city", "盐城", "--as-of", "2022-02-07T11:00")
    because = ("phase", "recall", PHASE, *at, "--reason", "漏了一名导师")
    ran = [season(*because, "--dry-run"), season(*because), season(*because)]
    assert [(one.status, "已撤回报送" in one.out) for one in ran] == [(0, True), (0, True), (1, False)]
    logged = season("log", *at, "--phase", PHASE, "--json").data
    taken_back = [(one["to"], one["reason"]) for one in logged if one["event"] == "recall" and not one["refused"]]
    assert taken_back == [("open", "漏了一名导师")]


def test_a_refusal_is_said_once_and_not_as_written(season: Talent) -> None:
    ran = season("phase", "submit", "shortlist", "--city", "盐城")
    assert (ran.status, ran.out.count("报送已于"), "已写入" in ran.out) == (1, 1, False)
    assert season("log", "--city", "盐城", "--phase", "shortlist", "--json").data[-1]["refused"] is True


@pytest.mark.parametrize(
    "asked",
    [
        ("withdraw", "--city", "盐城"),
        ("extend", "shortlist", "--city", "盐城", "--until", "2022-02-10"),
        ("approve", PHASE, "--city", "盐城", "--reject"),
        ("waive", "interviews.ratio", "--phase", "interview", "--city", "盐城"),
        ("rerun", "shortlist", "--city", "盐城", "--until", "2022-02-10"),
    ],
    ids=lambda asked: asked[0],
)
@pytest.mark.parametrize("reason", ["", " \u3000"])
def test_a_blank_reason_is_none(talent: Talent, asked: tuple[str, ...], reason: str) -> None:
    ran = talent("phase", *asked, "--reason", reason)
    assert (ran.status, ran.out, ran.err) == (
        2,
        "",
        f"--reason：不能是空白，事由要记录在案。\n写 talent phase {asked[0]} --help 看用法。\n",
    )


def test_a_reason_is_kept_without_the_blanks_around_it(season: Talent) -> None:
    asked = ("phase", "rerun", "shortlist", "--city", "盐城", "--until", "2022-02-10", "--json")
    ran = season(*asked, "--reason", " 疫情 封控 ")
    assert [move["reason"] for move in ran.data["changes"]["transitions"]] == ["疫情 封控"]
