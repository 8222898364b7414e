"""What the province does with a filing is what it does in that phase: nothing is scored where nothing can be."""

from __future__ import annotations

import pytest

from acts.last_word import last_work
from calendars.year import Ending
from phases.book import BOOK
from tests.support.scenes import calendar

WORK: list[tuple[str, Ending | None, str]] = [
    ("year-end", "results", "评价并公布结果"),
    ("year-end", "record", "评价并备案"),
    ("interview", "results", "公布结果"),
    ("interview", "approve", "审定"),
    ("meeting", None, "办理"),
]


@pytest.mark.parametrize(("slug", "ending", "said"), WORK)
def test_only_what_the_province_scores_is_said_to_be_evaluated(slug: str, ending: Ending | None, said: str) -> None:
    assert last_work(BOOK, calendar().phase(slug).model_copy(update={"province": ending})) == said
