"""Filing: what is in time, what is refused, and what a refused try leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

import acts.submit
from acts.submit import submit
from gates.states import State
from models.database import Database
from models.stamp import Stamp
from season.unit_of_work import Backdated, NotARehearsal, YearClosed
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

ROLL, APPLICATION, SHORTLIST = "mentor-recommendation", "application", "shortlist"
IN_TIME, TOO_LATE = "2022-01-20T23:59:59.999999", "2022-01-21T00:00:00"
REFUSED = (
    "南京 学生申报 的报送已于 2022-01-20 24:00 截止（日历），现在不能报送；"
    "请向省级管理办公室说明原因并申请延期，由省办重新开放本阶段后再报送，已导入的内容会保留。"
)


@pytest.fixture
def applied(scene: Scene) -> Scene:
    """Nanjing has loaded its applications and not filed them."""
    scene.through(ROLL, NANJING)
    scene.load(APPLICATION, NANJING, scene.sheets(APPLICATION, NANJING), "2022-01-10T10:00")
    return scene


def test_the_last_microsecond_of_the_due_day_is_in_time(applied: Scene) -> None:
    said = applied.submit(APPLICATION, NANJING, IN_TIME)
    cell = applied.cell(APPLICATION, NANJING)
    assert (said.outcome, said.message) == ("done", "南京 学生申报 已报送，通过。")
    assert (cell.state, cell.filed_at, cell.passed_at) == (State.PASSED, instant(IN_TIME), instant(IN_TIME))


def test_midnight_is_late_and_the_refused_try_is_on_record(applied: Scene) -> None:
    said = applied.submit(APPLICATION, NANJING, TOO_LATE)
    assert (said.outcome, said.message, said.verdict) == ("refused", REFUSED, None)
    assert ledger.log(applied.database, phase=APPLICATION) == [
        ("open", "waiting", "open", False),
        ("load", "open", "open", False),
        ("lapse", "open", "overdue", False),
        ("submit", "overdue", "overdue", True),
    ]


def test_a_late_filing_would_pass_were_the_guard_not_there(applied: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: lateness is told by the due instant, through the advance that every write begins with."""
    monkeypatch.setattr(acts.submit, "settle", lambda *_: None)
    assert applied.submit(APPLICATION, NANJING, TOO_LATE).outcome == "done"


def test_a_write_first_advances_its_city_and_no_other(scene: Scene) -> None:
    scene.submit(ROLL, NANJING, "2022-01-16T00:00")
    assert scene.states(NANJING)[ROLL] == "overdue"
    assert scene.states(WUXI)[ROLL] == "waiting"


def test_nothing_loaded_is_nothing_to_file(scene: Scene) -> None:
    said = scene.submit(ROLL, NANJING, "2022-01-05T10:00")
    assert said.outcome == "refused"
    assert said.message == ("南京 导师推荐 尚未导入报送表，没有可报送的内容；请先下载模板，填好后导入。")
    assert ledger.log(scene.database) == [("open", "waiting", "open", False), ("submit", "open", "open", True)]


@pytest.mark.parametrize(
    ("phase", "at", "message"),
    [
        ("shortlist", "2022-01-11T10:00", "南京 面试名单：处于“未开放”的阶段不能报送；"),
        ("application", "2022-01-11T10:00", "南京 学生申报：处于“已通过”的阶段不能报送；"),
    ],
)
def test_an_illegal_pair_is_refused_by_both_names(scene: Scene, phase: str, at: str, message: str) -> None:
    scene.through(APPLICATION, NANJING)
    said = scene.submit(phase, NANJING, at)
    assert (said.outcome, said.message[: len(message)]) == ("refused", message)


def test_cultivation_is_filed_from_december(scene: Scene) -> None:
    scene.through("meeting", NANJING)
    filled = scene.sheets("cultivation", NANJING)
    scene.load("cultivation", NANJING, filled, "2022-06-01T10:00")
    early = scene.submit("cultivation", NANJING, "2022-11-30T23:59:59")
    said = "南京 学生培养 自 2022-12-01 起方可报送；现在可以继续导入和修改。"
    assert (early.outcome, early.message) == ("refused", said)
    assert scene.submit("cultivation", NANJING, "2022-12-01T00:00").outcome == "done"


def test_a_refusal_of_the_gate_returns_with_what_would_mend_it(scene: Scene) -> None:
    scene.through(ROLL, NANJING)
    where = scene.city(NANJING)
    wrong = sheets.application([sheets.student(where, 1, subject_rank=11, overall_rank=16), sheets.student(where, 2)])
    scene.load(APPLICATION, NANJING, wrong, "2022-01-10T10:00")
    said = scene.submit(APPLICATION, NANJING, "2022-01-10T10:00")
    assert said.outcome == "returned"
    assert said.verdict is not None
    assert [(one.rule, one.numbers) for one in said.verdict.refusals] == [("applications.rank", ("3201-2022-0001",))]
    assert scene.cell(APPLICATION, NANJING).state is State.RETURNED
    assert ledger.letters(scene.database, kind="returned", phase=APPLICATION) == [
        (APPLICATION, NANJING, "city:nanjing", "returned", "1"),
    ]


def test_no_write_may_be_backdated(applied: Scene) -> None:
    applied.load(
        APPLICATION, NANJING, sheets.application(sheets.students(applied.city(NANJING), 3)), "2022-01-12T10:00"
    )
    before = ledger.fingerprint(applied.database)
    with pytest.raises(Backdated, match="南京 学生申报 在 2022-01-12 10:00 已有记录"):
        applied.submit(APPLICATION, NANJING, "2022-01-12T09:59")
    assert ledger.fingerprint(applied.database) == before
    assert applied.submit(APPLICATION, NANJING, "2022-01-12T10:00").done


def test_another_city_may_be_further_behind(applied: Scene) -> None:
    applied.submit(APPLICATION, NANJING, "2022-01-12T10:00")
    assert applied.file(ROLL, WUXI, at="2022-01-05T10:00").done


def test_a_real_year_takes_no_other_time_than_the_clocks(database: Database) -> None:
    Scene.begin(database, rehearsal=False)
    at = instant("2022-01-05T10:00")
    before = ledger.fingerprint(database)
    with pytest.raises(NotARehearsal, match="2022 年度是正式年度"):
        submit(database, YEAR, ROLL, NANJING, Stamp("省办", at, at + timedelta(seconds=1)))
    assert ledger.fingerprint(database) == before
    assert submit(database, YEAR, ROLL, NANJING, stamp("2022-01-05T10:00")).outcome == "refused"


def test_a_closed_year_takes_no_act(scene: Scene) -> None:
    from sqlalchemy import update

    from models.columns import table_of
    from models.tables.season import ProgrammeYear

    with scene.database.write(YEAR) as connection:
        connection.execute(update(table_of(ProgrammeYear)).values(closed_as_of=instant("2023-01-01T00:00")))
    with pytest.raises(YearClosed, match="2022 年度已归档"):
        scene.submit(ROLL, NANJING, "2023-01-02T10:00")


def test_a_dry_run_may_look_at_any_instant(database: Database) -> None:
    Scene.begin(database, rehearsal=False)
    submit(database, YEAR, ROLL, NANJING, stamp("2022-01-05T10:00"))
    before = ledger.fingerprint(database)
    for looked_at in ("2022-01-02T10:00", "2022-01-16T00:00"):
        ahead = Stamp("省办", instant("2022-01-05T11:00"), instant(looked_at))
        assert submit(database, YEAR, ROLL, NANJING, ahead, dry_run=True).outcome == "refused"
    assert ledger.fingerprint(database) == before
