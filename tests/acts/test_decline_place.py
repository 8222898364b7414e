"""A declined place goes to the next of the list; a student who leaves is counted no more. Nothing is filed again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from acts import consistency
from acts.act import Act
from acts.consistency import contradictions
from acts.decline_place import DECLINE_PLACE, decline_place
from acts.fund_transfers import pay
from acts.leave_training import LEAVE_TRAINING, leave_training
from acts.replace_mentor import REPLACE_MENTOR
from acts.single_persons import REASON
from models import personal_changes, reports
from models.columns import table_of
from models.database import Database
from models.facts.scope import in_training
from models.open_years import all_years
from models.tables.season import CityPhase, Transition
from models.trained import with_trained
from phases.interview import InterviewRow
from season.judging import scope_of
from season.outcome import Outcome
from season.unit_of_work import Season
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, calendar, instant, stamp

INTERVIEW, MEETING, MIDTERM, AT = "interview", "meeting", "midterm", "2022-02-21T10:00"
RIGHT = "按递补后的名单核验，各项均符合。"
FIRST, SECOND, THIRD, FOURTH = (f"3201-2022-000{place}" for place in range(1, 5))


def interviewed(scene: Scene, *scores: int, city: str = NANJING) -> sheets.Sheets:
    """Six came and two are admitted and funded; the third and those after it have these scores."""
    rows: list[InterviewRow] = list(scene.sheets(INTERVIEW, city)["interviews"])  # type: ignore[arg-type]  # its rows
    for place, score in enumerate(scores, 2):
        rows[place] = rows[place].model_copy(update={"score": Decimal(score)})
    return {"interviews": rows}


def declined(
    scene: Scene, number: str = FIRST, at: str = AT, *, next_one: str = "", funding: str = "", dry_run: bool = False
) -> Outcome:
    given = (scene.database, YEAR, NANJING, number, stamp(at))
    return decline_place(*given, reason="另有安排", next_one=next_one, funding=funding, dry_run=dry_run)


def left(scene: Scene, number: str = FIRST, at: str = "2022-05-10T10:00", *, dry_run: bool = False) -> Outcome:
    return leave_training(scene.database, YEAR, NANJING, number, stamp(at), reason="随家庭迁往外省", dry_run=dry_run)


def training(scene: Scene, city: str = NANJING) -> tuple[str, ...]:
    with scene.database.read() as connection:
        season = Season.read(connection, YEAR, stamp("2023-01-01T00:00"), None, reading=True)
        return in_training(scope_of(season, INTERVIEW, [city]))[city]


def totals(scene: Scene, at: str = "2022-12-01T10:00") -> dict[str, int | None]:
    with scene.database.read() as connection:
        found = with_trained(connection, reports.matrix(connection, YEAR, instant(at)))
    return {name: found.totals[name] for name in ("admitted", "funded")} | {"trained": found.in_training}


def through(scene: Scene, *scores: int) -> Scene:
    return scene.through(INTERVIEW, NANJING, interview=interviewed(scene, *scores))


def told(scene: Scene) -> set[str]:
    return {to.partition(":")[0] for _, _, to, _, _ in ledger.letters(scene.database, kind="amended")}


def test_the_next_by_score_moves_up_funded_as_the_other_was(scene: Scene) -> None:
    others = ledger.of_others(through(scene, 70, 88, 75, 60).database, NANJING)
    said = declined(scene)
    assert (said.outcome, said.message) == (
        "done",
        f"南京 导师面试：{FIRST} 放弃入选；{FOURTH} 递补入选（省级资助），面试成绩 88.00。{RIGHT}",
    )
    assert training(scene) == (SECOND, FOURTH)
    assert totals(scene) == {"admitted": 2, "funded": 2, "trained": 2}
    assert scene.states(NANJING)[INTERVIEW] == "passed"
    assert told(scene) == {"city", "mentor", "school"}
    assert ledger.of_others(scene.database, NANJING) == others
    assert [one for one in contradictions(scene.database) if one.invariant == "合计与内容一致"] == []
    later = sheets.students(scene.city(NANJING))
    meeting = sheets.meeting([later[1], later[3]])
    scene.load(MEETING, NANJING, meeting, "2022-02-24T10:00")
    assert scene.submit(MEETING, NANJING, "2022-02-24T10:00").done


def test_an_old_workbook_does_not_give_the_place_back(scene: Scene) -> None:
    declined(through(scene, 70, 88, 75, 60))
    scene.rerun(INTERVIEW, NANJING, "2022-02-21T11:00", date(2022, 2, 28))
    first, *rest = interviewed(scene, 70, 88, 75, 60)["interviews"]
    old = {"interviews": [first.model_copy(update={"funding": "自筹"}), *rest]}
    again = scene.load(INTERVIEW, NANJING, old, "2022-02-22T10:00")
    assert [(error.code, error.row, error.right[:8]) for error in again.errors] == [
        ("value.corrected", 2, "应为“否”；确需"), ("value.corrected", 5, "应为“省级资助”"),
    ]  # fmt: skip


def test_somebody_else_may_be_named_or_nobody_and_the_funds_chosen(scene: Scene) -> None:
    through(scene, 70, 88, 75, 60)
    assert declined(scene, next_one=THIRD, funding="自筹").done
    assert (training(scene), totals(scene)) == ((SECOND, THIRD), {"admitted": 2, "funded": 1, "trained": 2})
    assert "无人递补" in declined(scene, SECOND, "2022-02-21T11:00", next_one="none").message
    assert (training(scene), totals(scene)) == ((THIRD,), {"admitted": 1, "funded": 0, "trained": 1})


def test_two_of_the_same_score_are_told_apart_by_the_province(scene: Scene) -> None:
    said = declined(through(scene, 70, 88, 88, 60))
    assert (said.outcome, "成绩相同；请写明由谁递补" in said.message) == ("refused", True)
    assert declined(scene, next_one=FOURTH).done


@pytest.mark.parametrize(
    ("number", "next_one", "why"),
    [
        (THIRD, "", "不在入选名单中"),
        ("3202-2022-0001", "", "不在入选名单中"),
        (FIRST, SECOND, "不在同学科的递补名单中"),
        (FIRST, "3202-2022-0003", "不在同学科的递补名单中"),
    ],
)
def test_who_was_not_admitted_declines_nothing_and_who_was_moves_nowhere(
    scene: Scene, number: str, next_one: str, why: str
) -> None:
    said = declined(through(scene, 70, 88, 75, 60), number, next_one=next_one)
    assert said.outcome == "refused"
    assert why in said.message


def test_whoever_declined_is_not_next_when_another_declines(scene: Scene) -> None:
    through(scene, 70, 60, 50, 40)
    assert declined(scene).done
    assert declined(scene, SECOND, "2022-02-21T11:00").done
    assert training(scene) == (THIRD, FOURTH)


def test_a_place_of_the_province_is_not_taken_twice(database: Database) -> None:
    scene = Scene.begin(database, calendar(2, funded_cap=3))
    scene.through(INTERVIEW, NANJING, interview=own_funds(scene))
    scene.through(INTERVIEW, WUXI)
    before = ledger.everything(scene.database)["interview"]
    said = declined(scene, SECOND, funding="省级资助", next_one=THIRD)
    assert said.outcome == "refused"
    assert "全省资助名额共 3 人" in said.message
    assert ledger.everything(scene.database)["interview"] == before
    assert totals(scene)["funded"] == 3


def own_funds(scene: Scene) -> sheets.Sheets:
    """The first of Nanjing's two is funded."""
    return sheets.interview(sheets.students(scene.city(NANJING)), 2, 1)


def test_after_the_meeting_nobody_moves_up(scene: Scene) -> None:
    scene.through(MEETING, NANJING)
    assert "师生见面会已经报送，不再递补" in declined(scene, at="2022-03-01T10:00").message


def test_who_left_is_asked_for_by_nothing_after(scene: Scene) -> None:
    others = ledger.of_others(scene.through(MEETING, NANJING).database, NANJING)
    pay(scene.database, YEAR, [NANJING], "grant", stamp("2022-03-01T10:00"), day=date(2022, 3, 1), voucher="31")
    said = left(scene)
    assert said.message == (
        f"南京 {FIRST} 已退出培养。以后各阶段不再计入该生，资助名额不另行使用。"
        "全省应拨的学生资助经费由 10000 元变为 5000 元。该生的资助经费 5000 元已拨付，是否收回由省级管理办公室决定。"
    )
    assert training(scene) == (SECOND,)
    assert totals(scene) == {"admitted": 2, "funded": 2, "trained": 1}
    assert totals(scene, "2022-03-01T10:00") == {"admitted": 2, "funded": 2, "trained": None}  # before he left
    assert told(scene) == {"city", "mentor", "school"}
    assert ledger.of_others(scene.database, NANJING) == others
    both = sheets.students(scene.city(NANJING))[:2]
    scene.load(MIDTERM, NANJING, sheets.midterm(both, leaving=2), "2022-07-20T10:00")
    assert scene.submit(MIDTERM, NANJING, "2022-07-20T10:00").done
    assert totals(scene) == {"admitted": 2, "funded": 2, "trained": 0}
    assert scene.cell(MIDTERM, NANJING).tally == {"exited": 1}  # and not him who had left
    assert [totals_deny(scene, exited=count) for count in (0, 1, 2, 3)] == [True, False, False, True]  # once 2
    with scene.database.read() as connection:
        assert [one.now for one in personal_changes.changes(connection, YEAR, [NANJING])] == ["退出培养"]


def totals_deny(scene: Scene, **tally: int) -> bool:
    """Tell whether Nanjing's midterm, with this on record, contradicts its rows."""
    cell = table_of(CityPhase)
    with scene.database.write() as connection:
        connection.execute(update(cell).where(cell.c.phase == MIDTERM, cell.c.city == NANJING).values(tally=tally))
        (opened,) = all_years(connection)
        return bool([*consistency._totals(consistency._as_it_stands(connection, opened))])


def test_who_is_not_in_training_leaves_nothing(scene: Scene) -> None:
    scene.through(MEETING, NANJING)
    assert left(scene).done
    again = left(scene, at="2022-05-11T10:00")
    assert (again.outcome, again.message) == ("refused", f"南京 导师面试：{FIRST} 不在培养；请核对报名号。")
    assert left(scene, "3202-2022-0001", "2022-05-11T10:00").outcome == "refused"


@pytest.mark.parametrize("act", [DECLINE_PLACE, LEAVE_TRAINING, REPLACE_MENTOR])
def test_what_nothing_brings_back_warns_and_no_reason_is_asked_in_private_words(act: Act) -> None:
    assert "不能撤销" in act.forever
    assert [one.hint for one in act.fields if one.name == "reason"] == [REASON.hint]
    assert "不要写姓名、病情和家庭情况" in REASON.hint


def test_a_reason_stands_once_in_a_citys_log(scene: Scene) -> None:
    declined(through(scene, 70, 88, 75, 60))
    with scene.database.read() as connection:
        log = table_of(Transition)
        rows = connection.execute(select(log.c.reason).where(log.c.event == "person").order_by(log.c.id)).scalars()
        assert ["另有安排" in reason for reason in rows] == [False, True]


def test_previews_change_nothing(scene: Scene) -> None:
    before = ledger.fingerprint(through(scene, 70, 88, 75, 60).database)
    assert declined(scene, dry_run=True).done
    assert left(scene, dry_run=True).done
    assert ledger.fingerprint(scene.database) == before
