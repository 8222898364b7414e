from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from dashboard.panels import beside
from models.columns import table_of
from models.tables.season import Letter, Suppressed
from tests.support.made import instant
from tests.support.reading import Read
from tests.support.window import ADMIN, CITIES, VIEWER, Window

HOME = "/2022/cities/yancheng"


@pytest.fixture(autouse=True)
def no_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other areas put on these pages is theirs to test."""
    monkeypatch.setattr(beside, "PANELS", ())


def read(window: Window, name: str, address: str = HOME) -> Read:
    return Read.page(window.as_(name).get(address).text)


def test_the_first_thing_a_city_reads_is_what_to_do_now_and_by_when(window: Window) -> None:
    found = read(window, "yancheng")
    assert found.texts("p")[0] == (
        "“面试名单”已于 2022-01-30（周日）截止，逾期 8 天，现在不能报送："
        "请向省级管理办公室申请延期，重新开放之后即可报送。 去办理"
    )
    assert found.links.index("/2022/shortlist/yancheng") < found.links.index("/2022/mentor-recommendation/yancheng")


def test_a_city_sees_its_phases_in_the_order_of_the_year(window: Window) -> None:
    found = read(window, "yancheng")
    assert found.texts("h3") == [
        "导师推荐", "学生申报", "面试名单", "导师面试", "师生见面会", "学生培养", "中期评价", "年度评价",
    ]  # fmt: skip
    turns = [text for text in found.texts("p") if text in {"由本市办理", "等省级管理办公室办理"}]
    assert (turns, "共 8 个阶段，已办完 2 个。 交接单" in found.texts("p")) == (["由本市办理"], True)
    states = [text for text in found.texts("p") if text[:1] in "✓!·○◐↩—"]
    assert states == ["✓已通过 按时", "✓已通过 按时", "!已逾期 逾期 8 天", *["·未开放"] * 5]


def test_in_the_past_a_city_only_looks(window: Window) -> None:
    found = read(window, "yancheng", f"{HOME}?as_of=2022-01-25T10:00")
    assert found.texts("p")[1] == "请在 2022-01-30（周日）24:00 前报送“面试名单”（剩 5 个工作日）。 查看"


def test_the_province_sees_beside_what_of_the_citys_post_did_not_arrive(window: Window) -> None:
    letter = table_of(Letter)
    mine = letter.c.recipient == "city:yancheng"
    with window.database.write() as connection:
        connection.execute(update(letter).where(mine, letter.c.kind == "opened").values(state="failed"))
        connection.execute(update(letter).where(mine, letter.c.kind == "overdue").values(state="held"))
        since = {"since": instant("2022-01-20T09:00"), "by": "省办", "why": "连续退信"}
        connection.execute(insert(table_of(Suppressed)).values(address="yancheng@city.example", **since))
    found = read(window, ADMIN)
    assert [row[0] for row in found.tables[0][1:]] == ["‖待补邮箱", "!未送达", "!未送达", "!未送达"]
    assert found.texts("dd") == ["没有登记（演练中用代替地址）"] * 2
    assert "!邮箱 yancheng@city.example 已停止发函（2022-01-20 09:00 起）：连续退信；1 封函件在等。" in found.texts("p")
    assert not read(window, "yancheng").tables
    assert not read(window, ADMIN, "/2022/cities/nanjing").tables


@pytest.mark.parametrize("name", [None, ADMIN, VIEWER, *CITIES])
def test_a_citys_year_is_seen_by_the_province_and_by_that_city_alone(window: Window, name: str | None) -> None:
    allowed = {None: 303, ADMIN: 200, VIEWER: 200, "yancheng": 200}
    assert window.as_(name).get(HOME).status_code == allowed.get(name, 404)


def test_a_city_that_is_none_is_not_there(window: Window) -> None:
    assert [window.as_(ADMIN).get(f"/2022/cities/{city}").status_code for city in ("nowhere", "盐城")] == [404, 404]
