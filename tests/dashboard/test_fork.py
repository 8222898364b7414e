"""推演 on the page: the administrator types another figure; what would be otherwise is shown, and nothing stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from dashboard.pages import fork as page
from models import audit
from models.database import Database
from rehearsal import fork as forked
from rehearsal.fork import Fork
from tests.support.reading import Read
from tests.support.window import ADMIN, VIEWER, Window

PAGE = "/2022/fork"


def test_a_figure_is_typed_and_what_would_be_otherwise_is_shown_and_on_record(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed: list[str] = []

    def played(database: Database, _: int, until: datetime, given: Mapping[str, str]) -> Fork:
        typed.append(given["interview_ratio"])
        year = window.site.year(2022).year
        now = forked.side(database, year, until)
        changed = forked.ChangedFigure("面试人数与入选人数之比不少于", "3:1", "2:1")
        more = {("returned", "interview", "wuxi", "1", "city:wuxi", "1")} if given["interview_ratio"] == "4" else set()
        after = replace(now, letters=now.letters | more)
        return Fork(year, until, (changed,), now, after, ("无锡 没有办成",), ())

    monkeypatch.setattr(page, "fork", played)
    admin = window.as_(ADMIN)
    assert 'name="interview_ratio" value="3"' in admin.get(PAGE).text
    said = admin.submit(PAGE, interview_ratio="2").text
    assert typed == ["2"]
    assert ("没有任何不同" in said, "无锡 没有办成" in said, "现为 3" in said) == (True, True, True)
    assert "<td>无锡</td><td>1 封</td><td>0 封</td>" in admin.submit(PAGE, interview_ratio="4").text
    with window.database.read() as connection:
        (newest,) = audit.entries(connection, most=1)
    assert (newest.what, newest.reason) == ("推演", "面试人数与入选人数之比不少于：3:1 → 2:1")


def test_a_figure_that_is_none_is_named_and_nothing_is_played(window: Window) -> None:
    said = window.as_(ADMIN).submit(PAGE, interview_ratio="三").text
    assert ('role="alert"' in said, "面试人数与入选人数之比不少于" in said, 'value="三"' in said) == (True, True, True)


def test_it_is_the_administrators_alone(window: Window) -> None:
    assert [window.as_(name).get(PAGE).status_code for name in (VIEWER, "yancheng")] == [403, 404]
    links = [Read.page(window.as_(name).get("/2022/tasks").text).links for name in (ADMIN, VIEWER)]
    assert [PAGE in found for found in links] == [True, False]
