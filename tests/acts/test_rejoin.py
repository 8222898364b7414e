"""A city that left comes back while what it missed first is not over; what it had passed stands, and counts again."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from acts.rejoin import rejoin
from calendars.deadlines import Due, resolve
from gates.states import State
from models import reports, standing
from models.columns import table_of
from models.database import Database
from models.tables.season import Letter
from models.written_letters import told_of_leaving
from season.outcome import Outcome
from tests.support import ledger
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, calendar, instant, stamp

ROLL, APPLICATION, SHORTLIST, INTERVIEW, MEETING = (
    "mentor-recommendation", "application", "shortlist", "interview", "meeting",
)  # fmt: skip
LEFT, BACK = "2022-02-07T10:00", "2022-02-09T10:00"
OFFICE, MENTOR, SCHOOL = "city:nanjing", "mentor:南京导师1@南京大学", "school:南京一中@南京"


def back(scene: Scene, at: str = BACK, *, dry_run: bool = False) -> Outcome:
    return rejoin(scene.database, YEAR, NANJING, stamp(at), reason="已落实承办单位", dry_run=dry_run)


def sent(scene: Scene) -> None:
    with scene.database.write(YEAR) as connection:
        letter = table_of(Letter)
        connection.execute(update(letter).where(letter.c.state == "queued").values(state="sent"))


def left(scene: Scene, through: str = SHORTLIST, at: str = LEFT) -> Scene:
    scene.through(through, NANJING)
    scene.advance(at, cities=[NANJING])
    sent(scene)
    scene.withdraw(NANJING, at)
    sent(scene)
    return scene


def due(scene: Scene, phase: str) -> Due:
    with scene.database.read() as connection:
        given = standing.extensions(connection, YEAR, [NANJING]).get((phase, NANJING), ())
    return resolve(scene.year.phase(phase).due, given)


def funded(scene: Scene, at: str) -> int:
    with scene.database.read() as connection:
        return reports.matrix(connection, YEAR, instant(at)).totals["funded"]


def test_what_it_missed_is_open_again_and_what_it_passed_stands(scene: Scene) -> None:
    before = ledger.of_others(left(scene).database, NANJING)
    said = back(scene)
    assert (said.outcome, said.message) == (
        "done", "南京 已恢复参加 2022 年度；5 个阶段恢复办理，导师面试截止 2022-02-20 24:00。",
    )  # fmt: skip
    states = scene.states(NANJING)
    assert [states[phase] for phase in (ROLL, APPLICATION, SHORTLIST)] == ["passed"] * 3
    assert [states[phase] for phase in (INTERVIEW, MEETING)] == ["open", "waiting"]
    assert scene.cell(INTERVIEW, NANJING).since == instant(BACK)
    assert ledger.of_others(scene.database, NANJING) == before
    assert scene.file(INTERVIEW, NANJING, at="2022-02-10T10:00").done
    assert back(scene, "2022-02-11T10:00").message == "南京 正在参加 2022 年度，未作改动。"


def test_whoever_was_told_that_it_left_is_told_that_it_is_back_and_until_when(scene: Scene) -> None:
    letters = back(left(scene)).changes.letters
    assert {letter.kind for letter in letters} == {"rejoined"}
    written = ledger.letters(scene.database, kind="rejoined")
    assert {(phase, to) for phase, _, to, _, _ in written} == {(INTERVIEW, to) for to in (OFFICE, MENTOR, SCHOOL)}
    office = next(letter for letter in letters if letter.recipient == OFFICE)
    assert "2022年2月20日（星期日）24时前" in office.text
    assert "已落实承办单位" in office.text
    assert office.ics is not None
    assert all("已落实承办单位" not in letter.text for letter in letters if letter is not office)


def test_nobody_is_told_of_a_return_who_has_not_heard_of_the_leaving(scene: Scene) -> None:
    scene.through(SHORTLIST, NANJING)
    scene.advance(LEFT, cities=[NANJING])
    sent(scene)
    scene.withdraw(NANJING, LEFT)
    assert [letter.recipient for letter in back(scene).changes.letters] == [OFFICE]
    with scene.database.read() as connection:
        letter = table_of(Letter)
        kept = connection.execute(select(letter.c.state, letter.c.detail).where(letter.c.kind == "withdrawn")).all()
        assert {tuple(row) for row in kept} == {("cancelled", "该市已恢复参加本年度")}
        assert told_of_leaving(connection, YEAR, NANJING) == frozenset()


def test_who_comes_back_late_keeps_room_to_work_and_the_mentors_hear_of_it(scene: Scene) -> None:
    letters = back(left(scene), "2022-02-18T10:00").changes.letters
    assert due(scene, INTERVIEW).day == date(2022, 2, 23)
    assert sorted((letter.kind, letter.recipient.partition(":")[0]) for letter in letters) == [
        ("rejoined", "city"), ("rejoined", "mentor"), ("rejoined", "school"),
    ]  # fmt: skip


@pytest.mark.parametrize(("at", "done"), [("2022-02-20T23:59", True), ("2022-02-21T00:00", False)])
def test_only_until_what_it_missed_first_is_due(scene: Scene, at: str, *, done: bool) -> None:
    said = back(left(scene), at)
    assert said.done is done
    if not done:
        assert said.message == "南京 退出后最早须报送的导师面试已于 2022-02-20 24:00 截止，本年度不能恢复参加。"
        assert scene.cell(INTERVIEW, NANJING).state is State.WITHDRAWN
        assert ledger.log(scene.database, city=NANJING, event="rejoin") == [("rejoin", "withdrawn", "withdrawn", True)]


def test_what_waits_for_what_it_missed_first_makes_it_no_later(scene: Scene) -> None:
    scene.through(SHORTLIST, NANJING)
    scene.advance("2022-02-06T10:00", cities=[NANJING])
    assert scene.extend(INTERVIEW, [NANJING], "2022-02-06T11:00", date(2022, 3, 20)).done
    scene.withdraw(NANJING, LEFT)
    said = back(scene, "2022-03-10T10:00")  # the meeting, which waits for the interviews, was due in February
    assert said.message.endswith("导师面试截止 2022-03-20 24:00。")


def test_it_may_leave_once_more_and_everybody_hears_again(scene: Scene) -> None:
    back(left(scene))
    sent(scene)
    scene.withdraw(NANJING, "2022-02-10T10:00")
    back(scene, "2022-02-11T10:00")
    count = [len(ledger.letters(scene.database, kind=kind, recipient=OFFICE)) for kind in ("withdrawn", "rejoined")]
    assert count == [2, 2]


def test_its_places_count_again_but_not_in_the_time_between(scene: Scene) -> None:
    left(scene, INTERVIEW, "2022-02-22T10:00")
    assert funded(scene, "2022-02-21T10:00") == 2
    assert back(scene, "2022-02-23T10:00").done
    assert [funded(scene, at) for at in ("2022-02-21T10:00", "2022-02-22T11:00", "2022-02-23T11:00")] == [2, 0, 2]


def test_it_does_not_come_back_where_its_places_are_others_by_now(database: Database) -> None:
    scene = left(Scene.begin(database, calendar(2, funded_cap=3)), INTERVIEW, "2022-02-13T10:00")
    scene.through(SHORTLIST, WUXI)
    scene.file(INTERVIEW, WUXI, at="2022-02-14T10:00")
    said = back(scene, "2022-02-15T10:00")
    assert (said.outcome, said.message) == (
        "refused", "南京 原有省级资助 2 人，全省现仅余 1 人，不能恢复参加。",
    )  # fmt: skip


def test_places_that_it_decides_anew_are_asked_of_nobody_when_it_comes_back(database: Database) -> None:
    scene = Scene.begin(database, calendar(2, funded_cap=3)).through(INTERVIEW, NANJING)
    scene.rerun(INTERVIEW, NANJING, "2022-02-13T10:00", date(2022, 2, 20))
    scene.withdraw(NANJING, "2022-02-13T11:00")
    scene.through(SHORTLIST, WUXI)
    scene.file(INTERVIEW, WUXI, at="2022-02-14T10:00")
    assert back(scene, "2022-02-15T10:00").done
    assert funded(scene, "2022-02-15T11:00") == 2


def test_what_was_held_when_it_left_is_judged_again_by_itself(scene: Scene) -> None:
    scene.through(INTERVIEW, NANJING)
    scene.rerun(SHORTLIST, NANJING, "2022-02-21T10:00", date(2022, 2, 25))
    scene.withdraw(NANJING, "2022-02-22T10:00")
    assert back(scene, "2022-02-23T10:00").done
    assert scene.file(SHORTLIST, NANJING, at="2022-02-24T10:00").done
    assert scene.states(NANJING)[INTERVIEW] == "passed"
    assert scene.cell(INTERVIEW, NANJING).tally == {"admitted": 2, "funded": 2}


def test_a_preview_changes_nothing(scene: Scene) -> None:
    before = ledger.fingerprint(left(scene).database)
    assert back(scene, dry_run=True).done
    assert ledger.fingerprint(scene.database) == before
