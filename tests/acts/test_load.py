"""Loading: all or nothing, every fault at once, the same file nothing; what only the record can tell is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.pool import QueuePool

import acts.load
from forms.sandbox import read
from forms.workbook_rows import Reading, RowError
from models.columns import table_of
from models.database import Database
from models.standing import opened
from models.tables.city_drafts import draft_table
from models.tables.season import RefusedLoad, Transition, WorkbookLoad
from phases.application import STUDENTS
from phases.shortlist import SCORES
from tests.support import ledger, sheets
from tests.support.books import book
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, calendar, stamp
from tests.support.years import parse

ROLL, APPLICATION, SHORTLIST = "mentor-recommendation", "application", "shortlist"
DAY = "2022-01-10T10:00"


@pytest.fixture
def rolled(scene: Scene) -> Scene:
    return scene.through(ROLL, NANJING)


@pytest.fixture
def approved(scene: Scene) -> Scene:
    return scene.through(APPLICATION, NANJING)


def cut_line(points: int) -> bytes:
    scores: list[list[object]] = [
        ["报名号", "姓名", "学科", "测试成绩", "入围面试"],
        ["3201-2022-0001", "学生1", "物理", points, "是"],
    ]
    return book({"成绩": scores, "分数线": [["学科", "分数线"], ["物理", 60]]})


def test_the_same_workbook_again_changes_nothing(approved: Scene) -> None:
    def load(points: int, at: str) -> str:
        said = acts.load.load(approved.database, YEAR, SHORTLIST, NANJING, cut_line(points), stamp(at))
        return said.message

    assert load(80, "2022-01-24T10:00") == "南京《面试名单》已导入 2 行。"
    before = ledger.fingerprint(approved.database)
    assert load(80, "2022-01-25T10:00") == "南京《面试名单》与上次导入的内容相同，未作改动。"
    assert ledger.fingerprint(approved.database) == before
    assert load(81, "2022-01-25T10:00") == "南京《面试名单》已导入 2 行。"
    assert ledger.fingerprint(approved.database) != before


def test_no_connection_waits_for_a_workbook_to_be_read(approved: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that it came to reads of one snapshot: one that stays open meanwhile keeps a server from tidying up."""
    pool, held = approved.database.engine.pool, []
    assert isinstance(pool, QueuePool)

    def noting(*given: Any) -> Reading:  # noqa: ANN401 -- those of `read`
        held.append(pool.checkedout())
        return read(*given)

    monkeypatch.setattr(acts.load, "read", noting)
    with approved.database.one_snapshot():
        said = acts.load.load(approved.database, YEAR, SHORTLIST, NANJING, cut_line(80), stamp("2022-01-24T10:00"))
    assert (said.outcome, held) == ("done", [0])


def test_a_workbook_takes_the_place_of_the_one_before(approved: Scene) -> None:
    for points in (80, 90):
        acts.load.load(approved.database, YEAR, SHORTLIST, NANJING, cut_line(points), stamp("2022-01-24T10:00"))
    with approved.database.read() as connection:
        table = draft_table(SCORES)
        assert [tuple(row) for row in connection.execute(select(table.c.number, table.c.score))] == [
            ("3201-2022-0001", 90)
        ]
        loads = connection.execute(select(func.count()).select_from(table_of(WorkbookLoad)))
        assert loads.scalar() == 4  # the roll, the applications, and two shortlists


def test_rows_typed_on_a_page_are_loaded_as_those_of_a_workbook_are(approved: Scene) -> None:
    at = stamp("2022-01-24T10:00")
    score = {"number": "3201-2022-0001", "name": "学生1", "subject": "物理", "score": "80", "shortlisted": "是"}
    typed = {"scores": [score], "cut_lines": [{"subject": "物理", "line_score": "60"}]}
    dry = acts.load.load_rows(approved.database, YEAR, SHORTLIST, NANJING, typed, at, dry_run=True)
    assert ledger.everything(approved.database)["score"] == []
    said = acts.load.load_rows(approved.database, YEAR, SHORTLIST, NANJING, typed, at)
    assert said == dry
    assert said.message == "南京《面试名单》已导入 2 行。"
    again = acts.load.load(approved.database, YEAR, SHORTLIST, NANJING, cut_line(80), at)
    assert again.message == "南京《面试名单》与上次导入的内容相同，未作改动。"


def test_faults_of_typed_rows_name_sheet_row_and_column_and_nothing_loads(approved: Scene) -> None:
    at = stamp("2022-01-24T10:00")
    score = {"number": "3201-2022-0077", "name": "学生1", "subject": "物理", "score": "101", "shortlisted": ""}
    typed = {"scores": [{"score": " "}, score, score | {"score": "80", "shortlisted": "是"}]}
    said = acts.load.load_rows(approved.database, YEAR, SHORTLIST, NANJING, typed, at)
    assert [(error.code, error.sheet, error.row, error.column, error.found) for error in said.errors] == [
        ("cell.range", "成绩", 3, "测试成绩", "101"),
        ("cell.required", "成绩", 3, "入围面试", ""),
        ("row.duplicate", "成绩", 4, "报名号", "3201-2022-0077"),
        ("number.unknown", "成绩", 4, "报名号", "3201-2022-0077"),
        ("sheet.missing", "分数线", None, None, ""),
    ]
    typed = {"scores": [score | {"score": "80", "shortlisted": "是"}], "cut_lines": []}
    stranger = acts.load.load_rows(approved.database, YEAR, SHORTLIST, NANJING, typed, at)
    assert [(error.code, error.row) for error in stranger.errors] == [("number.unknown", 2)]
    assert ledger.everything(approved.database)["score"] == []


def test_a_number_nobody_has_and_a_name_that_disagrees_are_named_and_nothing_loads(approved: Scene) -> None:
    where = approved.city(NANJING)
    strangers = [
        sheets.student(where, 1, name="学生一"),
        sheets.student(where, 77),
        sheets.student(approved.city(WUXI), 2),
        sheets.student(where, 2),
    ]
    before = ledger.everything(approved.database)["score"]
    said = approved.load(SHORTLIST, NANJING, sheets.shortlist(strangers), "2022-01-24T10:00")
    unknown = ("本市没有这个报名号", "请核对报名号；只有在学生申报阶段报名的学生才有报名号")
    assert (said.outcome, said.message) == (
        "form-errors",
        "南京《面试名单》有 3 处错误，未导入；请逐条改正后重新导入。",
    )
    assert said.errors == (
        RowError(
            "name.disagrees",
            "成绩",
            2,
            "姓名",
            "学生一",
            "与报名号 3201-2022-0001 的姓名不一致",
            "登记的姓名是“学生1”，请核对报名号和姓名；填的是汉字“一”（U+4E00）、登记的是数字“1”（U+0031）",
        ),
        RowError("number.unknown", "成绩", 3, "报名号", "3201-2022-0077", *unknown),
        RowError("number.unknown", "成绩", 4, "报名号", "3202-2022-0002", *unknown),
    )
    assert ledger.everything(approved.database)["score"] == before == []


def test_a_students_number_is_of_this_city_and_year(rolled: Scene) -> None:
    where = rolled.city(NANJING)
    wrong = [
        sheets.student(where, 1, number="3202-2022-0001"),
        sheets.student(where, 2, number="3201-2021-0002"),
        sheets.student(where, 3, mentor="路人"),
        sheets.student(where, 4),
    ]
    filled = {**sheets.application(wrong), "schools": ()}
    said = rolled.load(APPLICATION, NANJING, filled, DAY)
    assert [(error.code, error.row, error.column, error.found) for error in said.errors] == [
        ("number.foreign", 2, "报名号", "3202-2022-0001"),
        ("school.unknown", 2, "中学", "南京一中"),
        ("number.foreign", 3, "报名号", "3201-2021-0002"),
        ("school.unknown", 3, "中学", "南京一中"),
        ("mentor.unknown", 4, "选报导师", "路人"),
        ("school.unknown", 4, "中学", "南京一中"),
        ("school.unknown", 5, "中学", "南京一中"),
    ]


def test_a_birth_date_to_come_is_a_fault_and_an_age_that_is_no_pupils_is_looked_at_again(rolled: Scene) -> None:
    """On the very day of filing born, and ten and twenty years old on it; then a day beyond each."""
    births = {
        date(2022, 1, 10): ["born.age"], date(2022, 1, 11): ["born.later"],
        date(2012, 1, 10): [], date(2012, 1, 11): ["born.age"], date(2001, 1, 11): [], date(2001, 1, 10): ["born.age"],
    }  # fmt: skip
    applied = [sheets.student(rolled.city(NANJING), place, born=born) for place, born in enumerate(births, 1)]
    said = rolled.load(APPLICATION, NANJING, sheets.application(applied), DAY)
    found = {
        born: [one.code for one in (*said.errors, *said.warnings) if one.row == row]
        for row, born in enumerate(births, 2)
    }
    assert found == births
    assert [one.code for one in said.errors] == ["born.later"]


def test_a_mentor_whom_the_city_did_not_take_cannot_be_chosen(scene: Scene) -> None:
    where = scene.city(NANJING)
    roll = sheets.roll(sheets.mentor(where, 1), sheets.mentor(where, 2, taken=False, honours=()))
    scene.through(ROLL, NANJING, **{ROLL: roll})
    filled = sheets.application([sheets.student(where, 1, mentor="南京导师2")])
    said = scene.load(APPLICATION, NANJING, filled, DAY)
    assert [error.code for error in said.errors] == ["mentor.unknown"]


def test_a_team_without_its_mentor_is_a_fault(scene: Scene) -> None:
    where = scene.city(NANJING)
    filled = {**sheets.roll(sheets.mentor(where, 1)), "team": sheets.roll(sheets.mentor(where, 2))["team"]}
    said = scene.load(ROLL, NANJING, filled, DAY)
    assert [(error.code, error.sheet, error.found) for error in said.errors] == [
        ("mentor.unknown", "培养团队", "南京导师2")
    ]


def test_a_mentor_whose_institution_is_unknown_too_is_at_fault_in_both_cells(scene: Scene) -> None:
    filled = sheets.roll(sheets.mentor(scene.city(NANJING), 1))
    swapped = {"mentor": "南京大学", "institution": "南京导师1"}
    wrong = {**filled, "team": [row.model_copy(update=swapped) for row in filled["team"]][:1]}
    said = scene.load(ROLL, NANJING, wrong, DAY)
    assert [(error.code, error.column, error.found) for error in said.errors] == [
        ("mentor.unknown", "导师姓名", "南京大学"),
        ("mentor.unknown", "单位", "南京导师1"),
    ]


def test_a_summary_names_a_mentor_and_a_school_of_the_city(scene: Scene) -> None:
    scene.through("midterm", NANJING)
    where = scene.city(NANJING)
    filled = sheets.year_end(where, [sheets.student(where, 1, mentor="路人", school="外地中学")])
    said = scene.load("year-end", NANJING, filled, "2022-11-21T10:00")
    assert [(error.code, error.column, error.found) for error in said.errors] == [
        ("mentor.unknown", "导师姓名", "路人"),
        ("school.unknown", "单位", "外地中学"),
    ]


def test_homonyms_in_one_city_are_two_students(rolled: Scene) -> None:
    where = rolled.city(NANJING)
    homonyms = [
        sheets.student(where, 1, name="李明"),
        sheets.student(where, 2, name="李明", born=date(2006, 2, 4)),
        sheets.student(where, 3, name="李明", school="南京二中"),
    ]
    assert rolled.file(APPLICATION, NANJING, sheets.application(homonyms), DAY).done
    with rolled.database.read() as connection:
        table = draft_table(STUDENTS)
        assert connection.execute(select(func.count(table.c.person.distinct()))).scalar() == 3
    assert rolled.file(SHORTLIST, NANJING, sheets.shortlist(homonyms)).done


def test_the_same_child_twice_in_one_city_is_one_too_many(rolled: Scene) -> None:
    where = rolled.city(NANJING)
    twice = [sheets.student(where, 1, name="李明"), sheets.student(where, 2, name="李明"), sheets.student(where, 3)]
    said = rolled.file(APPLICATION, NANJING, sheets.application(twice), DAY)
    assert said.verdict is not None
    assert [(one.rule, one.numbers) for one in said.verdict.refusals] == [
        ("applications.once", ("3201-2022-0001", "3201-2022-0002"))
    ]


def test_the_same_child_in_two_cities_is_told_to_whoever_files_last(rolled: Scene) -> None:
    rolled.through(ROLL, WUXI)
    nanjing, wuxi = rolled.city(NANJING), rolled.city(WUXI)
    child = {"name": "李明", "school": "省实验中学", "born": date(2006, 2, 3)}
    for city, where in ((NANJING, nanjing), (WUXI, wuxi)):
        rolled.load(APPLICATION, city, sheets.application([sheets.student(where, 1, **child)]), DAY)
    assert rolled.submit(APPLICATION, NANJING, DAY).done
    second = rolled.submit(APPLICATION, WUXI, DAY)
    assert second.verdict is not None
    assert [(one.rule, one.numbers) for one in second.verdict.refusals] == [("applications.once", ("3202-2022-0001",))]
    refused = sheets.application([sheets.student(wuxi, 1, **child, taken=False), sheets.student(wuxi, 2)])
    rolled.load(APPLICATION, WUXI, refused, DAY)
    assert rolled.submit(APPLICATION, WUXI, DAY).done


def test_a_withdrawn_city_holds_no_child(rolled: Scene) -> None:
    rolled.through(ROLL, WUXI)
    child = {"name": "李明", "school": "省实验中学", "born": date(2006, 2, 3)}
    rolled.file(APPLICATION, NANJING, sheets.application([sheets.student(rolled.city(NANJING), 1, **child)]), DAY)
    rolled.withdraw(NANJING, "2022-01-11T10:00")
    filled = sheets.application([sheets.student(rolled.city(WUXI), 1, **child)])
    assert rolled.file(APPLICATION, WUXI, filled, "2022-01-12T10:00").done


@pytest.mark.parametrize(("born", "outcome"), [(date(2008, 1, 10), "done"), (date(2008, 1, 11), "returned")])
def test_consent_is_asked_of_who_is_under_fourteen_on_the_day_of_filing(
    rolled: Scene, born: date, outcome: str
) -> None:
    child = sheets.student(rolled.city(NANJING), 1, born=born, guardian_consent=False)
    said = rolled.file(APPLICATION, NANJING, sheets.application([child]), "2022-01-10T23:59")
    assert said.outcome == outcome
    broken = [one.rule for one in said.verdict.refusals] if said.verdict else []
    assert broken == ([] if outcome == "done" else ["applications.consent"])


def test_a_child_grows_up_between_two_filings(rolled: Scene) -> None:
    child = sheets.student(rolled.city(NANJING), 1, born=date(2008, 1, 12), guardian_consent=False)
    assert rolled.file(APPLICATION, NANJING, sheets.application([child]), "2022-01-11T10:00").outcome == "returned"
    assert rolled.submit(APPLICATION, NANJING, "2022-01-12T00:00").done


def test_another_subject_than_the_mentors_is_allowed_and_shown(rolled: Scene) -> None:
    where = rolled.city(NANJING)
    filled = sheets.application([sheets.student(where, 1, subject="化学"), sheets.student(where, 2)])
    said = rolled.file(APPLICATION, NANJING, filled, DAY)
    assert said.verdict is not None
    found = {one.rule: (one.found, one.ok) for one in said.verdict.findings}
    assert found["applications.mentor"] == ("2/2（跨学科选报 1 人）", True)


def test_a_late_city_may_draft_and_files_once_it_is_let(scene: Scene) -> None:
    late = "2022-01-17T10:00"
    said = scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), late)
    assert (said.outcome, scene.states(NANJING)[ROLL]) == ("done", "overdue")
    assert scene.submit(ROLL, NANJING, late).outcome == "refused"
    scene.rerun(ROLL, NANJING, late, date(2022, 1, 18))
    assert scene.submit(ROLL, NANJING, late).done


@pytest.mark.parametrize("state", ["submitted", "passed"])
def test_what_is_filed_is_not_loaded_over(scene: Scene, state: str) -> None:
    scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), DAY)
    scene.submit(ROLL, NANJING, DAY)
    if state == "passed":
        scene.approve(ROLL, NANJING, DAY)
    drafts = ledger.everything(scene.database)["mentor"]
    said = scene.load(ROLL, NANJING, sheets.roll(sheets.mentor(scene.city(NANJING), 2)), DAY)
    assert (said.outcome, scene.states(NANJING)[ROLL]) == ("refused", state)
    assert ledger.everything(scene.database)["mentor"] == drafts


def test_the_evaluation_is_loaded_while_the_year_end_awaits_the_province(scene: Scene) -> None:
    scene.through("midterm", NANJING)
    filled, at = scene.sheets("evaluation", NANJING), "2022-11-21T10:00"
    said = scene.load("evaluation", NANJING, filled, at)
    assert said.message == "南京 年度评价 现为“进行中”，评价结果须在该市报送之后、公布结果之前导入。"
    for form in ("year-end", "cultivation"):
        scene.load(form, NANJING, scene.sheets(form, NANJING), at)
    assert scene.submit("year-end", NANJING, at).done
    assert scene.load("evaluation", NANJING, filled, at).done
    assert scene.approve("year-end", NANJING, at).done
    assert scene.load("evaluation", NANJING, filled, at).outcome == "refused"


def test_what_the_opened_year_lists_is_taken(database: Database) -> None:
    text = calendar().source_text.replace('"计算机"]  ', '"计算机", "天文"]  ')
    scene = Scene.begin(database, parse(text, "2022.toml")).through(APPLICATION, NANJING)
    tables: dict[str, list[list[object]]] = {
        "成绩": [["报名号", "姓名", "学科", "测试成绩", "入围面试"]],
        "分数线": [["学科", "分数线"], ["天文", 60]],
    }
    said = acts.load.load(database, YEAR, SHORTLIST, NANJING, book(tables), stamp("2022-01-24T10:00"))
    assert (said.outcome, said.errors) == ("done", ())
    raw = {"scores": [], "cut_lines": [{"subject": "天文", "line_score": "61"}]}
    assert acts.load.load_rows(database, YEAR, SHORTLIST, NANJING, raw, stamp("2022-01-24T10:00")).done
    assert scene.year.subjects[-1] == "天文"


def test_a_calendar_revised_while_a_workbook_is_read_asks_for_it_once_more(
    approved: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = parse(calendar().source_text + "# 修订之前", "2022.toml")
    with approved.database.read() as connection:
        before = replace(opened(connection, YEAR), year=older)
    monkeypatch.setattr(acts.load, "_calendar", lambda *_: before)
    said = acts.load.load(approved.database, YEAR, SHORTLIST, NANJING, cut_line(80), stamp("2022-01-24T10:00"))
    assert (said.outcome, said.message) == ("refused", acts.load.REVISED)


def test_a_workbook_is_not_read_where_the_phase_takes_none(approved: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts.load, "read", lambda *_: pytest.fail("it was read"))
    given = (approved.database, YEAR, "interview", NANJING, b"no workbook", stamp("2022-01-24T10:00"))
    said = acts.load.load(*given)
    assert (said.outcome, "未开放" in said.message) == ("refused", True)
    log = table_of(Transition)
    with approved.database.read() as connection:
        newest = connection.execute(select(log).order_by(log.c.id.desc()).limit(1)).one()
    assert (newest.event, newest.refused, newest.reason) == ("load", True, said.message)


def test_a_phase_that_opens_while_it_is_looked_at_takes_its_workbook(
    approved: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts.load, "_closed", lambda *_: True)
    assert acts.load.load(approved.database, YEAR, SHORTLIST, NANJING, cut_line(80), stamp("2022-01-24T10:00")).done


def test_a_fault_of_form_is_reported_and_nothing_loads(approved: Scene) -> None:
    approved.advance("2022-01-24T10:00")
    before = ledger.everything(approved.database)
    said = acts.load.load(approved.database, YEAR, SHORTLIST, NANJING, b"no workbook", stamp("2022-01-24T10:00"))
    assert (said.outcome, len(said.errors)) == ("form-errors", 1)
    after = ledger.everything(approved.database)
    assert {name for name, rows in after.items() if rows != before[name]} == {"refused_load"}


def test_a_dry_load_shows_the_faults_and_writes_nothing(approved: Scene) -> None:
    before = ledger.fingerprint(approved.database)
    filled = approved.sheets(SHORTLIST, NANJING)
    shown = approved.load(SHORTLIST, NANJING, filled, "2022-01-24T10:00", dry_run=True)
    assert ledger.fingerprint(approved.database) == before
    assert approved.load(SHORTLIST, NANJING, filled, "2022-01-24T10:00") == shown


def refused(scene: Scene) -> list[tuple[object, ...]]:
    table = table_of(RefusedLoad)
    columns = (table.c.form, table.c.city, table.c.attempt, table.c.faults, table.c.places, table.c.as_of)
    with scene.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(table.c.id))]


def test_a_refused_load_is_on_record_with_its_places_and_nothing_of_what_stood_there(approved: Scene) -> None:
    where, at = approved.city(NANJING), "2022-01-24T10:00"
    book = sheets.shortlist([sheets.student(where, 1, name="学生一"), sheets.student(where, 77)])
    approved.load(SHORTLIST, NANJING, book, at)
    other = {"sheet": "成绩", "row": 2, "column": "姓名", "code": "name.disagrees"}
    unknown = {"sheet": "成绩", "row": 3, "column": "报名号", "code": "number.unknown", "wrong": "本市没有这个报名号"}
    places = [other | {"wrong": "与报名号 3201-2022-0001 的姓名不一致"}, unknown]
    assert refused(approved) == [(SHORTLIST, NANJING, 1, 2, places, stamp(at).as_of)]
    assert "学生一" not in str(refused(approved))


def test_of_many_faults_fifty_places_are_kept_and_a_dry_run_or_a_good_load_keeps_none(approved: Scene) -> None:
    at = stamp("2022-01-24T10:00")
    row = {"number": "3201-2022-0077", "name": "学生1", "subject": "物理", "score": "一百", "shortlisted": "是"}
    typed = {"scores": [row | {"number": f"3201-2022-9{n:03}"} for n in range(60)], "cut_lines": []}
    acts.load.load_rows(approved.database, YEAR, SHORTLIST, NANJING, typed, at, dry_run=True)
    acts.load.load(approved.database, YEAR, SHORTLIST, NANJING, cut_line(80), at)
    assert refused(approved) == []
    said = acts.load.load_rows(approved.database, YEAR, SHORTLIST, NANJING, typed, at)
    ((_, _, _, faults, places, _),) = refused(approved)
    assert (faults, len(places)) == (len(said.errors), 50)  # type: ignore[arg-type]
    assert len(said.errors) > 50
