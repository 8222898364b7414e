from __future__ import annotations

import pytest

from calendars.files import load
from commands.recipients import AUDIENCES, recipient
from letters.occurrences import OCCURS
from tests.cli.conftest import Talent


@pytest.mark.parametrize(("kind", "phase"), OCCURS, ids=str)
def test_every_kind_is_previewed_for_every_phase_it_occurs_in(talent: Talent, kind: str, phase: str | None) -> None:
    named = () if phase is None else ("--phase", phase)
    ran = talent("letters", "preview", kind, *named, "--city", "盐城", "--json")
    wanted = next(audiences for pair, audiences in OCCURS.items() if pair == (kind, phase))
    assert (ran.status, ran.err) == (0, "")
    assert [letter["audience"] for letter in ran.data] == list(wanted)
    assert [letter for letter in ran.data if not (letter["subject"] and letter["text"] and letter["html"])] == []


def test_a_preview_is_printed_as_text_or_as_html(talent: Talent) -> None:
    asked = ("letters", "preview", "overdue", "--phase", "shortlist", "--city", "3209")
    text, html = talent(*asked).out, talent(*asked, "--html").out
    assert text.splitlines()[1] == html.splitlines()[1] == "主题：【省后备人才】逾期催办：盐城市面试名单"
    assert ("<" in text, "<" in html) == (False, True)


def test_a_preview_names_its_readers_in_chinese(talent: Talent) -> None:
    lines = talent("letters", "preview", "escalation", "--phase", "shortlist", "--city", "盐城").out.splitlines()
    assert [line for line in lines if line.startswith("—— ")] == [
        "—— 收件人类别：市级管理办公室负责同志",
        "—— 收件人类别：省级管理办公室负责同志",
    ]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("city:yancheng", "盐城市级管理办公室"),
        ("head:yancheng", "盐城市级管理办公室负责同志"),
        ("province", "省级管理办公室"),
        ("lead", "省级管理办公室负责同志"),
        ("mentor:38", "导师 #38"),
        ("school:3", "中学 #3"),
        ("institution:12", "高校、科研院所 #12"),
    ],
)
def test_a_recipient_is_shown_in_words(key: str, words: str) -> None:
    assert recipient(load(2022), key) == words


def test_every_audience_has_a_word() -> None:
    assert {audience for audiences in OCCURS.values() for audience in audiences} == AUDIENCES.keys()


def test_lists_and_letters_show_people_who_is_written_to(season: Talent) -> None:
    asked = ("letters", "list", "--city", "盐城", "--kind", "overdue")
    number = season(*asked, "--json").data[0]["id"]
    rows = [line.split() for line in season(*asked).out.splitlines()]
    assert ["待发", "盐城市级管理办公室"] in [row[3:5] for row in rows]
    shown = season("letters", "show", str(number)).out.splitlines()
    assert shown[0] == "收件人：盐城市级管理办公室 <yancheng@city.example>"
    rerun = ("phase", "rerun", "shortlist", "--city", "盐城", "--until", "2022-02-10", "--reason", "大雪", "--dry-run")
    said = season(*rerun).out.splitlines()
    assert said[-1] == "  函件 → 盐城市级管理办公室：【省后备人才】重启：盐城市面试名单，2月10日截止"


@pytest.mark.parametrize(
    ("option", "first", "last"), [("--state", "queued", "cancelled"), ("--kind", "opened", "visits-short")]
)
def test_letters_of_no_state_or_kind_are_wrong_usage(talent: Talent, option: str, first: str, last: str) -> None:
    ran = talent("letters", "list", option, "nonsense")
    said = ran.err.splitlines()[0]
    assert (ran.status, ran.out) == (2, "")
    assert said.startswith(f"{option} 不能是“nonsense”，应为 {first}、")
    assert said.endswith(f"、{last} 之一。")
