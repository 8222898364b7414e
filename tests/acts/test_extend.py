"""Later due days: for one city, several or all; what moves with them; who is never worse off."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select, update

from acts.settle_letter import settle
from calendars.deadlines import Due
from models.columns import table_of
from models.outbox import LetterRow
from models.tables.season import Letter
from models.writing import Grant
from tests.support import ledger
from tests.support.scenes import NANJING, WUXI, XUZHOU, YEAR, Scene, calendar, instant, stamp

ROLL, APPLICATION = "mentor-recommendation", "application"
SNOW, UNTIL = "2022-01-13T10:00", date(2022, 1, 21)


def due(scene: Scene, phase: str, city: str) -> Due:
    from season.unit_of_work import Season

    with scene.database.read() as connection:
        return Season.read(connection, YEAR, stamp("2023-06-01T00:00"), [city]).due(phase, city)


def reminders(scene: Scene, city: str) -> list[tuple[str, str]]:
    table = table_of(Letter)
    query = select(table.c.slot, table.c.state).where(table.c.kind == "reminder", table.c.concerns == city)
    with scene.database.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(table.c.id))]


def test_a_bulk_extension_before_a_snow_day_skips_those_done(scene: Scene) -> None:
    scene.file(ROLL, NANJING)
    scene.load(ROLL, WUXI, scene.sheets(ROLL, WUXI), "2022-01-10T10:00")
    scene.submit(ROLL, WUXI, "2022-01-10T10:00")
    said = scene.extend(ROLL, None, SNOW, UNTIL)
    late = [city for city in scene.year.cities if city.slug not in {NANJING, WUXI}]
    assert said.outcome == "done"
    assert said.message == f"导师推荐 已延期至 2022-01-21 24:00：{'、'.join(city.name for city in late)}。"
    assert said.changes.extensions == tuple(Grant(ROLL, city.slug, 1, "extension", UNTIL, "暴雪") for city in late)
    scene.advance("2022-01-20T00:00")
    assert [scene.states(city)[ROLL] for city in (NANJING, WUXI, XUZHOU)] == ["passed", "submitted", "open"]


def test_the_reminders_move_and_the_old_ones_are_taken_back(scene: Scene) -> None:
    scene.advance("2022-01-03T09:00")
    scene.advance("2022-01-12T09:00")
    assert reminders(scene, NANJING) == [("3@2022-01-16T00:00", "queued")]
    scene.extend(ROLL, None, SNOW, UNTIL)
    for day in range(13, 22):
        scene.advance(f"2022-01-{day}T09:00", [ROLL], [NANJING])
    assert reminders(scene, NANJING) == [
        ("3@2022-01-16T00:00", "cancelled"),
        ("7@2022-01-22T00:00", "cancelled"),
        ("3@2022-01-22T00:00", "cancelled"),
        ("1@2022-01-22T00:00", "queued"),
    ]


def test_an_extended_day_is_included(scene: Scene) -> None:
    scene.extend(ROLL, [NANJING], SNOW, UNTIL)
    assert due(scene, ROLL, NANJING) == Due(UNTIL, instant("2022-01-22T00:00"), ("calendar", "extension"))
    assert due(scene, ROLL, WUXI) == Due(date(2022, 1, 15), instant("2022-01-16T00:00"), ("calendar",))
    scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-21T23:00")
    assert scene.submit(ROLL, NANJING, "2022-01-21T23:59:59.999999").done
    assert scene.submit(ROLL, WUXI, "2022-01-21T23:59:59.999999").outcome == "refused"


def test_nobody_is_worse_off_for_an_extension(scene: Scene) -> None:
    scene.extend(ROLL, [NANJING], SNOW, UNTIL)
    earlier = scene.extend(ROLL, [NANJING], "2022-01-13T11:00", date(2022, 1, 18))
    assert earlier.message == "南京 导师推荐 现在的截止日是 2022-01-21，不早于所给的 2022-01-18，无需延期。"
    assert scene.extend(ROLL, [NANJING], "2022-01-13T12:00", date(2022, 1, 25)).done
    assert due(scene, ROLL, NANJING).day == date(2022, 1, 25)


def test_what_waits_can_be_extended_and_keeps_it_when_it_opens(scene: Scene) -> None:
    assert scene.extend(APPLICATION, [NANJING], SNOW, date(2022, 1, 28)).done
    scene.file(ROLL, NANJING, at="2022-01-14T10:00")
    assert scene.states(NANJING)[APPLICATION] == "open"
    assert due(scene, APPLICATION, NANJING).because == ("calendar", "extension")


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("2022-01-16T00:00", "南京 导师推荐 已于 2022-01-15 24:00 截止，不能延期；请改用重新开放。"),
        ("2022-01-13T10:00", "南京 导师推荐 现在的截止日是 2022-01-15，不早于所给的 2022-01-15，无需延期。"),
    ],
)
def test_an_extension_too_late_or_to_no_purpose_is_refused_and_logged(scene: Scene, at: str, message: str) -> None:
    said = scene.extend(ROLL, [NANJING], at, UNTIL if at > "2022-01-15" else date(2022, 1, 15))
    assert (said.outcome, said.message) == ("refused", message)
    assert ledger.log(scene.database, phase=ROLL, city=NANJING)[-1][0] == "extend"
    assert ledger.log(scene.database, phase=ROLL, city=NANJING)[-1][3] is True


def test_of_several_cities_named_the_others_are_extended(scene: Scene) -> None:
    scene.file(ROLL, NANJING)
    said = scene.extend(ROLL, [NANJING, WUXI], SNOW, UNTIL)
    assert said.outcome == "refused"
    assert said.message.startswith("导师推荐 已延期至 2022-01-21 24:00：无锡。\n南京 导师推荐：")
    assert [due(scene, ROLL, city).day for city in (NANJING, WUXI)] == [date(2022, 1, 15), UNTIL]


def test_where_nobody_owes_it_nothing_is_written(scene: Scene) -> None:
    two = Scene(scene.database, calendar())
    for city in two.year.cities:
        two.withdraw(city.slug, "2022-01-04T10:00")
    before = ledger.fingerprint(scene.database)
    said = two.extend(ROLL, None, SNOW, UNTIL)
    assert (said.outcome, said.message) == ("refused", "没有仍需报送本阶段的城市，未作改动。")
    assert ledger.fingerprint(scene.database) == before


def test_a_dry_extension_lists_what_then_happens(scene: Scene) -> None:
    scene.advance("2022-01-12T09:00")
    before = ledger.fingerprint(scene.database)
    shown = scene.extend(ROLL, None, SNOW, UNTIL, dry_run=True)
    assert ledger.fingerprint(scene.database) == before
    assert scene.extend(ROLL, None, SNOW, UNTIL) == shown


@pytest.mark.parametrize(
    ("filed", "timeliness"), [("2022-01-15T23:59:59.999999", "on-time"), ("2022-01-16T00:00", "extended")]
)
def test_timeliness_is_told_by_the_calendars_own_day(scene: Scene, filed: str, timeliness: str) -> None:
    from models import reports

    scene.extend(ROLL, [NANJING], SNOW, UNTIL)
    scene.file(ROLL, NANJING, at=filed)
    with scene.database.read() as connection:
        found = reports.matrix(connection, YEAR, instant("2022-01-20T00:00")).cities[NANJING][0]
    assert (found.state, found.timeliness, found.due.day) == ("passed", timeliness, UNTIL)


def test_a_phase_that_opens_late_keeps_room_to_work(scene: Scene) -> None:
    scene.extend(ROLL, [NANJING], SNOW, date(2022, 1, 28))
    said = scene.file(ROLL, NANJING, at="2022-01-19T10:00")
    assert said.changes.extensions == (
        Grant(APPLICATION, NANJING, 1, "grace", date(2022, 1, 24), "本阶段开放较迟，按规定保留不少于 3 个工作日"),
    )
    assert due(scene, APPLICATION, NANJING).because == ("calendar", "grace")
    assert scene.file(APPLICATION, NANJING, at="2022-01-24T23:59").done


def test_a_gate_gives_room_once_an_attempt(scene: Scene) -> None:
    """A city that files the same wrong roll again and again does not push its own deadline away."""
    scene.through(ROLL, NANJING)
    from tests.support import sheets

    wrong = sheets.application([sheets.student(scene.city(NANJING), 1, recommended=False)])
    scene.load(APPLICATION, NANJING, wrong, "2022-01-19T10:00")
    for at in ("2022-01-19T10:00", "2022-01-20T10:00", "2022-01-21T10:00"):
        scene.submit(APPLICATION, NANJING, at)
    assert due(scene, APPLICATION, NANJING).day == date(2022, 1, 24)


def test_a_rerun_owed_anew_with_a_later_day_keeps_its_reason_and_what_it_holds(scene: Scene) -> None:
    scene.through(APPLICATION, NANJING)
    first = scene.rerun(ROLL, NANJING, "2022-02-07T10:00", date(2022, 2, 10))
    again = scene.extend(ROLL, [NANJING], "2022-02-08T10:00", date(2022, 2, 14))

    def said(letters: tuple[LetterRow, ...]) -> list[list[str]]:
        city = [letter.text for letter in letters if (letter.kind, letter.recipient) == ("rerun", "city:nanjing")]
        undated = [re.sub(r"于\d+年.+?24时前", "", text) for text in city]
        return [[line for line in text.split("\n") if "疫情封控" in line or "暂缓" in line] for text in undated]

    assert said(again.changes.letters) == said(first.changes.letters)
    assert [len(lines) > 1 for lines in said(first.changes.letters)] == [True]


def test_a_letter_that_failed_is_owed_anew_with_the_new_day_and_never_sent_again_with_the_old(scene: Scene) -> None:
    table = table_of(Letter)
    theirs = (table.c.kind == "opened", table.c.concerns == NANJING)
    scene.advance("2021-12-31T09:00")
    with scene.database.write(YEAR) as connection:
        failed = update(table).where(*theirs).values(state="failed", claim="aa", tries=8)
        connection.execute(failed)
        key = connection.execute(select(table.c.id).where(*theirs)).scalar_one()
    scene.extend(ROLL, [NANJING], SNOW, UNTIL)
    said = settle(scene.database, [key], "resend", stamp(SNOW))
    assert said.message == f"{key} 号函件情况已变，不再发送。"
    with scene.database.read() as connection:
        rows = connection.execute(select(table.c.slot, table.c.state).where(*theirs).order_by(table.c.id)).all()
    assert [tuple(row) for row in rows] == [("2022-01-15", "cancelled"), (f"{UNTIL}", "queued")]


def opened(scene: Scene, **changed: object) -> list[tuple[str, str]]:
    """The openings of Nanjing's first phase, slot and state; those that wait are changed so before."""
    table = table_of(Letter)
    theirs = (table.c.kind == "opened", table.c.concerns == NANJING, table.c.phase == ROLL)
    with scene.database.write(YEAR) as connection:
        if changed:
            connection.execute(update(table).where(*theirs, table.c.state == "queued").values(**changed))
        query = select(table.c.slot, table.c.state).where(*theirs).order_by(table.c.id)
        return [tuple(row) for row in connection.execute(query)]


@pytest.mark.parametrize("lost", ["failed", "unknown"])
def test_an_opening_that_a_filing_overtook_is_not_owed_anew(scene: Scene, lost: str) -> None:
    scene.advance("2021-12-31T09:00")
    opened(scene, state=lost, claim="aa")
    scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-05T10:00")
    scene.submit(ROLL, NANJING, "2022-01-05T10:00")
    scene.reject(ROLL, NANJING, "2022-01-06T10:00")
    scene.extend(ROLL, [NANJING], "2022-01-07T10:00", UNTIL)
    assert opened(scene) == [("2022-01-15", lost)]


def test_who_was_told_the_new_day_is_not_told_of_the_opening_at_each_further_one(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    opened(scene, state="failed", claim="aa")
    scene.extend(ROLL, [NANJING], "2022-01-05T10:00", date(2022, 1, 20))
    assert opened(scene, state="sent", claim="bb") == [("2022-01-15", "failed"), ("2022-01-20", "sent")]
    scene.extend(ROLL, [NANJING], "2022-01-06T10:00", date(2022, 1, 25))
    assert opened(scene) == [("2022-01-15", "failed"), ("2022-01-20", "sent")]
