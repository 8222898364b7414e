"""One person's day (illness): the city passes without him, he is due until then, and results wait for him."""

from __future__ import annotations

from datetime import date

import pytest

from acts.act import Bench
from acts.book import ACTS
from acts.doing import recorded
from acts.extend_person import extend_person
from acts.move_student import NewHome, move_student
from models.days_of_persons import days_of_persons
from models.facts import of_phase
from models.facts.scope import in_training
from season.judging import scope_of
from season.outcome import Outcome
from season.still_due import still_due, still_due_at
from season.unit_of_work import Season
from tests.acts.test_statements import counted
from tests.support import ledger, sheets
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

MIDTERM, YEAR_END = "midterm", "year-end"
ILL, WELL = "3201-2022-0001", "3201-2022-0002"
ASKED, FILED, UNTIL = "2022-08-10T10:00", "2022-08-20T10:00", date(2022, 9, 20)


def given(
    scene: Scene, person: str = ILL, at: str = ASKED, until: date = UNTIL, *, phase: str = MIDTERM, look: bool = False
) -> Outcome:
    asked = (scene.database, YEAR, phase, NANJING, person, stamp(at))
    return extend_person(*asked, until=until, reason="个人原因", dry_run=look)


def due(scene: Scene, at: str) -> list[tuple[str, str, date]]:
    with scene.database.read() as connection:
        season = Season.read(connection, YEAR, stamp(at), None, reading=True)
        return [(one.phase, one.whom, one.until) for one in still_due(season)]


def asked(scene: Scene, at: str = ASKED) -> tuple[int, list[str]]:
    """How often the database is asked who is still due, and who it is."""
    with counted(scene.database) as statements, scene.database.read() as connection:
        found = still_due_at(connection, YEAR, instant(at))
    return len([one for one in statements if one.startswith("SELECT")]), [one.whom for one in found]


def training(scene: Scene) -> tuple[str, ...]:
    with scene.database.read() as connection:
        season = Season.read(connection, YEAR, stamp("2022-12-01T10:00"), None, reading=True)
        return in_training(scope_of(season, YEAR_END, [NANJING]))[NANJING]


def evaluated(scene: Scene, *numbers: str, leaving: int = 0) -> sheets.Sheets:
    trained = [one for one in sheets.students(scene.city(NANJING))[:2] if one.number in numbers]
    return sheets.midterm(trained, leaving)


@pytest.fixture
def passed(scene: Scene) -> Scene:
    """A midterm that was filed, and passed, without one who was ill."""
    scene.through("meeting", NANJING)
    assert given(scene).done
    scene.load(MIDTERM, NANJING, evaluated(scene, WELL), FILED)
    said = scene.submit(MIDTERM, NANJING, FILED)
    assert said.done, said.message
    return scene


def test_the_city_passes_without_him_and_he_stands_until_he_is_there(passed: Scene) -> None:
    assert due(passed, FILED) == due(passed, "2022-09-21T10:00") == [(MIDTERM, ILL, UNTIL)]
    digests = [one for one in passed.advance("2022-09-01T09:30").changes.letters if one.kind == "digest"]
    assert [f"{ILL}" in one.text and "个人延期至9月20日" in one.text for one in digests] == [True]
    said = passed.load(MIDTERM, NANJING, evaluated(passed, ILL, WELL), "2022-09-20T23:59")
    assert (said.done, said.message.splitlines()[0]) == (True, "南京 中期评价 已补报，并通过核验。")
    cell = passed.cell(MIDTERM, NANJING)
    assert (cell.state, cell.filings, due(passed, "2022-09-21T10:00")) == ("passed", 2, [])
    assert training(passed) == (ILL, WELL)


@ON_SQLITE
def test_without_the_day_or_the_guard_he_is_owed_with_the_rest(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.through("meeting", NANJING)
    scene.load(MIDTERM, NANJING, evaluated(scene, WELL), FILED)
    found = scene.submit(MIDTERM, NANJING, FILED)
    assert (found.outcome, f"（{ILL}）没有中期汇报" in found.message) == ("returned", True)
    given(scene, at="2022-08-20T11:00")
    monkeypatch.setattr(of_phase, "due_later", lambda scope, _: dict.fromkeys(scope.cities, frozenset()))
    assert scene.submit(MIDTERM, NANJING, "2022-08-20T12:00").outcome == "returned"
    monkeypatch.undo()
    assert scene.submit(MIDTERM, NANJING, "2022-08-20T13:00").done


@ON_SQLITE
def test_after_his_day_only_another_lets_him_file_and_nothing_of_the_others_changes(passed: Scene) -> None:
    late = passed.load(MIDTERM, NANJING, evaluated(passed, ILL, WELL), "2022-09-21T00:00")
    assert (late.outcome, "不能导入" in late.message) == ("refused", True)
    assert given(passed, at="2022-09-21T10:00", until=date(2022, 9, 30)).done
    other = evaluated(passed, ILL, WELL, leaving=1)
    fault = passed.load(MIDTERM, NANJING, other, "2022-09-22T10:00").errors
    assert [(one.code, one.column) for one in fault] == [("filed.changed", "评价")]
    assert passed.load(MIDTERM, NANJING, evaluated(passed, ILL, WELL), "2022-09-22T10:00").done


@ON_SQLITE
def test_who_does_not_qualify_leaves_training_and_is_told_of(passed: Scene) -> None:
    (his,) = evaluated(passed, ILL, leaving=1)["results"]
    (well,) = evaluated(passed, WELL)["results"]
    both = {"results": (well, his.model_copy(update={"line": 3}))}
    early = his.model_copy(update={"line": 3, "reported_on": date(2022, 1, 1)})
    refused = passed.load(MIDTERM, NANJING, {"results": (well, early)}, "2022-09-10T10:00")
    assert (refused.outcome, "的补报没有通过核验" in refused.message) == ("refused", True)
    assert training(passed) == (ILL, WELL)
    told = passed.load(MIDTERM, NANJING, both, "2022-09-10T11:00").changes.letters
    assert {one.recipient.partition(":")[0] for one in told} == {"city", "mentor", "school"}
    assert training(passed) == (WELL,)


@ON_SQLITE
def test_only_those_concerned_hear_of_it_and_all_are_found_at_once(scene: Scene) -> None:
    scene.through("meeting", NANJING).through("meeting", "wuxi")
    others = ledger.of_others(scene.database, NANJING)
    looked = given(scene, look=True)
    assert (looked.done, due(scene, ASKED)) == (True, [])
    found = [asked(scene)]
    told = [one for one in given(scene).changes.letters if one.kind == "amended"]
    assert sorted(one.recipient.partition(":")[0] for one in told) == ["city", "mentor", "school"]
    assert all(
        "中期评价期限延至2022年9月20日" in one.text and "个人原因" in one.text
        for one in told
        if "city" in one.recipient
    )
    assert ledger.of_others(scene.database, NANJING) == others
    found.append(asked(scene))
    assert given(scene, WELL).done
    other = (scene.database, YEAR, MIDTERM, WUXI, "3202-2022-0001", stamp(ASKED))
    assert extend_person(*other, until=UNTIL, reason="个人原因").done
    found.append(asked(scene))
    assert [who for _, who in found] == [[], [ILL], [ILL, WELL, "3202-2022-0001"]]
    nobody, one, three = (statements for statements, _ in found)
    assert (nobody, one == three, one <= 12) == (1, True, True)


@ON_SQLITE
def test_what_cannot_be_is_refused(scene: Scene) -> None:
    scene.through("meeting", NANJING)
    cases = {
        "3201-2022-0009": (UNTIL, "没有所写的人"),
        "谁（南京大学）": (UNTIL, "没有所写的人"),
        ILL: (date(2022, 8, 31), "截止日是 2022-08-31"),
        WELL: (date(2022, 8, 9), "已经过去"),
    }
    refused = {person: given(scene, person, until=until) for person, (until, _) in cases.items()}
    assert {person: (one.outcome, cases[person][1] in one.message) for person, one in refused.items()} == dict.fromkeys(
        cases, ("refused", True)
    )
    assert given(scene, until=date(2022, 9, 1), look=True).done, "the first day that is a later one"
    assert "个人延期只用于" in given(scene, phase="meeting").message
    act, typed = ACTS["extend-person"], {"phase": MIDTERM, "city": NANJING, "person": ILL, "reason": "个人原因"}
    far = typed | {"until": date(2022, 12, 1)}
    bench = Bench(scene.database, scene.year, stamp(ASKED))
    assert recorded(act, bench, act.fill(scene.year, far)).message.startswith(
        "没有办理：2022-12-01（星期四）比年度日历"
    )
    assert recorded(act, bench, act.fill(scene.year, far | {"confirm": "2022-12-01"})).done


@ON_SQLITE
def test_a_mistaken_day_is_corrected_with_time_to_hear_of_it(passed: Scene) -> None:
    at = "2022-09-05T10:00"
    soon = given(passed, at=at, until=date(2022, 9, 7))
    assert (soon.outcome, "最早到 2022-09-08（3 个工作日之后）" in soon.message) == ("refused", True)
    done = given(passed, at=at, until=date(2022, 9, 8))
    assert done.done
    assert any("更正为2022年9月8日" in one.text for one in done.changes.letters)
    assert due(passed, at) == [(MIDTERM, ILL, date(2022, 9, 8))]
    assert "未作改动" in given(passed, at=at, until=date(2022, 9, 8)).message


def test_results_wait_for_a_mentors_students_and_for_his_summary(scene: Scene) -> None:
    scene.through(MIDTERM, NANJING)
    trained = sheets.students(scene.city(NANJING))[:2]
    mentor = f"{trained[0].mentor}（{trained[0].institution}）"
    theirs = [one.number for one in trained if one.mentor == trained[0].mentor]
    assert given(scene, mentor, "2022-11-10T10:00", date(2022, 12, 20), phase=YEAR_END).done
    records = scene.sheets("cultivation", NANJING)
    unlogged = {
        **records,
        **{key: [row for row in records[key] if getattr(row, "number", "") not in theirs] for key in ("logs", "talks")},
    }
    assert scene.load("cultivation", NANJING, unlogged, "2022-11-20T09:00").done
    whole = scene.sheets(YEAR_END, NANJING)
    without = {
        **whole,
        "materials": [row for row in whole["materials"] if getattr(row, "number", "") not in theirs],
        "summaries": [row for row in whole["summaries"] if getattr(row, "mentor", None) != trained[0].mentor],
    }
    assert scene.load(YEAR_END, NANJING, without, "2022-11-20T10:00").done
    said = scene.submit(YEAR_END, NANJING, "2022-11-20T11:00")
    assert said.done, said.message
    assert scene.load("evaluation", NANJING, scene.sheets("evaluation", NANJING), "2022-11-20T12:00").done
    refused = scene.approve(YEAR_END, NANJING, "2022-12-10T10:00")
    assert refused.outcome == "refused"
    assert all(f"{one}（2022-12-20）" in refused.message for one in (mentor, *theirs))
    assert {whom for _, whom, _ in due(scene, "2022-12-21T10:00")} == {mentor, *theirs}
    assert scene.load(YEAR_END, NANJING, whole, "2022-12-20T10:00").done
    assert {whom for _, whom, _ in due(scene, "2022-12-20T11:00")} == {*theirs}, "logs and talks are owed still"
    assert scene.approve(YEAR_END, NANJING, "2022-12-20T11:00").outcome == "refused"
    assert scene.load("cultivation", NANJING, records, "2022-12-20T12:00").done
    assert due(scene, "2022-12-20T13:00") == []
    assert scene.approve(YEAR_END, NANJING, "2022-12-21T10:00").done


@ON_SQLITE
def test_his_day_is_never_before_his_citys_and_nobody_waits_before_it(scene: Scene) -> None:
    scene.through("meeting", NANJING)
    assert given(scene, until=date(2022, 9, 5)).done
    assert scene.extend(MIDTERM, [NANJING], "2022-08-20T10:00", date(2022, 9, 30)).done
    assert due(scene, "2022-09-08T09:30") == [(MIDTERM, ILL, date(2022, 9, 30))]
    until = "个人延期至9月30日（周五）24时，还没有交齐"
    for at, said in (("2022-09-08T09:30", until), ("2022-10-10T09:30", f"{until}，已逾期10天")):
        (digest,) = [one for one in scene.advance(at).changes.letters if one.kind == "digest"]
        assert [line.partition("：")[2] for line in digest.text.splitlines() if ILL in line] == [said]


@ON_SQLITE
def test_his_day_follows_him_to_another_city(scene: Scene) -> None:
    scene.through("meeting", NANJING).through("meeting", WUXI)
    assert given(scene, at=ASKED).done
    home = NewHome(WUXI, "无锡一中", ("无锡导师1", "无锡大学"))
    moving = (scene.database, YEAR, NANJING, ILL, home, stamp("2022-08-11T10:00"))
    assert move_student(*moving, reason="随家庭迁居").done
    with scene.database.read() as connection:
        assert days_of_persons(connection, YEAR, MIDTERM)[WUXI] == {ILL: UNTIL}
    own = sheets.students(scene.city(WUXI))[:2]
    scene.load(MIDTERM, WUXI, sheets.midterm(own), FILED)
    assert scene.submit(MIDTERM, WUXI, FILED).done
    assert due(scene, FILED) == [(MIDTERM, ILL, UNTIL)]


@ON_SQLITE
def test_a_day_is_taken_back_by_the_citys_own_until_it_files_without_him(scene: Scene) -> None:
    scene.through("meeting", NANJING)
    citys = date(2022, 8, 31)
    assert "个人的期限应晚于它" in given(scene, until=citys).message, "he has none"
    given(scene)
    told = given(scene, at="2022-08-11T10:00", until=citys)
    assert (told.done, "个人延期已收回" in told.message) == (True, True)
    assert {one.recipient.partition(":")[0] for one in told.changes.letters} == {"city", "mentor", "school"}
    assert due(scene, "2022-08-11T10:00") == []
    scene.load(MIDTERM, NANJING, evaluated(scene, WELL), FILED)
    assert scene.submit(MIDTERM, NANJING, FILED).outcome == "returned"
    given(scene, at="2022-08-20T11:00")
    assert scene.submit(MIDTERM, NANJING, "2022-08-20T12:00").done
    assert "不能收回" in given(scene, at="2022-08-20T13:00", until=citys).message


@ON_SQLITE
def test_who_was_filed_complete_stays_as_filed_though_his_day_runs(passed: Scene) -> None:
    assert passed.load(MIDTERM, NANJING, evaluated(passed, ILL, WELL), "2022-09-01T10:00").done
    again = passed.load(MIDTERM, NANJING, evaluated(passed, ILL, WELL, leaving=2), "2022-09-02T10:00")
    assert (again.outcome, "不能导入" in again.message) == ("refused", True)
    assert training(passed) == (ILL, WELL)
