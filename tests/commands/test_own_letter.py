"""`talent letters write`: shown, then written; in words that an office keeps; in a city's name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models import letter_templates
from models.database import Database
from phases.book import BOOK
from tests.commands.conftest import Talent
from tests.support.scenes import NANJING, Scene, stamp

AT = "2022-01-07T09:00"


@pytest.fixture
def scene(database_url: str) -> Iterator[Scene]:
    database = Database(database_url, BOOK)
    yield Scene.begin(database)
    database.dispose()


@pytest.mark.usefixtures("scene")
def test_it_is_shown_and_then_written(talent: Talent, database_url: str) -> None:
    at = ("--db", database_url, "--as-of", AT, "--by", "王办")
    written = ("letters", "write", "cities", "--city", "南京", "--city", "无锡", "--subject", "关于{设区市}开会的函")
    asked = (*written, "--text", "请于{截止时间}前告知。\\n谢谢。", "--phase", "导师推荐", *at)
    shown = talent(*asked, "--dry-run", "--json").data["changes"]
    assert [letter["to"] for letter in shown["letters"]] == ["city:nanjing", "city:wuxi"]
    assert (
        "南京市管理办公室：\n　　请于2022年1月15日（星期六）24时前告知。\n　　谢谢。" in talent(*asked, "--dry-run").out
    )
    listed = ("letters", "list", "--kind", "letter", "--json", *at)
    assert talent(*listed).data == []
    done = talent(*asked)
    assert (done.status, "第 1 号自拟函，写给各市（市级管理办公室），2 个收件人。" in done.out) == (0, True)
    assert [letter["subject"] for letter in talent(*listed).data] == [
        "【省后备人才培养计划】关于南京市开会的函", "【省后备人才培养计划】关于无锡市开会的函",
    ]  # fmt: skip
    back = talent("letters", "recall-own", "1", *at)
    assert (back.status, "已收回第 1 号自拟函的 2 封，不再发出。" in back.out) == (0, True)
    assert talent("letters", "recall-own", "1", *at).status == 1
    refused = talent("letters", "write", "everybody", "--subject", "函", "--text", "{学生}", *at)
    assert refused.status == 1
    assert "收件人：请选一类收件人" in refused.out


def test_in_words_that_are_kept_and_in_a_city_s_name(talent: Talent, scene: Scene, database_url: str) -> None:
    scene.file("mentor-recommendation", NANJING, at="2022-01-06T10:00")
    with scene.database.write() as connection:
        letter_templates.keep(connection, NANJING, "面试", "关于面试的函", "请安排。", stamp(AT))
    at = ("--db", database_url, "--as-of", AT, "--by", "王办", "--json")
    asked = ("letters", "write", "mentors", "--template", "面试", *at)
    assert talent(*asked).status == 2, "the province keeps no such words"
    (letter,) = talent(*asked, "--office", "南京").data["changes"]["letters"]
    (kept,) = talent("letters", "list", "--kind", "letter", *at).data
    assert (letter["subject"], kept["slot"]) == ("【省后备人才培养计划】关于面试的函", "1@nanjing")
