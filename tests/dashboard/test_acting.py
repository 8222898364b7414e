"""Acts of the province: what is offered, what a preview shows, and that a confirmation does that, once."""

from __future__ import annotations

import html
import re

from httpx2 import Response

from tests.dashboard.conftest import ADMIN, VIEWER, Window

RERUN = {"phase": "shortlist", "city": "yancheng", "until": "2022-02-10", "reason": "疫情封控"}


def hidden(page: Response) -> dict[str, str]:
    """What the form that confirms carries, but for its token against forgery."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text.split("<main")[1])
    return {name: html.unescape(value) for name, value in found if name != "csrf"}


def test_the_late_city_is_found_previewed_and_rerun(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert 'value="yancheng" checked> <b>盐城</b>' in admin.get("/2022/tasks").text
    asked = admin.get("/2022/acts/rerun?phase=shortlist&city=yancheng").text
    assert '<input type="checkbox" name="city" value="yancheng" checked> 盐城' in asked
    shown = admin.submit("/2022/acts/rerun/preview", **RERUN)
    assert shown.status_code == 200
    assert "确认：为盐城重启面试名单，截止 2022-02-10 24:00" in shown.text
    assert "没有一行变化" in shown.text
    answer = admin.submit("/2022/acts/rerun", **hidden(shown))
    said = admin.get(answer.headers["location"]).text
    assert "盐城 面试名单 已重启（第 2 次），截止 2022-02-10 24:00" in said
    assert 'value="yancheng"' not in admin.get("/2022/tasks").text


def test_whoever_only_looks_may_not_act(window: Window) -> None:
    viewer = window.as_(VIEWER)
    asked = viewer.get("/2022/acts/rerun?phase=shortlist&city=yancheng")
    assert (asked.status_code, "您的账号只能查看，不能办理。" in asked.text) == (403, True)
    assert viewer.submit("/2022/acts/rerun/preview", **RERUN).status_code == 403
    assert viewer.submit("/2022/acts/rerun", **RERUN, once="1").status_code == 403
    assert "/acts/" not in viewer.get("/2022/tasks").text
    assert window.as_("yancheng").get("/2022/acts/rerun").status_code == 404
