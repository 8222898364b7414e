"""The one check of a day: the same whoever gives it, in every act that takes one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest

from acts import new_days
from acts.act import Bench
from acts.book import ACTS
from acts.doing import about, previewed, recorded
from calendars.edits import with_days
from models.standing import opened
from season.outcome import Outcome
from tests.acts.test_moved import APPLICATION, AT, LATE, ROLL, asked, begun
from tests.support.scenes import NANJING, YEAR, Scene, stamp
from tests.support.years import parse

TAKES_A_DAY = {"extend", "rerun", "reject", "return-mentors", "answer", "amend", "ask"}
FAR = date(2022, 3, 22)
SAID = "2022-03-22（星期二）是工作日。"
WARNED = {
    date(2022, 1, 22): "提醒：2022-01-22（星期六）不是工作日。",
    date(2022, 1, 29): "2022-01-29（星期六）是工作日（周六，调休上班）。",
    date(2022, 2, 1): "提醒：2022-02-01（星期二）不是工作日（春节）。",
    date(2022, 1, 27): "2022-01-27（星期四）是工作日。",
}


def ready(scene: Scene, slug: str) -> tuple[str, Mapping[str, Any]]:
    """A season in which the act can be done: the instant, and what it asks beside the day."""
    begun(scene)
    if slug in {"reject", "return-mentors"}:
        scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-10T10:00")
        scene.submit(ROLL, NANJING, "2022-01-10T10:00")
        some = {"mentors": "南京导师1（南京大学）", "then": "wait"} if slug == "return-mentors" else {}
        return AT, {"phase": ROLL, "city": [NANJING], "reason": "核对", **some}
    scene.file(ROLL, NANJING)
    if slug == "answer":
        return AT, {"request": asked(scene, "2022-01-18T09:00", date(2022, 1, 21)), "answer": "granted", "reason": "可"}
    if slug == "amend":
        return AT, {"reason": "省厅通知"}
    return LATE if slug == "rerun" else AT, {"phase": APPLICATION, "city": [NANJING], "reason": "暴雪"}


def done(scene: Scene, slug: str, day: date, confirm: str = "", *, preview: bool = False) -> Outcome:
    at, given = ready(scene, slug)
    act = ACTS[slug]
    with scene.database.read() as connection:
        year = opened(connection, YEAR).year
        days: dict[str, object] = {"until": day}
        if slug == "amend":
            moved = {(APPLICATION, "due"): day} | ({("shortlist", "due"): day} if day > date(2022, 1, 30) else {})
            later = [phase.slug for phase in year.phases if phase.due < day and phase.slug not in {ROLL, APPLICATION}]
            moved |= {(slug_, "due"): day for slug_ in later}
            days = {"calendar": parse(with_days(year.source_text, moved), "日历")}
        more = {"confirm": confirm} if confirm else {}
        filled = about(connection, year, act, act.fill(year, {**given, **days, **more}))
    bench = Bench(scene.database, year, stamp(at), None)
    return previewed(act, bench, filled) if preview else recorded(act, bench, filled)


def test_every_act_that_takes_a_day_checks_it() -> None:
    """Whoever adds one is told here, and by the tests below that it is checked."""
    asks = {slug for slug, act in ACTS.items() if act.asks("until") or act.asks("calendar")}
    elsewhere = {"extend-person"}  # of phases that come later: tests/acts/test_extend_person.py
    assert asks - {"arrange"} - elsewhere == TAKES_A_DAY, "the day of a meeting is no due day"
    assert {slug for slug, act in ACTS.items() if act.asks("confirm")} - elsewhere == TAKES_A_DAY


@pytest.mark.parametrize("slug", sorted(TAKES_A_DAY - {"amend"}))
def test_a_day_outside_every_calendar_is_refused_at_once_though_typed_again(scene: Scene, slug: str) -> None:
    """Counting the working days up to such a day took 11 s, in the transaction that holds the year."""
    day = date(9022, 2, 15)
    with patch.object(new_days, "checked_day", side_effect=AssertionError("counted")):
        answer = done(scene, slug, day, f"{day}")
    said = "没有办理：9022-02-15 不在年度日程的范围内，可能写错了年份；请写 1999 至 2100 年的日期。"
    assert (answer.outcome, answer.message) == ("refused", said)


@pytest.mark.parametrize("confirm", ["", "2022-02-22", "2022-03-23"])
@pytest.mark.parametrize("slug", sorted(TAKES_A_DAY))
def test_a_day_too_far_is_not_taken_until_it_is_typed_again(scene: Scene, slug: str, confirm: str) -> None:
    refused = done(scene, slug, FAR, confirm)
    assert refused.outcome == "refused"
    assert refused.message.startswith("没有办理：2022-03-22（星期二）比年度日历的截止日 2022-01-")
    assert refused.message.endswith("请在“再写一遍截止日”里写 2022-03-22。")
    assert refused.changes.transitions == ()


@pytest.mark.parametrize("slug", sorted(TAKES_A_DAY))
def test_a_far_day_that_was_typed_again_is_taken(scene: Scene, slug: str) -> None:
    taken = done(scene, slug, FAR, f"{FAR}")
    assert taken.done, taken.message
    assert SAID in taken.message.splitlines()


@pytest.mark.parametrize("day", WARNED)
@pytest.mark.parametrize("slug", ["extend", "reject", "answer", "ask"])
def test_weekday_and_holiday_are_named(scene: Scene, slug: str, day: date) -> None:
    assert done(scene, slug, day).message.splitlines()[1:2] == [WARNED[day]]


SHORTLIST, INTERVIEW = "面试名单的截止日 2022-01-30", "导师面试的截止日 2022-02-20"
OVERTAKEN = {date(2022, 1, 30): (), date(2022, 1, 31): (SHORTLIST,), date(2022, 2, 21): (SHORTLIST, INTERVIEW)}


@pytest.mark.parametrize("day", OVERTAKEN)
@pytest.mark.parametrize("slug", ["extend", "rerun", "reject", "answer", "ask"])
def test_the_phases_that_have_to_be_done_before_the_day_are_named(scene: Scene, slug: str, day: date) -> None:
    """What is rejected here is the phase before, which the application comes after too."""
    dues = "、".join((*(("学生申报的截止日 2022-01-20",) if slug == "reject" else ()), *OVERTAKEN[day]))
    said = [f"提醒：{day} 晚于年度日历上{dues}；届时仍须办理的，按规定顺延。"] if dues else []
    assert [line for line in done(scene, slug, day).message.splitlines() if "晚于" in line] == said


def test_a_calendar_whose_phases_keep_their_order_overtakes_none(scene: Scene) -> None:
    assert "晚于" not in done(scene, "amend", date(2022, 2, 21)).message


@pytest.mark.parametrize("day", [24, 25, 26])
def test_a_day_too_soon_is_warned_of_with_the_nearest_that_is_not(scene: Scene, day: int) -> None:
    soon = done(scene, "rerun", date(2022, 1, day), preview=True)
    said = f"提醒：到 2022-01-{day} 只有 {day - 23} 个工作日，办理时间偏紧；最近的合适日子是 2022-01-26（星期三）。"
    assert (soon.done, soon.message.splitlines()[-1] == said) == (True, day < 26)
    assert ("提醒" in soon.message) == (day < 26)


def test_the_day_that_a_city_asked_for_is_checked_where_the_province_names_none(scene: Scene) -> None:
    begun(scene).file(ROLL, NANJING)
    number, act = asked(scene, "2022-01-18T09:00", FAR), ACTS["answer"]
    with scene.database.read() as connection:
        year = opened(connection, YEAR).year
    for answer, confirm, outcome in (("granted", "", "refused"), ("declined", "", "done")):
        filled = act.fill(year, {"request": number, "answer": answer, "reason": "可", "confirm": confirm or None})
        assert recorded(act, Bench(scene.database, year, stamp(AT), None), filled).outcome == outcome
