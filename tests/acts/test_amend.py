"""Revising a running year's calendar: what moves, what is refused, and that the past keeps its own."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from acts.amend import amend
from acts.on_paper import Paper
from acts.open_year import open_year
from calendars import files
from calendars.drafts import diff
from calendars.edits import NotFound, with_days
from calendars.year import Year
from deployments.plan import plan
from models.columns import table_of
from models.database import Database
from models.open_years import live
from models.reports import matrix
from models.standing import opened
from models.tables.revised_calendars import Amendment
from models.tables.season import Letter
from season.outcome import Outcome
from tests.support import ledger
from tests.support.scenes import NANJING, YEAR, Scene, calendar, instant, stamp
from tests.support.years import parse

AT = "2022-01-05T10:00"


def moved(**days: str) -> Year:
    """The calendar with these days, `shortlist__due="2022-02-10"`."""
    keys = {tuple(key.replace("_", "-").split("--")): date.fromisoformat(day) for key, day in days.items()}
    named = {(phase, key.replace("-", "_")): day for (phase, key), day in keys.items()}
    return parse(with_days(calendar().source_text, named), "日历")


def revise(scene: Scene, new: Year, at: str = AT, *, dry_run: bool = False) -> Outcome:
    return amend(scene.database, YEAR, new, stamp(at), reason="省厅通知", dry_run=dry_run)


def due(scene: Scene, phase: str, at: str) -> date:
    with scene.database.read() as connection:
        found = matrix(connection, YEAR, instant(at)).cities[NANJING]
    return next(one.due.day for one in found if one.phase == phase)


def test_a_later_day_moves_for_every_city_and_what_names_the_old_one_is_said_anew(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    new = moved(mentor_recommendation__due="2022-01-18")
    foreseen = revise(scene, new, dry_run=True)
    happened = revise(scene, new)
    assert happened == foreseen
    assert happened.message == "2022 年度日历已修订；13 项截止日随之改变。"
    assert {move.reason for move in happened.changes.transitions} == {
        "年度日历修订，截止日 2022-01-15 改为 2022-01-18：省厅通知"
    }
    letter = table_of(Letter)
    with scene.database.read() as connection:
        query = select(letter.c.state, letter.c.subject).where(letter.c.kind == "opened", letter.c.concerns == NANJING)
        found = {tuple(row) for row in connection.execute(query)}
    assert {(state, "1月18日" in subject) for state, subject in found} == {("cancelled", False), ("queued", True)}


def test_the_past_shows_the_day_that_stood_then(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    revise(scene, moved(mentor_recommendation__due="2022-01-18"))
    days = [due(scene, "mentor-recommendation", at) for at in ("2022-01-05T09:59", AT)]
    assert days == [date(2022, 1, 15), date(2022, 1, 18)]
    with scene.database.read() as connection:
        kept = connection.execute(select(table_of(Amendment))).one()
        assert (kept.calendar, kept.reason, kept.by) == (calendar().source_text, "省厅通知", "省办")
        assert opened(connection, YEAR, instant("2022-01-05T09:59")).year == calendar()


def test_the_same_calendar_again_changes_nothing(scene: Scene) -> None:
    new = moved(shortlist__due="2022-02-10")
    assert revise(scene, new).done
    before = ledger.everything(scene.database)
    assert revise(scene, new, "2022-01-06T10:00").message == "2022 年度日历与现行的完全相同，未作改动。"
    assert ledger.everything(scene.database) == before


def test_an_extension_of_ones_own_stands_where_the_calendar_falls_short_of_it(scene: Scene) -> None:
    scene.extend("shortlist", [NANJING], "2022-01-04T10:00", date(2022, 2, 15))
    assert revise(scene, moved(shortlist__due="2022-02-10")).done
    assert due(scene, "shortlist", AT) == date(2022, 2, 15)


LEFT = "提前的，须从今天起留足 3 个工作日"
REFUSED = {
    "earlier than told": (
        f"导师推荐的截止日 2022-01-15 已经通知 13 个市，{LEFT}，最早为 2022-01-10，不能提前到 2022-01-09。",
        AT,
    ),
    "past": (
        "导师推荐的截止日 2022-01-15 已经过去，不能再改；已逾期或要重新办理的市请用重新开放，还没有到期的用延期。",
        "2022-01-16T00:00",
    ),
}


def test_a_day_that_was_made_known_moves_earlier_only_where_it_leaves_room(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    said, at = REFUSED["earlier than told"]
    refused = revise(scene, moved(mentor_recommendation__due="2022-01-09"), at)
    assert (refused.outcome, refused.message) == ("refused", said)
    assert revise(scene, moved(application__due="2022-01-18"), at).done


def test_a_day_that_was_told_to_mentors_alone_moves_earlier_only_where_it_leaves_room(scene: Scene) -> None:
    """Whoever is to interview hears until when before the phase opens to the city."""
    scene.through("shortlist", NANJING)
    refused = revise(scene, moved(interview__due="2022-02-06"), "2022-01-28T10:00")
    assert (refused.outcome, refused.message) == (
        "refused",
        f"导师面试的交材料日已经告知 1 个市的导师等有关各方，{LEFT}，最早为 2022-02-07，不能提前到 2022-01-28。",
    )
    assert revise(scene, moved(interview__due="2022-02-22"), "2022-01-28T10:00").done
    assert revise(scene, moved(interview__due="2022-02-22", meeting__due="2022-02-27"), "2022-01-28T11:00").done


def test_a_day_that_is_past_does_not_move(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    said, at = REFUSED["past"]
    refused = revise(scene, moved(mentor_recommendation__due="2022-01-18"), at)
    assert (refused.outcome, refused.message) == ("refused", said)


def test_opened_in_mid_season_the_days_still_to_come_are_revised(database: Database) -> None:
    """The calendar's own are past, but nobody was told them: one phase is open with room, the others wait."""
    at, through = "2022-09-05T10:00", Paper("application", "会议纪要")
    scene = Scene(database, calendar())
    assert open_year(database, scene.year, stamp(at), rehearsal=True, paper=through).done
    scene.advance(at)
    new = moved(
        shortlist__due="2022-09-20", interview__due="2022-10-10", meeting__due="2022-10-20", midterm__due="2022-10-30"
    )
    revised = revise(scene, new, "2022-09-06T10:00")
    assert (revised.done, revised.message) == (True, "2022 年度日历已修订；52 项截止日随之改变。")
    told = {(row.phase, row.kind) for row in revised.changes.letters if row.state == "queued"}
    assert told == {("shortlist", "opened")}
    assert due(scene, "shortlist", "2022-09-06T10:00") == date(2022, 9, 20)
    first = revise(scene, moved(application__due="2022-01-25"), "2022-09-06T11:00")
    assert first.message.startswith("学生申报的截止日 2022-01-20 已经过去，不能再改；")


def test_one_city_that_is_late_by_a_past_day_keeps_it_where_it_is(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    others = [city.slug for city in scene.year.cities if city.slug != NANJING]
    assert scene.extend("mentor-recommendation", others, AT, date(2022, 1, 20)).done
    new, said = moved(mentor_recommendation__due="2022-01-18", application__due="2022-01-25"), REFUSED["past"][0]
    assert said in revise(scene, new, "2022-01-16T10:00").message
    assert scene.rerun("mentor-recommendation", NANJING, "2022-01-16T11:00", date(2022, 1, 21)).done
    assert revise(scene, new, "2022-01-16T12:00").done


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "南京"', 'name = "金陵"', "设区市的名单、名称、代码或次序不同；开设之后不能改。"),
        (
            'requires = ["application"]',
            'requires = ["application", "mentor-recommendation"]',
            "阶段的名单、次序、前提、省办办结的方式或有无后交部分不同；开设之后不能改。",
        ),
        (
            '"科学兴趣", "学科基础知识"',
            '"学科基础知识", "科学兴趣"',
            "年度评价各方面的次序不同；开设之后可以改名，不能换位，否则已有的评分会错位。",
        ),
    ],
)
def test_another_programme_is_no_revision(scene: Scene, old: str, new: str, said: str) -> None:
    other = parse(calendar().source_text.replace(old, new, 1), "日历")
    refused = revise(scene, other)
    assert (refused.outcome, said in refused.message.splitlines()) == ("refused", True)
    with scene.database.read() as connection:
        assert opened(connection, YEAR).year == calendar()


def test_another_years_calendar_is_no_revision(scene: Scene) -> None:
    refused = revise(scene, files.load(2026))
    assert refused.message.splitlines()[0] == "这是 2026 年度的日历，不是 2022 年度的。"


def test_a_dimension_may_be_called_otherwise(scene: Scene) -> None:
    assert revise(scene, parse(calendar().source_text.replace("英语交流", "外语交流"), "日历")).done


def test_where_several_score_no_dimension_is_added_or_left_out(scene: Scene) -> None:
    more = calendar().source_text.replace('"英语交流能力"]', '"英语交流能力", "体质"]')
    assert revise(scene, parse(more, "日历")).done
    assert revise(scene, parse(more.replace("panel = 1", "panel = 3"), "日历"), "2022-01-05T11:00").done
    fewer = calendar().source_text.replace("panel = 1", "panel = 3")
    refused = revise(scene, parse(fewer, "日历"), "2022-01-05T12:00")
    assert (refused.outcome, "不能增减年度评价的方面" in refused.message) == ("refused", True)


def test_places_that_are_given_cannot_be_taken_away(scene: Scene) -> None:
    scene.through("interview", NANJING)
    text = calendar().source_text.replace("funded_cap = 65", "funded_cap = 1").replace("city_cap = 5 ", "city_cap = 1 ")
    refused = revise(scene, parse(text, "日历"), "2022-02-22T10:00")
    assert (refused.outcome, refused.message) == ("refused", "全省资助名额 1 少于已经确定的 2 人。")


def test_what_is_synced_to_prefect_follows(scene: Scene) -> None:
    real = calendar()
    with scene.database.write() as connection:
        connection.exec_driver_sql("UPDATE programme_year SET rehearsal = false")
    new = moved(shortlist__due="2022-02-10")
    assert revise(scene, new).done
    with scene.database.read() as connection:
        years = [each.year for each in live(connection)]
    assert plan(years) == plan([new]) != plan([real])
    assert {change.phase for change in diff(real, new).moving} == {"shortlist"}


def test_a_day_that_is_not_written_in_the_file_is_not_invented() -> None:
    with pytest.raises(NotFound, match=r"phases\.shortlist 的 province_due"):
        with_days(calendar().source_text, {("shortlist", "province_due"): date(2022, 2, 1)})
