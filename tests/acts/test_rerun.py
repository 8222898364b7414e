"""A rerun and what stands on it: held, judged again by itself, returned where it no longer holds."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from acts.settle_letter import settle
from calendars.deadlines import Due
from gates.states import State
from models.alarms import undelivered
from models.columns import table_of
from models.tables.season import Filing, Letter
from models.writing import Grant
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

ROLL, APPLICATION, SHORTLIST, INTERVIEW = "mentor-recommendation", "application", "shortlist", "interview"
MEETING, CULTIVATION, MIDTERM, YEAR_END = "meeting", "cultivation", "midterm", "year-end"
AT, UNTIL = "2022-02-12T10:00", date(2022, 2, 18)


def applied(scene: Scene, *changed: dict[str, object]) -> sheets.Sheets:
    """The six applications of Nanjing, the first of them changed so."""
    where = scene.city(NANJING)
    rows = [sheets.student(where, place, **dict(change)) for place, change in enumerate(changed, 1)]
    return sheets.application([*rows, *sheets.students(where)[len(rows) :]])


def due(scene: Scene, phase: str) -> Due:
    from season.unit_of_work import Season

    with scene.database.read() as connection:
        return Season.read(connection, YEAR, stamp("2023-06-01T00:00"), [NANJING]).due(phase, NANJING)


def held(scene: Scene) -> dict[str, str]:
    return {phase: state for phase, state in scene.states(NANJING).items() if state != "waiting"}


def test_a_late_city_is_let_in_again_and_told(scene: Scene) -> None:
    scene.advance("2022-01-17T09:00")
    said = scene.rerun(ROLL, NANJING, "2022-01-17T10:00", date(2022, 1, 20))
    assert said.outcome == "done"
    assert said.message == (
        "南京 导师推荐 已重新开放（第 2 轮），截止 2022-01-20 24:00；暂缓的后续阶段：无；其他城市不受影响。"
    )
    assert said.changes.extensions == (Grant(ROLL, NANJING, 2, "rerun", date(2022, 1, 20), "疫情封控"),)
    assert due(scene, ROLL) == Due(date(2022, 1, 20), instant("2022-01-21T00:00"), ("calendar", "rerun"))
    assert ledger.letters(scene.database, kind="rerun") == [(ROLL, NANJING, "city:nanjing", "rerun", "*")]
    cell = scene.cell(ROLL, NANJING)
    assert (cell.state, cell.attempt, cell.since) == (State.OPEN, 2, instant("2022-01-17T10:00"))


def test_the_first_attempt_stays_readable(scene: Scene) -> None:
    where = scene.city(NANJING)
    scene.file(ROLL, NANJING, sheets.roll(sheets.mentor(where, honours=())))
    scene.advance("2022-01-17T09:00")
    scene.rerun(ROLL, NANJING, "2022-01-17T10:00", date(2022, 1, 20))
    scene.file(ROLL, NANJING, at="2022-01-18T10:00")
    with scene.database.read() as connection:
        found = connection.execute(select(table_of(Filing)).order_by(table_of(Filing).c.id)).all()
    assert [(row.number, row.attempt, row.passed) for row in found] == [(1, 1, False), (2, 2, True)]
    assert found[0].facts["mentors"][0]["honours"] == []
    assert found[1].facts["mentors"][0]["honours"] == ["国家杰青"]


def test_a_new_attempt_starts_from_the_last_draft(scene: Scene) -> None:
    scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-10T10:00")
    scene.rerun(ROLL, NANJING, "2022-01-17T10:00", date(2022, 1, 17))
    assert scene.submit(ROLL, NANJING, "2022-01-17T10:01").done


@pytest.mark.parametrize(
    ("phase", "until", "message"),
    [
        (ROLL, date(2022, 1, 16), "新的截止日 2022-01-16 已经过去；请另定一个不早于今天的日期。"),
        (APPLICATION, date(2022, 1, 20), "南京 学生申报：处于“未开放”的阶段不能重新开放；"),
    ],
)
def test_what_cannot_be_rerun_is_refused(scene: Scene, phase: str, until: date, message: str) -> None:
    said = scene.rerun(phase, NANJING, "2022-01-17T10:00", until)
    assert (said.outcome, said.message[: len(message)]) == ("refused", message)


def test_an_open_phase_is_extended_not_rerun(scene: Scene) -> None:
    said = scene.rerun(ROLL, NANJING, "2022-01-14T10:00", date(2022, 1, 20))
    assert said.message.startswith("南京 导师推荐：处于“进行中”的阶段不能重新开放；")


def test_later_phases_wait_and_pass_again_by_themselves_without_a_letter(scene: Scene) -> None:
    scene.through(INTERVIEW, NANJING)
    scene.advance(AT)
    before = ledger.letters(scene.database)
    said = scene.rerun(APPLICATION, NANJING, AT, UNTIL)
    assert held(scene) == {ROLL: "passed", APPLICATION: "open"}
    assert [scene.cell(phase, NANJING).resume for phase in (SHORTLIST, INTERVIEW, MEETING)] == [
        "passed",
        "passed",
        None,
    ]
    assert "暂缓的后续阶段：面试名单、导师面试；" in said.message
    scene.submit(APPLICATION, NANJING, "2022-02-14T10:00")
    assert held(scene) == {ROLL: "passed", APPLICATION: "passed", SHORTLIST: "passed", INTERVIEW: "passed"}
    scene.advance("2022-02-14T10:00")
    new = ledger.letters(scene.database)[len(before) :]
    told = {(phase, kind) for phase, city, _, kind, _ in new if city == NANJING}
    assert told == {(APPLICATION, "rerun"), (APPLICATION, "passed")}
    assert scene.cell(SHORTLIST, NANJING).filings == scene.cell(INTERVIEW, NANJING).filings == 1


def test_a_letter_that_a_held_phase_passed_still_goes_out_for_it_is_not_told_again(scene: Scene) -> None:
    scene.through(INTERVIEW, NANJING)
    scene.rerun(APPLICATION, NANJING, AT, UNTIL)
    scene.submit(APPLICATION, NANJING, "2022-02-14T10:00")
    with scene.database.read() as connection:
        told = {
            (row.phase, row.attempt, row.state)
            for row in ledger.words(connection)
            if (row.kind, row.recipient) == ("passed", f"city:{NANJING}")
        }
    assert told == {
        (ROLL, "1", "queued"),
        (APPLICATION, "1", "cancelled"),
        (APPLICATION, "2", "queued"),
        (SHORTLIST, "1", "queued"),
        (INTERVIEW, "1", "queued"),
    }


def test_a_whole_year_passes_again_by_itself(scene: Scene) -> None:
    scene.through(CULTIVATION, NANJING)
    at = "2022-12-06T10:00"
    scene.advance(at)
    states, before = scene.states(NANJING), ledger.letters(scene.database)
    scene.rerun(APPLICATION, NANJING, at, date(2022, 12, 9))
    assert held(scene) == {ROLL: "passed", APPLICATION: "open"}
    assert scene.submit(APPLICATION, NANJING, at).done
    assert scene.states(NANJING) == states == dict.fromkeys(states, "passed")
    scene.advance(at)
    new = ledger.letters(scene.database)[len(before) :]
    assert {(phase, kind) for phase, _, _, kind, _ in new} == {(APPLICATION, "rerun"), (APPLICATION, "passed")}


def test_a_shortlisted_student_no_longer_approved_returns_the_shortlist_naming_the_number(scene: Scene) -> None:
    scene.through(SHORTLIST, NANJING)
    at = "2022-02-07T10:00"
    scene.rerun(APPLICATION, NANJING, at, date(2022, 2, 10))
    scene.load(APPLICATION, NANJING, applied(scene, {"taken": False}), at)
    said = scene.submit(APPLICATION, NANJING, at)
    assert said.done
    assert held(scene) == {ROLL: "passed", APPLICATION: "passed", SHORTLIST: "returned"}
    (returned,) = [letter for letter in said.changes.letters if letter.kind == "returned"]
    assert "3201-2022-0001" in returned.text
    assert (returned.phase, returned.recipient, returned.slot) == (SHORTLIST, "city:nanjing", "2")
    assert due(scene, SHORTLIST) == Due(date(2022, 2, 10), instant("2022-02-11T00:00"), ("calendar", "grace"))
    left = sheets.shortlist(sheets.students(scene.city(NANJING))[1:])
    assert scene.file(SHORTLIST, NANJING, left, "2022-02-10T23:59").done


def test_the_interviews_held_behind_a_returned_shortlist_are_judged_by_the_new_one(scene: Scene) -> None:
    scene.through(INTERVIEW, NANJING)
    scene.rerun(APPLICATION, NANJING, AT, UNTIL)
    scene.load(APPLICATION, NANJING, applied(scene, {"taken": False}), AT)
    scene.submit(APPLICATION, NANJING, AT)
    assert held(scene) == {ROLL: "passed", APPLICATION: "passed", SHORTLIST: "returned"}
    left = sheets.shortlist(sheets.students(scene.city(NANJING))[1:])
    said = scene.file(SHORTLIST, NANJING, left, AT)
    assert said.done
    assert held(scene) == {ROLL: "passed", APPLICATION: "passed", SHORTLIST: "passed", INTERVIEW: "returned"}
    (returned,) = [
        letter for letter in said.changes.letters if letter.kind == "returned" and letter.recipient[0] == "c"
    ]
    assert "3201-2022-0001" in returned.text


def test_a_rerun_keeps_the_funded_places_until_it_files_again(scene: Scene) -> None:
    scene.through(INTERVIEW, NANJING)
    scene.rerun(INTERVIEW, NANJING, AT, UNTIL)
    assert scene.cell(INTERVIEW, NANJING).tally == {"admitted": 2, "funded": 2}
    students = sheets.students(scene.city(NANJING))
    scene.load(INTERVIEW, NANJING, sheets.interview(students, 1, 1), AT)
    scene.submit(INTERVIEW, NANJING, AT)
    assert scene.cell(INTERVIEW, NANJING).tally == {"admitted": 1, "funded": 1}


def test_a_filing_that_awaited_the_province_awaits_it_again(scene: Scene) -> None:
    scene.through(SHORTLIST, NANJING)
    scene.load(INTERVIEW, NANJING, scene.sheets(INTERVIEW, NANJING), "2022-02-10T10:00")
    scene.submit(INTERVIEW, NANJING, "2022-02-10T10:00")
    scene.rerun(SHORTLIST, NANJING, AT, UNTIL)
    assert scene.cell(INTERVIEW, NANJING).resume == "submitted"
    assert scene.approve(INTERVIEW, NANJING, AT).outcome == "refused"
    scene.submit(SHORTLIST, NANJING, AT)
    cell = scene.cell(INTERVIEW, NANJING)
    assert (cell.state, cell.filings, cell.filed_at) == (State.SUBMITTED, 1, instant("2022-02-10T10:00"))
    assert scene.approve(INTERVIEW, NANJING, AT).done


def test_the_rerun_of_a_late_phase_holds_nothing(scene: Scene) -> None:
    scene.through(MEETING, NANJING)
    scene.advance("2022-09-01T00:00")
    states = scene.states(NANJING)
    scene.rerun(MIDTERM, NANJING, "2022-09-01T10:00", date(2022, 9, 9))
    assert scene.states(NANJING) == {**states, MIDTERM: "open"}


def test_a_midterms_rerun_holds_what_was_judged_by_it_and_not_what_is_being_filled_in(scene: Scene) -> None:
    scene.through(MIDTERM, NANJING)
    at = "2022-11-10T10:00"
    scene.advance(at)
    scene.rerun(MIDTERM, NANJING, at, date(2022, 11, 18))
    found = scene.states(NANJING)
    assert [found[phase] for phase in (CULTIVATION, MIDTERM, YEAR_END)] == ["open", "open", "waiting"]


def test_a_held_phase_that_was_open_opens_again_with_room_to_work(scene: Scene) -> None:
    scene.through(MEETING, NANJING)
    scene.advance("2022-08-29T10:00")
    assert scene.states(NANJING)[MIDTERM] == "open"
    scene.rerun(MEETING, NANJING, "2022-08-29T10:00", date(2022, 9, 2))
    assert scene.states(NANJING)[MIDTERM] == "waiting"
    scene.submit(MEETING, NANJING, "2022-08-31T10:00")
    assert scene.states(NANJING)[MIDTERM] == "open"
    assert due(scene, MIDTERM) == Due(date(2022, 9, 5), instant("2022-09-06T00:00"), ("calendar", "grace"))


def test_a_withdrawn_city_is_out_for_the_year(scene: Scene) -> None:
    scene.through(SHORTLIST, NANJING)
    said = scene.withdraw(NANJING, "2022-02-07T10:00")
    assert said.message == "南京 已退出 2022 年度；已通过的阶段保留，其余 5 个阶段终止。"
    assert scene.states(NANJING) == {
        **dict.fromkeys((ROLL, APPLICATION, SHORTLIST), "passed"),
        **dict.fromkeys((INTERVIEW, MEETING, CULTIVATION, MIDTERM, YEAR_END), "withdrawn"),
    }
    letters = ledger.letters(scene.database, kind="withdrawn")
    parties = ("mentor:南京导师1@南京大学", "school:南京一中@南京")  # with students who are in
    assert letters == [(INTERVIEW, NANJING, to, "withdrawn", "2") for to in ("city:nanjing", *parties)]
    refused = scene.file(INTERVIEW, NANJING, at="2022-02-10T10:00")
    assert refused.message.startswith("南京 导师面试：处于“已退出”的阶段不能报送；")
    before = ledger.fingerprint(scene.database)
    assert scene.withdraw(NANJING, "2022-02-10T10:00").message == "南京 已退出 2022 年度，未作改动。"
    scene.advance("2022-02-21T10:00", cities=[NANJING])
    assert ledger.fingerprint(scene.database) == before


def test_a_withdrawn_city_cannot_be_rerun_into_the_year_again(scene: Scene) -> None:
    scene.through(SHORTLIST, NANJING)
    scene.withdraw(NANJING, "2022-02-07T10:00")
    said = scene.rerun(SHORTLIST, NANJING, "2022-02-08T10:00", date(2022, 2, 18))
    assert (said.outcome, said.message) == ("refused", "南京 已退出 2022 年度，不能重新开放任何阶段。")


def test_a_reruns_letter_goes_to_the_city_and_to_mentors_who_act(scene: Scene) -> None:
    scene.through(INTERVIEW, NANJING)
    scene.through(ROLL, WUXI)
    with scene.database.write(YEAR) as connection:
        connection.execute(table_of(Letter).update().values(state="sent"))
    said = scene.rerun(INTERVIEW, NANJING, AT, UNTIL)
    assert [(letter.kind, letter.address) for letter in said.changes.letters] == [
        ("rerun", "nanjing@city.example"),
        ("rerun", "mentor1@nanjing.example"),
    ]


@pytest.mark.parametrize("drafted", [True, False])
def test_a_reruns_letter_speaks_of_what_is_kept_only_where_something_is(scene: Scene, drafted: bool) -> None:
    scene.through(SHORTLIST, NANJING)
    if drafted:
        scene.load(INTERVIEW, NANJING, scene.sheets(INTERVIEW, NANJING), AT)
    said = scene.rerun(INTERVIEW, NANJING, "2022-02-21T10:00", date(2022, 2, 25)).changes.letters
    city, mentor = (next(row.text for row in said if row.recipient.startswith(to)) for to in ("city:", "mentor:"))
    kept = "系统中已填写的内容仍然有效，核对后即可报送。"
    assert (kept in city) is drafted
    assert "同意贵办于2022年2月25日（星期五）24时前在工作管理系统补报" in city
    assert kept not in mentor


def test_an_opening_taken_back_unsent_is_owed_once_more(scene: Scene) -> None:
    scene.through(SHORTLIST, NANJING)
    scene.advance("2022-02-07T10:00")

    def opened() -> list[tuple[str, str]]:
        table = table_of(Letter)
        query = select(table.c.address, table.c.state).where(table.c.kind == "opened", table.c.phase == INTERVIEW)
        with scene.database.read() as connection:
            return sorted(tuple(row) for row in connection.execute(query))

    both = ["mentor1@nanjing.example", "nanjing@city.example"]
    assert opened() == [(address, "queued") for address in both]
    scene.rerun(SHORTLIST, NANJING, AT, UNTIL)
    assert opened() == [(address, "cancelled") for address in both]
    scene.submit(SHORTLIST, NANJING, AT)
    assert scene.states(NANJING)[INTERVIEW] == "open"
    assert opened() == [(address, "queued") for address in both]


def test_an_opening_that_was_sent_is_not_sent_again(scene: Scene) -> None:
    scene.through(SHORTLIST, NANJING)
    scene.advance("2022-02-07T10:00")
    with scene.database.write(YEAR) as connection:
        connection.execute(update(table_of(Letter)).values(state="sent"))
    before = ledger.everything(scene.database)["letter"]
    scene.rerun(SHORTLIST, NANJING, AT, UNTIL)
    scene.submit(SHORTLIST, NANJING, AT)
    assert [row for row in ledger.everything(scene.database)["letter"] if row in before] == before
    assert len(ledger.letters(scene.database, kind="opened", phase=INTERVIEW)) == 2


def test_an_opening_in_a_workers_hand_that_is_owed_once_more_may_go_out(scene: Scene) -> None:
    scene.through(SHORTLIST, NANJING)
    scene.advance("2022-02-07T10:00")
    table = table_of(Letter)
    theirs = (table.c.kind == "opened", table.c.phase == INTERVIEW)
    with scene.database.write(YEAR) as connection:
        connection.execute(update(table).where(*theirs).values(state="sending", claim="aa"))

    def in_hand() -> list[tuple[str, bool]]:
        with scene.database.read() as connection:
            return [tuple(row) for row in connection.execute(select(table.c.state, table.c.moot).where(*theirs))]

    scene.rerun(SHORTLIST, NANJING, AT, UNTIL)
    assert in_hand() == [("sending", True)] * 2
    scene.submit(SHORTLIST, NANJING, AT)
    assert in_hand() == [("sending", False)] * 2


@pytest.mark.parametrize(("lost", "then"), [("failed", "queued"), ("unknown", "unknown")])
def test_an_opening_that_came_to_nothing_is_not_lost_with_the_hold(scene: Scene, lost: str, then: str) -> None:
    scene.through(SHORTLIST, NANJING)
    scene.advance("2022-02-07T10:00")
    table = table_of(Letter)
    theirs = (table.c.kind == "opened", table.c.phase == INTERVIEW)
    with scene.database.write(YEAR) as connection:
        connection.execute(update(table).where(*theirs).values(state=lost, claim="aa", tries=8))
    scene.rerun(SHORTLIST, NANJING, "2022-02-12T10:00", UNTIL)
    scene.submit(SHORTLIST, NANJING, "2022-02-12T10:00")
    with scene.database.read() as connection:
        keys = list(connection.execute(select(table.c.id).where(*theirs).order_by(table.c.id)).scalars())
        states = list(connection.execute(select(table.c.state).where(*theirs)).scalars())
        listed = [row.id for row in undelivered(connection, YEAR, instant("2022-02-12T11:00"))]
    assert (states, listed) == ([then] * 2, keys if lost == "unknown" else [])
    if lost == "unknown":
        settle(scene.database, keys, "resend", stamp("2022-02-12T11:00"))
    with scene.database.read() as connection:
        assert set(connection.execute(select(table.c.state, table.c.moot).where(*theirs))) == {("queued", False)}


def test_an_opening_in_hand_whose_phase_opens_again_for_another_day_is_owed_with_that_day(scene: Scene) -> None:
    scene.through(SHORTLIST, NANJING)
    scene.advance("2022-02-07T10:00")
    table = table_of(Letter)
    theirs = (table.c.kind == "opened", table.c.phase == INTERVIEW)
    with scene.database.write(YEAR) as connection:
        connection.execute(update(table).where(*theirs).values(state="sending", claim="aa"))
    scene.rerun(SHORTLIST, NANJING, "2022-02-17T10:00", date(2022, 2, 28))
    scene.submit(SHORTLIST, NANJING, "2022-02-25T10:00")
    with scene.database.read() as connection:
        found = set(
            connection.execute(select(table.c.state, table.c.claim, table.c.moot, table.c.valid_until).where(*theirs))
        )
    now = due(scene, INTERVIEW).instant
    assert found == {
        ("sending", "aa", True, instant("2022-02-21T00:00")),
        ("queued", None, False, now),
        ("sending", "aa", True, instant("2022-02-17T00:00")),  # the mentors', whose day is their own
        ("queued", None, False, instant("2022-03-01T00:00")),
    }
