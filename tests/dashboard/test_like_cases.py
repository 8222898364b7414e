"""Before a case is decided, the earlier ones of its kind are shown with their answers, of every year on record."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from sqlalchemy import insert, update

from calendars import files
from dashboard.views.like_cases import LikeCase, like_cases
from models.columns import table_of
from models.earlier_cases import Decided, EarlierCase, earlier_cases
from models.tables.season import ExtensionRow, ProgrammeYear, Transition, WaiverRow
from phases.book import BOOK
from tests.support.requests_asked import put
from tests.support.scenes import Scene, instant
from tests.support.window import ADMIN, Window

PHASE = "shortlist"
AT = "2022-01-25T10:00"
SINCE = "2022-02-01T10:00"
RULE, OTHER = "shortlist.cut-line", "shortlist.tested"


def decided(scene: Scene) -> None:
    """Each kind of decision about the shortlist, two of them in the year before; and of another phase."""
    by = {"by": "省办", "at": instant(AT)}
    given = {"cause": "extension", "as_of": instant(AT)}
    later = {**by, **given, "phase": PHASE, "attempt": 1, "until": date(2022, 2, 8), "corrections": 0}
    rule = {**by, "phase": PHASE, "city": "wuxi", "attempt": 1, "rule": RULE, "reason": "命题有误"}
    request = {**by, "token": "a", "year": 2022, "phase": PHASE, "city": "suqian", "attempt": 1, "reason": "人手不足"}
    with scene.database.write() as connection:
        connection.execute(
            insert(table_of(ExtensionRow)),
            [
                {**later, "year": 2021, "city": "nanjing", "reason": "疫情"},
                {**later, "year": 2022, "city": "xuzhou", "reason": "误办"},
                {**later, "year": 2022, "city": "xuzhou", "until": date(2022, 2, 20), "reason": "又误办"},
                {
                    **later, "year": 2022, "city": "xuzhou", "cause": "correction", "corrections": 1, "reason": "更正",
                    "until": date(2022, 1, 30), "as_of": instant(AT),
                },
                {**later, "year": 2022, "city": "wuxi", "cause": "rerun", "reason": "重报", "as_of": instant(AT)},
                {
                    **later, "year": 2022, "city": "wuxi", "phase": "application", "cause": "extension",
                    "reason": "另一阶段", "as_of": instant(AT),
                },
            ],
        )  # fmt: skip
        connection.execute(
            insert(table_of(WaiverRow)),
            [
                {**rule, "year": 2021, "as_of": instant(AT)},
                {**rule, "year": 2022, "rule": OTHER, "as_of": instant(SINCE)},
            ],
        )
    at = {"at": instant(AT), "as_of": instant(AT), "until": date(2022, 2, 9), "kind": "later-day"}
    put(scene.database, {**request, **at}, ("declined", instant(SINCE), "时间充裕"))
    put(scene.database, {**request, **at, "token": "b"}, ("granted", instant(SINCE), "同意"))


def found(scene: Scene, act: str, as_of: str = SINCE, rule: str = "", limit: int = 9) -> list[EarlierCase]:
    with scene.database.read() as connection:
        return earlier_cases(connection, act, PHASE, instant(as_of), rule=rule, limit=limit)


def test_what_was_decided_in_a_trial_is_no_case(scene: Scene) -> None:
    decided(scene)
    assert {one.year for one in found(scene, "waive", rule=RULE)} == {2021, 2022}
    year = table_of(ProgrammeYear)
    with scene.database.write("every") as connection:
        connection.execute(update(year).where(year.c.year == 2022).values(trial="trial@kepu.example"))
    assert {one.year for one in found(scene, "waive", rule=RULE)} == {2021}


def test_each_kind_of_decision_is_found_in_every_year_the_newest_first(scene: Scene) -> None:
    decided(scene)
    day, at, since = date(2022, 2, 8), instant(AT), instant(SINCE)
    later = [
        EarlierCase("declined", 2022, "suqian", since, "时间充裕", until=date(2022, 2, 9)),
        EarlierCase("extended", 2022, "xuzhou", at, "误办", until=day),
        EarlierCase("taken-back", 2022, "xuzhou", at, "又误办", until=date(2022, 2, 20)),
        EarlierCase("extended", 2021, "nanjing", at, "疫情", until=day),
    ]
    assert found(scene, "extend") == found(scene, "answer") == later
    assert found(scene, "extend", limit=1) == later[:1]
    assert found(scene, "extend", as_of=AT) == later[1:]
    waived = [
        EarlierCase("waived", 2022, "wuxi", since, "命题有误", OTHER),
        EarlierCase("waived", 2021, "wuxi", at, "命题有误", RULE),
    ]
    assert found(scene, "waive") == waived
    assert found(scene, "waive", rule=RULE, limit=1) == waived[1:]  # the like one first, however old
    assert found(scene, "reject") == found(scene, "nudge") == []


def test_a_filing_that_was_sent_back_is_a_case_and_a_try_in_vain_is_none(scene: Scene) -> None:
    scene.through("mentor-recommendation", "nanjing")
    with scene.database.write() as connection:
        table = table_of(Transition)
        first = connection.execute(table.select().where(table.c.event == "submit").limit(1)).one()
        row = {**first._asdict(), "event": "reject", "phase": PHASE, "as_of": instant(AT), "reason": "名单有误"}
        del row["id"]
        for seq, refused in ((901, False), (902, True)):
            connection.execute(insert(table).values({**row, "seq": seq, "refused": refused}))
    assert [(one.decided, one.city, one.reason) for one in found(scene, "reject")] == [
        ("returned", "nanjing", "名单有误")
    ]


def shown(page: str) -> list[list[str]]:
    """The cells of the earlier cases on a page."""
    (table,) = re.findall(r'<details class="like" open>.*?</details>', page, re.DOTALL) or [""]
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
    return [[html.unescape(cell) for cell in row] for row in rows]


def test_form_and_preview_show_them_and_other_acts_do_not(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert shown(admin.get("/2022/acts/extend?phase=interview&city=suzhou").text) == []
    with window.database.write() as connection:
        row = {"year": 2021, "phase": "interview", "city": "gone", "attempt": 1, "cause": "extension", "by": "省办"}
        at = {"at": instant(AT), "as_of": instant(AT), "until": date(2021, 2, 8), "reason": "<b>疫情</b>"}
        connection.execute(insert(table_of(ExtensionRow)).values(row | at))
    assert shown(admin.get("/2022/acts/nudge?phase=shortlist").text) == []
    form = {"phase": "interview", "city": "suzhou", "until": "2022-02-25", "reason": "疫情"}
    expected = [["2022-01-25", "gone", "延至 2021-02-08", "<b>疫情</b>"]]
    assert shown(admin.get("/2022/acts/extend?phase=interview&city=suzhou").text) == expected
    assert shown(admin.submit("/2022/acts/extend/preview", **form).text) == expected
    with window.database.write() as connection:
        connection.execute(
            update(table_of(ExtensionRow)).where(table_of(ExtensionRow).c.year == 2021).values(reason="")
        )
    assert shown(admin.get("/2022/acts/extend?phase=interview&city=suzhou").text)[0][-1] == "—"


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        ("waived", "豁免“面试与入选比例”"),
        ("extended", "延至 2022-02-08"),
        ("taken-back", "延至 2022-02-08，后来更正收回"),
        ("declined", "申请延至 2022-02-08，没有同意"),
        ("returned", "退回修改"),
    ],
)
def test_each_decision_has_its_words(decided: Decided, said: str) -> None:
    case = EarlierCase(decided, 2022, "wuxi", instant(AT), None, "interviews.ratio", date(2022, 2, 8))
    assert like_cases([case], files.load(2022), BOOK) == (LikeCase(2022, "无锡", date(2022, 1, 25), said, ""),)
