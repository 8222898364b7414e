"""What was filed wrongly of a student is put right without filing again: what holds changes, what was filed stays."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from acts.correct_student import Correction, correct_student
from models import histories, loading, personal_changes
from models.columns import table_of
from models.histories import PastMove
from models.personal_changes import What
from models.tables.city_drafts import draft_table
from models.tables.season import Filing
from phases.application import STUDENTS, StudentRow
from phases.interview import INTERVIEWS
from season.outcome import Outcome
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, stamp

APPLICATION, SHORTLIST, INTERVIEW = "application", "shortlist", "interview"
FIRST, AT = "3201-2022-0001", "2022-02-21T10:00"
OFFICE, MENTOR, SCHOOL, OTHER = (
    "city:nanjing", "mentor:南京导师1@南京大学", "school:南京一中@南京", "school:南京二中@南京",
)  # fmt: skip


def corrected(
    scene: Scene, what: What, value: str, at: str = AT, number: str = FIRST, *, dry_run: bool = False
) -> Outcome:
    correction = Correction(number, what, value)
    given = (scene.database, YEAR, NANJING, correction, stamp(at))
    return correct_student(*given, reason="报名时录入有误", dry_run=dry_run)


def two_schools(scene: Scene) -> sheets.Sheets:
    where = scene.city(NANJING)
    rows = [*sheets.students(where)[:5], sheets.student(where, 6, school="南京二中")]
    return sheets.application(rows)


def told(scene: Scene) -> set[str]:
    return {to for _, _, to, _, _ in ledger.letters(scene.database, kind="amended")}


def test_a_name_is_right_from_now_on_and_what_was_filed_stays(scene: Scene) -> None:
    scene.through(INTERVIEW, NANJING)
    filing = table_of(Filing)
    with scene.database.read() as connection:
        before = connection.execute(select(filing).order_by(filing.c.id)).all()
    others = ledger.of_others(scene.database, NANJING)
    said = corrected(scene, "name", "学生壹")
    assert (said.outcome, said.message) == (
        "done", f"南京 学生申报：{FIRST} 的姓名已更正。按更正后的内容核验，各项均符合。",
    )  # fmt: skip
    with scene.database.read() as connection:
        assert loading.students(connection, YEAR, NANJING)[FIRST] == "学生壹"
        held = draft_table(INTERVIEWS)
        assert connection.execute(select(held.c.name).where(held.c.number == FIRST)).scalar() == "学生壹"
        assert connection.execute(select(filing).order_by(filing.c.id)).all() == before
        (kept,) = personal_changes.changes(connection, YEAR, [NANJING])
        assert personal_changes.changes(connection, YEAR, [WUXI]) == ()
    assert (kept.number, kept.what, kept.was, kept.now, kept.by) == (FIRST, "name", "学生1", "学生壹", "省办")
    assert scene.states(NANJING)[INTERVIEW] == "passed"
    assert ledger.of_others(scene.database, NANJING) == others


def test_later_workbooks_have_to_know_it_and_no_earlier_one_brings_the_mistake_back(scene: Scene) -> None:
    scene.through(INTERVIEW, NANJING)
    corrected(scene, "name", "学生壹")
    old = scene.load("meeting", NANJING, scene.sheets("meeting", NANJING), "2022-02-24T10:00")
    assert [(error.code, error.column) for error in old.errors] == [("name.disagrees", "姓名")]
    right = sheets.meeting([renamed(scene), *sheets.students(scene.city(NANJING))[1:2]])
    assert scene.load("meeting", NANJING, right, "2022-02-24T10:00").done


def renamed(scene: Scene, name: str = "学生壹") -> StudentRow:
    return sheets.student(scene.city(NANJING), 1, name=name)


def test_a_rerun_does_not_bring_a_former_value_back(scene: Scene) -> None:
    scene.through(APPLICATION, NANJING)
    corrected(scene, "name", "学生壹", "2022-01-21T10:00")
    scene.rerun(APPLICATION, NANJING, "2022-01-21T11:00", date(2022, 1, 28))
    again = scene.load(APPLICATION, NANJING, scene.sheets(APPLICATION, NANJING), "2022-01-24T10:00")
    assert [(error.code, error.column, error.right) for error in again.errors] == [
        ("value.corrected", "姓名", "应为“学生壹”；确需改回的，请省级管理办公室再作更正"),
    ]
    rest = sheets.students(scene.city(NANJING))[1:]
    assert scene.load(APPLICATION, NANJING, sheets.application([renamed(scene), *rest]), "2022-01-24T10:00").done


def test_only_those_concerned_are_written_to_and_no_letter_says_a_name(scene: Scene) -> None:
    scene.through(INTERVIEW, NANJING)
    written = corrected(scene, "name", "学生壹").changes.letters
    letters = [letter for letter in written if letter.kind == "amended"]
    assert told(scene) == {OFFICE, MENTOR, SCHOOL}
    assert all(FIRST in letter.text and "姓名已更正" in letter.text for letter in letters)
    assert not any(name in letter.text for letter in letters for name in ("学生壹", "学生1"))
    assert [letter.recipient for letter in letters if "报名时录入有误" in letter.text] == [OFFICE]
    assert all("学生壹" not in (move.reason or "") for move in logged(scene))


def logged(scene: Scene) -> tuple[PastMove, ...]:
    with scene.database.read() as connection:
        return histories.moves(connection, histories.Span(YEAR, None))


def test_a_school_is_one_of_the_citys_and_both_hear_of_it(scene: Scene) -> None:
    scene.through(APPLICATION, NANJING, application=two_schools(scene))
    unknown = corrected(scene, "school", "南京九中", "2022-01-21T10:00")
    assert unknown.outcome == "refused"
    assert "不在该市“中学”表中" in unknown.message
    assert corrected(scene, "school", " 南京二 中", "2022-01-21T10:00").done
    assert told(scene) == {OFFICE, SCHOOL, OTHER}  # nobody trains him yet
    table = draft_table(STUDENTS)
    with scene.database.read() as connection:
        rows = connection.execute(
            select(table.c.school, table.c.school_party).where(table.c.number.in_([FIRST, "3201-2022-0006"]))
        ).all()
    assert len(set(rows)) == 1


def test_rules_are_judged_again_and_shown_and_refuse_nothing(scene: Scene) -> None:
    scene.through(APPLICATION, NANJING)
    said = corrected(scene, "grade", "高三", "2022-01-21T10:00")
    assert said.done
    assert said.verdict is not None
    assert [one.rule for one in said.verdict.refusals] == ["applications.grade"]
    assert "有不符合的：" in said.message
    assert scene.states(NANJING)[APPLICATION] == "passed"


@pytest.mark.parametrize(
    ("what", "value", "number", "why"),
    [
        ("grade", "研一", FIRST, "应为：初一 / 初二 / 初三 / 高一 / 高二 / 高三"),
        ("name", "学生壹", "3201-2022-0099", "没有这个报名号"),
        ("name", "学生壹", "3202-2022-0001", "没有这个报名号"),
        ("name", "学生1", FIRST, "未作改动"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(scene: Scene, what: What, value: str, number: str, why: str) -> None:
    scene.through(APPLICATION, NANJING)
    said = corrected(scene, what, value, "2022-01-21T10:00", number)
    assert why in said.message
    with scene.database.read() as connection:
        assert personal_changes.changes(connection, YEAR, [NANJING]) == ()


def test_what_the_city_can_still_load_itself_is_not_put_right_for_it(scene: Scene) -> None:
    scene.through("mentor-recommendation", NANJING)
    scene.load(APPLICATION, NANJING, scene.sheets(APPLICATION, NANJING), "2022-01-10T10:00")
    said = corrected(scene, "name", "学生壹", "2022-01-10T11:00")
    assert said.message == ("南京 学生申报 现为“进行中”，还没有办结；请该市修改报送表后报送，不必单独更正。")
    assert ledger.log(scene.database, event="person") == [("person", "open", "open", True)]


def test_a_preview_changes_nothing(scene: Scene) -> None:
    before = ledger.fingerprint(scene.through(APPLICATION, NANJING).database)
    assert corrected(scene, "name", "学生壹", "2022-01-21T10:00", dry_run=True).done
    assert ledger.fingerprint(scene.database) == before
