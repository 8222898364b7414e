"""`talent handover` and `talent fork`: what stands is told, and what another figure would have come to."""

from __future__ import annotations

import pytest

from commands.options import environment
from models import audit
from models.database import Database
from phases.book import BOOK
from tests.commands.conftest import Talent

OPENED, LATE = "2022-01-13T10:00", "2022-01-17T09:00"


@pytest.fixture
def begun(talent: Talent) -> Talent:
    """A year that was opened two days before its first due day, and is looked after on the morning after it."""
    talent("year", "open", "2022", "--rehearsal", "--as-of", OPENED)
    talent("phase", "extend", "mentor-recommendation", "--city", "盐城", "--until", "2022-01-20", "--reason", "暴雪",
           "--as-of", "2022-01-13T11:00")  # fmt: skip
    talent("phase", "advance", "--as-of", LATE)
    return talent


def test_the_sheet_says_what_is_promised_and_whom_to_ask(begun: Talent) -> None:
    sheet = begun("handover", "2022", "--as-of", LATE, "--json").data
    assert [(one["kind"], one["city"], one["until"]) for one in sheet["promises"]] == [
        ("day", "yancheng", "2022-01-20")
    ]
    assert (sheet["awaited"], sheet["before"], len(sheet["call"])) == ([], None, 14)
    said = begun("handover", "--as-of", LATE, "--city", "盐城").out
    assert ("另定的截止日" in said, "暴雪" in said, "南京" in said, "没有上一年度的日历" in said) == (
        True,
        True,
        False,
        True,
    )


def test_another_figure_is_named_beside_what_it_is_and_nothing_is_said_to_differ(begun: Talent) -> None:
    found = begun("fork", "2022", "--as-of", LATE, "--with", "city_cap=6")
    assert (found.status, "每个设区市的省级资助名额：5人 → 6人" in found.out) == (0, True)
    assert "会有不同的阶段" not in found.out
    assert "没有发出函件，没有保存任何结果。" in found.out
    database = Database(environment().database.url, BOOK)
    with database.read() as connection:
        (newest,) = audit.entries(connection, most=1)
    database.dispose()
    assert (newest.what, newest.reason) == ("推演", "每个设区市的省级资助名额：5人 → 6人")


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [("city_cap", 2, "项目=数值"), ("cap=6", 1, "city_cap"), ("city_cap=six", 1, "省级资助名额")],
)
def test_what_is_no_figure_is_said(begun: Talent, typed: str, status: int, words: str) -> None:
    found = begun("fork", "--as-of", LATE, "--with", typed)
    assert (found.status, words in found.err) == (status, True)
