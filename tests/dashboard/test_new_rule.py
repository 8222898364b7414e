"""A rule that a later release brings is offered to the province where the year is without it, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

from models.database import Database
from tests.dashboard.test_acting import hidden
from tests.support.newrule import NEW, NEXT
from tests.support.window import ADMIN, Window


def test_the_window_offers_it_where_there_is_one(window: Window) -> None:
    assert "采用新规则" not in window.as_(ADMIN).get("/2022/tasks").text
    upgraded = Database(window.database.url, NEXT)
    admin = Window(replace(window.site, database=upgraded)).as_(ADMIN)
    assert "采用新规则（1 条）" in admin.get("/2022/tasks").text
    form = admin.get("/2022/acts/adopt").text
    assert ("面试名单人数（八(三)）" in form, "采用之前不按它核验" in form) == (True, True)
    refused = admin.submit("/2022/acts/adopt/preview", rule="shortlist.cut-line", reason="省办决定")
    assert (refused.status_code, "本年度没有这条尚未采用的规则" in refused.text) == (422, True)
    shown = admin.submit("/2022/acts/adopt/preview", rule=NEW.id, reason="省办决定")
    assert (shown.status_code, "南京（已通过）：不符合，面试名单" in shown.text) == (200, True)
    admin.submit("/2022/acts/adopt", **hidden(shown))
    assert "采用新规则" not in admin.get("/2022/tasks").text
    upgraded.dispose()
