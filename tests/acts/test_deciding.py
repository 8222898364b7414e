"""What the province decides: approval, record, results, rejection, waivers; each in its place and on record."""

from __future__ import annotations

from datetime import date

import pytest

import season.settle
from acts.approve import approve
from calendars.deadlines import Due
from gates.states import State
from models.reports import matrix
from models.trained import with_trained
from models.writing import Grant
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

ROLL, APPLICATION, INTERVIEW, YEAR_END = "mentor-recommendation", "application", "interview", "year-end"
DAY = "2022-01-10T10:00"
FIRST_TWO = ["mentor:南京导师1@南京大学", "mentor:南京导师2@南京大学"]


def submitted(scene: Scene, city: str = NANJING, at: str = DAY) -> Scene:
    scene.load(ROLL, city, scene.sheets(ROLL, city), at)
    scene.submit(ROLL, city, at)
    return scene


def due(scene: Scene, phase: str, city: str = NANJING) -> Due:
    from season.unit_of_work import Season

    with scene.database.read() as connection:
        return Season.read(connection, YEAR, stamp("2023-06-01T00:00"), [city]).due(phase, city)


def appointments(scene: Scene) -> list[tuple[str, str, str, str, str]]:
    return ledger.letters(scene.database, kind="appointment")


def test_approval_passes_the_phase_and_opens_the_next_in_the_same_act(scene: Scene) -> None:
    said = submitted(scene).approve(ROLL, NANJING, "2022-01-11T10:00")
    assert (said.outcome, said.message) == ("done", "南京 导师推荐 已由省级管理办公室办结，阶段通过。")
    assert [(move.after.phase, move.event, move.after.state) for move in said.changes.transitions] == [
        (ROLL, "approve", "passed"),
        (APPLICATION, "open", "open"),
    ]
    assert scene.cell(APPLICATION, NANJING).since == instant("2022-01-11T10:00")


@pytest.mark.parametrize(
    ("phase", "message"),
    [
        (ROLL, "南京 导师推荐：处于“进行中”的阶段不能审定；"),
        (APPLICATION, "南京 学生申报 由系统核验，无需省级管理办公室审定或备案。"),
    ],
)
def test_what_awaits_no_decision_is_not_decided(scene: Scene, phase: str, message: str) -> None:
    said = scene.approve(phase, NANJING, DAY)
    assert (said.outcome, said.message[: len(message)]) == ("refused", message)
    assert ledger.log(scene.database, phase=phase)[-1][3] is True


def test_a_roll_rejected_and_filed_again_appoints_each_mentor_once(scene: Scene) -> None:
    submitted(scene).reject(ROLL, NANJING, "2022-01-11T10:00")
    assert (scene.states(NANJING)[ROLL], appointments(scene)) == ("returned", [])
    where = scene.city(NANJING)
    roll = sheets.roll(sheets.mentor(where, 1), sheets.mentor(where, 2), sheets.mentor(where, 3, returning_mentor=True))
    assert scene.file(ROLL, NANJING, roll, "2022-01-12T10:00").done
    assert [recipient for _, _, recipient, _, _ in appointments(scene)] == FIRST_TWO
    scene.rerun(ROLL, NANJING, "2022-01-13T10:00", date(2022, 1, 20))
    scene.submit(ROLL, NANJING, "2022-01-14T10:00")
    scene.approve(ROLL, NANJING, "2022-01-14T11:00")
    assert [recipient for _, _, recipient, _, _ in appointments(scene)] == FIRST_TWO


def test_a_mentor_in_two_cities_is_one_person_with_one_letter_of_appointment(scene: Scene) -> None:
    shared = sheets.mentor(scene.city(NANJING), 1)
    for city in (NANJING, WUXI):
        scene.file(ROLL, city, sheets.roll(shared), DAY)
    assert [(concerns, recipient) for _, concerns, recipient, _, _ in appointments(scene)] == [(NANJING, FIRST_TWO[0])]


def test_mentors_of_one_name_at_two_universities_are_two(scene: Scene) -> None:
    where = scene.city(NANJING)
    namesakes = [sheets.mentor(where, 1), sheets.mentor(where, 1, institution="东南大学")]
    scene.file(ROLL, NANJING, sheets.roll(*namesakes), DAY)
    assert len({recipient for _, _, recipient, _, _ in appointments(scene)}) == 2


def test_a_rejection_leaves_room_to_work(scene: Scene) -> None:
    said = submitted(scene, at="2022-01-14T10:00").reject(ROLL, NANJING, "2022-01-14T16:00")
    assert [(grant.cause, grant.until) for grant in said.changes.extensions] == [("grace", date(2022, 1, 19))]
    assert said.message == "南京 导师推荐 已退回修改，请于 2022-01-19 24:00 前重新报送。"
    assert due(scene, ROLL) == Due(date(2022, 1, 19), instant("2022-01-20T00:00"), ("calendar", "grace"))
    assert scene.submit(ROLL, NANJING, "2022-01-19T23:59").done


def test_without_the_room_a_rejected_city_would_be_late_at_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(season.settle, "keep_room", lambda *_: None)
    submitted(scene, at="2022-01-14T10:00").reject(ROLL, NANJING, "2022-01-15T16:00")
    assert scene.submit(ROLL, NANJING, "2022-01-16T10:00").outcome == "refused"


def test_with_time_enough_a_rejection_moves_no_due_day(scene: Scene) -> None:
    said = submitted(scene).reject(ROLL, NANJING, "2022-01-11T10:00")
    assert said.changes.extensions == ()
    assert due(scene, ROLL) == Due(date(2022, 1, 15), instant("2022-01-16T00:00"), ("calendar",))


def test_past_the_due_instant_a_rejection_names_the_new_day(scene: Scene) -> None:
    submitted(scene, at="2022-01-15T23:59")
    refused = scene.reject(ROLL, NANJING, "2022-01-17T10:00")
    said = "南京 导师推荐 已过截止日 2022-01-15，退回时须写明新的截止日。"
    assert (refused.outcome, refused.message) == ("refused", said)
    gone = scene.reject(ROLL, NANJING, "2022-01-17T10:00", date(2022, 1, 16))
    assert (gone.outcome, gone.message) == ("refused", "重新报送的截止日 2022-01-16 已经过去；请另定日期。")
    done = scene.reject(ROLL, NANJING, "2022-01-17T10:00", date(2022, 1, 17))
    assert done.changes.extensions == (Grant(ROLL, NANJING, 1, "extension", date(2022, 1, 17), "材料不全"),)
    assert scene.submit(ROLL, NANJING, "2022-01-17T23:59:59.999999").done


def test_the_results_wait_for_every_student_to_be_evaluated(scene: Scene) -> None:
    scene.through("midterm", NANJING)
    at = "2022-11-21T10:00"
    for form in (YEAR_END, "cultivation"):
        scene.load(form, NANJING, scene.sheets(form, NANJING), at)
    scene.submit(YEAR_END, NANJING, at)
    missing = scene.approve(YEAR_END, NANJING, at)
    assert (missing.outcome, scene.states(NANJING)[YEAR_END]) == ("refused", "submitted")
    assert missing.verdict is not None
    broken = [(one.rule, one.actor, one.numbers) for one in missing.verdict.refusals]
    assert broken == [("year-end.evaluated", "province", ("3201-2022-0001", "3201-2022-0002"))]
    scene.load("evaluation", NANJING, scene.sheets("evaluation", NANJING), at)
    assert scene.approve(YEAR_END, NANJING, at).done
    assert scene.cell(YEAR_END, NANJING).tally == {"excellent": 0, "certificates": 2}


def test_a_waiver_judges_nothing_and_the_city_files_again(scene: Scene) -> None:
    where = scene.city(NANJING)
    roll = sheets.roll(sheets.mentor(where, honours=()))
    assert scene.file(ROLL, NANJING, roll, DAY).outcome == "returned"
    said = scene.waive("mentors.standing", ROLL, NANJING, "2022-01-11T10:00")
    assert (said.outcome, scene.states(NANJING)[ROLL]) == ("done", "returned")
    again = scene.submit(ROLL, NANJING, "2022-01-11T11:00")
    assert (again.outcome, scene.states(NANJING)[ROLL]) == ("done", "submitted")
    assert again.verdict is not None
    waived = {one.rule: one.waived for one in again.verdict.findings if one.waived}
    assert {rule: (one.by, one.reason) for rule, one in waived.items()} == {"mentors.standing": ("省办", "省办同意")}


def test_the_same_waiver_again_changes_nothing(scene: Scene) -> None:
    scene.waive("mentors.standing", ROLL, NANJING, DAY)
    before = ledger.fingerprint(scene.database)
    said = scene.waive("mentors.standing", ROLL, NANJING, "2022-01-11T10:00")
    assert said.message == "南京 导师推荐 的规则 mentors.standing 已经豁免，未作改动。"
    assert ledger.fingerprint(scene.database) == before


@pytest.mark.parametrize("rule", ["mentors.some", "interviews.ratio", "no.such-rule"])
def test_only_an_in_principle_rule_of_the_phase_can_be_waived(scene: Scene, rule: str) -> None:
    said = scene.waive(rule, ROLL, NANJING, DAY)
    assert (said.outcome, said.message) == (
        "refused",
        f"规则 {rule} 不能在本阶段豁免：只有通知中“原则上”的规定可以豁免；可豁免的是：mentors.standing、mentors.team。",
    )


def test_a_waiver_is_for_one_city_and_one_attempt(scene: Scene) -> None:
    for city in (NANJING, WUXI):
        roll = sheets.roll(sheets.mentor(scene.city(city), honours=()))
        scene.load(ROLL, city, roll, DAY)
    scene.waive("mentors.standing", ROLL, NANJING, DAY)
    assert (scene.submit(ROLL, NANJING, DAY).outcome, scene.submit(ROLL, WUXI, DAY).outcome) == ("done", "returned")
    scene.approve(ROLL, NANJING, DAY)
    scene.rerun(ROLL, NANJING, "2022-01-11T10:00", date(2022, 1, 20))
    assert scene.submit(ROLL, NANJING, "2022-01-12T10:00").outcome == "returned"


def test_a_city_with_its_cap_waived_may_fund_a_sixth(scene: Scene) -> None:
    applied = sheets.students(scene.city(NANJING), 18)
    scene.through("shortlist", NANJING, application=sheets.application(applied), shortlist=sheets.shortlist(applied))
    six = sheets.interview(applied, 6, 6)
    said = scene.file(INTERVIEW, NANJING, six)
    assert said.verdict is not None
    assert [one.rule for one in said.verdict.refusals] == ["funding.city-cap"]
    scene.waive("funding.city-cap", INTERVIEW, NANJING, "2022-02-11T10:00")
    assert scene.submit(INTERVIEW, NANJING, "2022-02-11T10:00").done
    assert scene.cell(INTERVIEW, NANJING).tally == {"admitted": 6, "funded": 6}
    with scene.database.read() as connection:  # the list is not on record yet
        found = with_trained(connection, matrix(connection, YEAR, instant("2022-02-11T10:00")))
    assert (found.totals["admitted"], found.in_training) == (6, 0)


def test_a_dry_run_shows_what_an_approval_then_does(scene: Scene) -> None:
    submitted(scene)
    before = ledger.fingerprint(scene.database)
    shown = scene.approve(ROLL, NANJING, "2022-01-11T10:00", dry_run=True)
    assert ledger.fingerprint(scene.database) == before
    assert approve(scene.database, YEAR, ROLL, NANJING, stamp("2022-01-11T10:00")) == shown
    assert scene.cell(ROLL, NANJING).state is State.PASSED
