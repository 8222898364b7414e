from __future__ import annotations

from models import histories
from models.histories import Span
from tests.support.made import calendar
from tests.support.reading import Read
from tests.support.window import ADMIN, Window

CALENDAR = "/2022/calendar"


def read(window: Window, name: str, query: str = "") -> Read:
    answer = window.as_(name).get(CALENDAR + query)
    assert answer.status_code == 200
    return Read.page(answer.text)


def test_the_table_says_what_the_chart_draws(window: Window) -> None:
    found = read(window, ADMIN)
    bars = [text for text in found.texts("title")[1:] if " 开放，" in text]
    assert [row[0] for row in found.tables[0][1:]] == [bar.partition("：")[0] for bar in bars]
    assert found.tables[0][3] == ["面试名单", "2022-01-21 周五", "2022-01-30 周日 调休上班", "—", "—"]
    own = found.tables[0][1][4]
    assert own.startswith("徐州至 2022-01-18 周二（按规定顺延）")
    assert ("系统" in own.split("扬州")[0], "徐州市管理办公室" in own) == (True, False)
    assert "徐州、扬州至 01-18（按规定顺延、因重新开放而改定）" in found.texts("text")
    assert "今天 02-07" in found.texts("text")


def test_a_city_sees_its_own_later_days_alone(window: Window) -> None:
    seen = {name: read(window, name).tables[0] for name in ("yancheng", "xuzhou")}
    assert {row[4] for row in seen["yancheng"][1:]} == {"—"}
    assert [row[4][:14] for row in seen["xuzhou"][1:] if row[4] != "—"] == ["徐州至 2022-01-18"]


def test_the_guard_is_the_readers_own_city(window: Window) -> None:
    """The broken control: asked for without a city, the same history tells everybody's."""
    look = window.site.year(2022)
    assert look.clock is not None
    with window.database.read() as connection:
        found = histories.grants(connection, Span(2022, look.clock))
    assert len({grant.city for grant in found}) > 1


def test_every_moment_of_the_year_is_listed_and_the_past_dimmed(window: Window) -> None:
    found = read(window, ADMIN, "?as_of=2022-01-18T10:00")
    listed = [text for text in found.texts("li") if "：" in text and text.startswith("202")]
    assert [text.endswith("已过") for text in listed] == [True] * 9 + [False] * (len(listed) - 9)
    assert "2022-01-15 周六 24:00导师推荐：截止周六 · 已过" in listed
    assert "看这一天 01-18" in found.texts("text")


def test_days_off_and_days_made_up_for_are_listed(window: Window) -> None:
    texts = read(window, ADMIN).texts("li")
    assert "2022-01-31 至 2022-02-06 春节" in texts
    assert "2022-01-29 调休上班" in texts


def test_the_chart_has_a_title_a_description_and_a_bar_a_phase(window: Window) -> None:
    found = read(window, ADMIN)
    assert "2022 年度各阶段的起止" in found.texts("title")
    assert found.tags["svg"] == found.tags["desc"] == 1
    assert len([t for t in found.texts("title") if " 开放，" in t]) == len(calendar().phases)
