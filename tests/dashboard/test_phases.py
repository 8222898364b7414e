from __future__ import annotations

import re

import pytest
from markupsafe import Markup
from sqlalchemy import insert, select, update

from dashboard.panels import beside
from dashboard.panels.place import Place
from models.columns import table_of
from models.tables.season import Filing, Letter, Transition
from tests.support.filing import reopen, spoilt, upload, workbook
from tests.support.reading import Read
from tests.support.window import ADMIN, CITIES, VIEWER, Window

PHASE, CITY, PAST = "/2022/shortlist", "/2022/shortlist/yancheng", "?as_of=2022-01-25T10:00"
HOSTILE = "<script>alert('甲·乙')</script>\"䶮𬭸" + "长" * 60


@pytest.fixture(autouse=True)
def no_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other areas put on these pages is theirs to test."""
    monkeypatch.setattr(beside, "PANELS", ())


def page(window: Window, address: str, name: str = ADMIN) -> Read:
    answer = window.as_(name).get(address)
    assert answer.status_code == 200, answer.text
    return Read.page(answer.text)


def test_a_phase_lists_every_city_with_state_due_and_what_it_waits_for(window: Window) -> None:
    cities, rules = page(window, PHASE).tables
    on_time = ["✓已通过", "1", "2022-01-30 周日 日历", "2022-01-28 10:05", "2022-01-28 10:05", "按时", "—", "—"]
    late = ["!已逾期 逾期 8 天", "1", "2022-01-30 周日 日历", "—", "—", "—", "—", "—"]
    assert [row[1:] for row in cities[1:]] == [late if city == "yancheng" else on_time for city in CITIES]
    assert rules[1:] == [
        ["审核通过并有测试成绩", "八(三)", "必须", "市级管理办公室", "报送时"],
        ["分数线", "八(三)", "必须", "市级管理办公室", "报送时"],
    ]


def test_a_refused_filing_is_mended_and_a_waiver_told_on_the_phases_page(window: Window) -> None:
    (refused, *_) = page(window, "/2022/application?as_of=2022-01-19T12:00").tables
    changzhou = refused[1 + CITIES.index("changzhou")]
    assert changzhou[1] == "↩已退回 剩 3 个工作日"
    assert changzhou[3] == "2022-01-24 周一 日历、按规定顺延"
    assert changzhou[7] != "—"
    (waived, *_) = page(window, "/2022/mentor-recommendation").tables
    assert waived[1 + CITIES.index("xuzhou")][8] == "导师资格"


def test_a_city_is_sent_from_a_phase_to_its_own_line_of_it(window: Window) -> None:
    places = [window.as_("yancheng").get(PHASE + at).headers["location"] for at in ("", PAST)]
    assert places == [CITY, CITY + PAST]


def test_a_city_phase_tells_what_happened_by_whom_and_what_was_refused(window: Window) -> None:
    steps = page(window, "/2022/mentor-recommendation/yangzhou").texts("li")
    told = [step for step in steps if step.startswith("202")]
    assert [step.split(" ")[3] for step in told] == [
        "开放",
        "逾期",
        "导入",
        "报送（未获准）",
        "重新开放",
        "报送",
        "审定",
    ]
    assert told[1].startswith("2022-01-15 周六 24:00 逾期"), "its due day's end, no midnight of the next"
    assert [step.endswith(" 系统") for step in told[:3]] == [True, True, False]
    assert told[3].startswith("2022-01-16 周日 10:05 报送（未获准） 扬州市管理办公室扬州 导师推荐 的报送已于")
    assert told[4] == ("2022-01-17 周一 09:30 重新开放 已逾期 → 进行中 省级管理办公室 · 第 2 轮系统迁移，延期两日")


def test_the_first_attempt_stays_readable_beside_the_newest_report_card(window: Window) -> None:
    read = page(window, "/2022/mentor-recommendation/xuzhou")
    assert (read.texts("h3"), read.texts("summary")) == (
        ["第 2 次报送（第 1 轮）"],
        ["第 1 次报送（第 1 轮）：未通过，2022-01-13 10:05", "本阶段核验什么（7 项）", "电话催办"],
    )
    newest, first, rules, loads, _letters = read.tables
    assert rules[1] == ["培养单位已报备", "二(二)", "必须", "市级管理办公室", "报送时"]
    assert {"/2022/notice#二(二)", "/2022/notice#三(一)"} <= {*read.links}
    assert newest[1] == ["○豁免", "导师资格", "三(一)", "原则上", "4/5", "5/5豁免 省级管理办公室：青年骨干，省办同意"]
    assert first[1] == ["!不符", "导师资格", "三(一)", "原则上", "4/5", "5/5"]
    assert any(text.startswith("导师资格 市级管理办公室：1 名导师") for text in read.texts("li"))
    assert loads[1:] == [["2022-01-13 10:00", "导师推荐", "18", "1", "徐州市管理办公室"]]
    assert read.texts("dd") == [
        "2022-01-18 周二 日历、按规定顺延",
        "第 1 轮",
        "2022-01-13 周四 15:10",
        "2022-01-13 周四 16:00（按时）",
        "导师资格",
    ]


def test_a_past_instant_shows_the_city_phase_as_it_stood(window: Window) -> None:
    read = page(window, "/2022/mentor-recommendation/xuzhou?as_of=2022-01-13T12:00")
    assert read.texts("h3") == ["第 1 次报送（第 1 轮）"]
    assert "↩已退回 剩 3 个工作日 已延期" in read.texts("p")
    assert not any("豁免“导师资格”" in text for text in read.texts("li"))
    assert {link for link in read.links if link.startswith("/2022/letters/")}
    assert all("as_of=2022-01-13T12:00" in link for link in read.links if link.startswith("/2022/letters/"))


def test_what_the_next_phase_waits_for_is_said_in_words(window: Window) -> None:
    texts = page(window, CITY).texts("li")
    assert "“导师面试”尚未开放：须“面试名单”通过（现为已逾期），方可开放。" in texts


def test_the_province_sees_all_letters_of_a_city_phase_and_the_city_its_own_offices(window: Window) -> None:
    whom = [
        {row[2] for row in page(window, "/2022/mentor-recommendation/yancheng", name).tables[-1][1:]}
        for name in (ADMIN, "yancheng")
    ]
    assert "盐城市管理办公室" in whom[0]
    assert any(one.startswith("导师 #") for one in whom[0])
    assert whom[1] == {"盐城市管理办公室"}


@pytest.mark.parametrize("name", [None, ADMIN, VIEWER, *CITIES])
def test_a_city_phase_is_seen_by_the_province_and_by_that_city_alone(window: Window, name: str | None) -> None:
    allowed = {None: 303, ADMIN: 200, VIEWER: 200, "yancheng": 200}
    assert window.as_(name).get(CITY).status_code == allowed.get(name, 404)


@pytest.mark.parametrize(
    "address",
    [
        "/2022/nothing",
        "/2022/nothing/yancheng",
        "/2022/shortlist/nowhere",
        "/2022/shortlist/盐城",
        "/2022/面试名单",
        "/2021/shortlist",
    ],
)
def test_what_is_no_address_is_not_there(window: Window, address: str) -> None:
    assert window.as_(ADMIN).get(address).status_code == 404


def test_hostile_and_rare_names_are_shown_as_they_are_and_add_no_element(window: Window) -> None:
    address = "/2022/mentor-recommendation/xuzhou"
    before = page(window, address)
    moved, filed, letter = table_of(Transition), table_of(Filing), table_of(Letter)
    with window.database.write() as connection:
        for table, number in ((moved, "seq"), (filed, "number")):
            last = select(table).where(table.c.city == "xuzhou", table.c.phase == "mentor-recommendation")
            row = dict(connection.execute(last.order_by(table.c.id.desc())).mappings().first() or {})
            named = {"by": HOSTILE} | ({"reason": HOSTILE} if table is moved else {})
            del row["id"]
            connection.execute(insert(table).values(row | named | {number: row[number] + 1}))
        connection.execute(update(letter).where(letter.c.concerns == "xuzhou").values(subject=HOSTILE))
    after = page(window, address)
    assert {tag: after.tags[tag] - before.tags[tag] for tag in ("script", "b", "iframe")} == {
        "script": 0, "b": 2, "iframe": 0,
    }  # fmt: skip
    assert {*after.links} == {*before.links}
    assert sum(HOSTILE in text for text in after.texts("li")) == 1
    assert any(HOSTILE in text for text in after.texts("p"))
    assert [HOSTILE in "".join(row) for row in after.tables[-1][1:]] == [True] * (len(after.tables[-1]) - 1)


def test_a_load_of_many_letters_links_to_all_of_them(window: Window) -> None:
    letter = table_of(Letter)
    with window.database.write() as connection:
        (one,) = connection.execute(select(letter).where(letter.c.id == 1)).mappings()
        rows = [{**one, "id": None, "slot": f"{n}", "message_id": f"<{n}>"} for n in range(40)]
        connection.execute(insert(letter), [{k: v for k, v in row.items() if k != "id"} for row in rows])
    read = page(window, f"/2022/{one['phase']}/nanjing")
    assert len(read.tables[-1]) == 31
    (link,) = [link for link in read.links if link.startswith("/2022/letters?")]
    assert re.fullmatch(r"/2022/letters\?phase=mentor-recommendation&city=nanjing", link)
    listed = page(window, link)
    assert len(listed.tables[0]) - 1 == int(next(t for t in listed.texts("p") if t.startswith("共"))[2:-3])


def test_each_area_may_put_its_panel_on_a_phase_a_city_and_a_city_phase(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(place: Place) -> Markup:
        return Markup("<aside>{} {}</aside>").format(place.phase and place.phase.slug, place.city and place.city.slug)

    monkeypatch.setattr(beside, "PANELS", (told, lambda _place: None))
    shown = [window.as_(ADMIN).get(address).text for address in (PHASE, CITY, "/2022/cities/yancheng")]
    assert [text.partition("<aside>")[2].partition("</aside>")[0] for text in shown] == [
        "shortlist None",
        "shortlist yancheng",
        "None yancheng",
    ]


def test_a_refused_load_is_told_among_the_loads_to_the_province_and_the_city(window: Window) -> None:
    reopen(window)
    upload(window.as_("yancheng"), spoilt(D2="王小明", D3="<script>"))
    upload(window.as_("yancheng"), workbook())
    for name in (ADMIN, "yancheng"):
        (loads,) = (table for table in page(window, CITY, name).tables if table[0][2:3] == ["行数或错误"])
        told = "没有导入：2 处错误 “成绩”第 2 行“测试成绩”：不是数字“成绩”第 3 行“测试成绩”：不是数字"
        assert [row[1:] for row in loads[1:]] == [
            ["面试名单", "38", "2", "yancheng 某"],
            ["面试名单", told, "2", "yancheng 某"],
        ]


def test_the_letters_of_all_attempts_stand_in_one_table_the_office_s_own_first(window: Window) -> None:
    read = page(window, "/2022/mentor-recommendation/yangzhou")
    assert read.texts("h2").count("告知情况") == 1
    (letters,) = (table for table in read.tables if table[0][-1] == "签收")
    assert letters[0] == ["轮次", "函件", "收件人", "发函", "签收"]
    office = [row[2] == "扬州市管理办公室" for row in letters[1:]]
    assert office == sorted(office, reverse=True)
    assert {row[0] for row, own in zip(letters[1:], office, strict=True) if own} == {"1", "2"}
    assert {row[4] for row, own in zip(letters[1:], office, strict=True) if own} == {"未签收"}
    assert {row[4] for row in letters[1:] if row[2].startswith(("导师", "中学"))} <= {"—"}
    assert re.fullmatch(r".{1,5} 2022-\d\d-\d\d \d\d:\d\d 写成", letters[1][3])
