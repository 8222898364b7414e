"""A student moves from Nanjing to Wuxi: his records go with him, both cities hear, and each files for its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from acts.consistency import contradictions
from acts.move_student import NewHome, move_student
from models import draft_rows, reports
from models.facts.scope import in_training, judged_here
from models.tables.city_drafts import draft_table
from models.trained import with_trained
from phases.shortlist import SCORES
from season.judging import scope_of
from season.outcome import Outcome
from season.unit_of_work import Season
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, XUZHOU, YEAR, Scene, instant, stamp

INTERVIEW, MEETING, CULTIVATION, MIDTERM, AT = "interview", "meeting", "cultivation", "midterm", "2022-05-10T10:00"
FIRST, SECOND = "3201-2022-0001", "3201-2022-0002"
HOME = NewHome(WUXI, "无锡一中", ("无锡导师1", "无锡大学"))


def begun(scene: Scene) -> Scene:
    return scene.through(MEETING, NANJING).through(MEETING, WUXI)


def moved(scene: Scene, number: str = FIRST, home: NewHome = HOME, *, dry_run: bool = False) -> Outcome:
    given = (scene.database, YEAR, NANJING, number, home, stamp(AT))
    return move_student(*given, reason="随家庭迁居", dry_run=dry_run)


def training(scene: Scene, city: str) -> tuple[str, ...]:
    with scene.database.read() as connection:
        season = Season.read(connection, YEAR, stamp("2023-01-01T00:00"), None, reading=True)
        return in_training(scope_of(season, INTERVIEW, [city]))[city]


def totals(scene: Scene) -> tuple[dict[str, int], dict[str, int]]:
    """Of the province, and who is in training by city."""
    with scene.database.read() as connection:
        found = with_trained(connection, reports.matrix(connection, YEAR, instant("2022-06-01T10:00")))
    assert found.trained is not None
    return dict(found.totals), {city: count for city, count in found.trained.items() if count}


def test_he_is_the_new_citys_from_then_on(scene: Scene) -> None:
    others, before = ledger.of_others(begun(scene).database, XUZHOU), totals(scene)
    assert others
    said = moved(scene)
    assert said.done
    assert said.message.startswith(f"南京市 {FIRST} 已转往无锡市；此前的培养记录一并转去，以后由无锡市报送。")
    assert "面试 7 人、入选 3 人" in said.message  # in principle, and shown
    assert training(scene, NANJING) == (SECOND,)
    assert training(scene, WUXI) == (FIRST, "3202-2022-0001", "3202-2022-0002")
    assert (totals(scene)[0], before[1], totals(scene)[1]) == (before[0], {NANJING: 2, WUXI: 2}, {NANJING: 1, WUXI: 3})
    assert [cell.tally for cell in (scene.cell(INTERVIEW, NANJING), scene.cell(INTERVIEW, WUXI))] == [
        {"admitted": 1, "funded": 1},
        {"admitted": 3, "funded": 3},
    ]
    assert [one for one in contradictions(scene.database) if one.invariant == "合计与内容一致"] == []
    with scene.database.read() as connection:
        there = {row["number"]: row for row in draft_rows.rows(connection, YEAR, WUXI, "students")}
        attended = {row["number"] for row in draft_rows.rows(connection, YEAR, WUXI, "attendance")}
    assert (there[FIRST]["school"], there[FIRST]["mentor"]) == ("无锡一中", "无锡导师1")
    assert FIRST in attended


def test_each_city_files_for_its_own(scene: Scene) -> None:
    moved(begun(scene))
    own, theirs = (sheets.students(scene.city(city)) for city in (NANJING, WUXI))
    old = scene.load(MIDTERM, NANJING, sheets.midterm(own[:2]), "2022-07-20T10:00")
    assert [error.code for error in old.errors] == ["number.unknown"]
    scene.load(MIDTERM, NANJING, sheets.midterm(own[1:2]), "2022-07-20T10:00")
    assert scene.submit(MIDTERM, NANJING, "2022-07-20T10:00").done
    scene.load(MIDTERM, WUXI, sheets.midterm(theirs[:2]), "2022-07-20T10:00")
    lacking = scene.submit(MIDTERM, WUXI, "2022-07-20T10:00")
    assert (lacking.outcome, FIRST in lacking.message) == ("returned", True)
    scene.load(MIDTERM, WUXI, sheets.midterm([own[0], *theirs[:2]]), "2022-07-21T10:00")
    assert scene.submit(MIDTERM, WUXI, "2022-07-21T10:00").done


def test_a_rerun_of_the_old_citys_application_knows_where_he_is(scene: Scene) -> None:
    moved(begun(scene))
    own = sheets.students(scene.city(NANJING))
    scene.rerun("application", NANJING, "2022-05-11T10:00", date(2022, 5, 20))
    old = scene.load("application", NANJING, sheets.application(own), "2022-05-12T10:00")
    assert [(error.code, error.wrong, error.right) for error in old.errors] == [
        ("value.corrected", "该生已转往无锡市", "请删去这一行"),
    ]
    assert scene.load("application", NANJING, sheets.application(own[1:]), "2022-05-12T10:00").done


@pytest.mark.parametrize("first", ["application", "shortlist", INTERVIEW])
def test_his_new_city_files_again_and_he_stays_in_training(scene: Scene, first: str) -> None:
    """Its workbooks need not name him: he was tested by another city's line, far below which he may lie here."""
    moved(begun(scene))
    with scene.database.write() as connection:
        connection.execute(update(draft_table(SCORES)).where(draft_table(SCORES).c.number == FIRST).values(score=1))
    assert scene.rerun(first, WUXI, "2022-05-10T11:00", date(2022, 5, 20)).done
    before = {key: of_his(scene, key) for key in ("students", "scores", "interviews")}
    for day, phase in enumerate(dict.fromkeys((first, INTERVIEW)), 11):  # the shortlist passes again by itself
        again = {key: tuple(reversed(rows)) for key, rows in scene.sheets(phase, WUXI).items()}
        said = scene.load(phase, WUXI, again, f"2022-05-{day}T10:00")
        assert f"照旧保留：{FIRST} 1 行。" in said.message
        if phase == INTERVIEW:
            scene.waive("interviews.ratio", INTERVIEW, WUXI, f"2022-05-{day}T10:00")
        found = scene.submit(phase, WUXI, f"2022-05-{day}T11:00")
        assert found.done, found.message
    assert scene.approve(INTERVIEW, WUXI, "2022-05-14T10:00").done
    assert {key: of_his(scene, key) for key in before} == before
    assert training(scene, WUXI) == (FIRST, "3202-2022-0001", "3202-2022-0002")


def test_only_the_city_that_tested_him_judges_him(scene: Scene) -> None:
    moved(begun(scene))
    assert FIRST not in judged(scene)[WUXI]
    back = NewHome(NANJING, "南京一中", ("南京导师1", "南京大学"))
    said = move_student(scene.database, YEAR, WUXI, FIRST, back, stamp("2022-05-11T10:00"), reason="随家庭迁居")
    assert said.done, said.message
    assert FIRST in judged(scene)[NANJING]


def judged(scene: Scene) -> dict[str, list[str]]:
    with scene.database.read() as connection:
        season = Season.read(connection, YEAR, stamp("2022-05-12T10:00"), None, reading=True)
        scope = scope_of(season, "shortlist", [NANJING, WUXI])
        rows = scope.grouped(scope.of(SCORES, "number").where(judged_here(scope, draft_table(SCORES))))
        return {city: [row.number for row in found] for city, found in rows.items()}


def test_a_row_that_says_otherwise_of_him_is_a_fault(scene: Scene) -> None:
    moved(begun(scene))
    scene.rerun("shortlist", WUXI, "2022-05-10T11:00", date(2022, 5, 20))
    filled, (his,) = scene.sheets("shortlist", WUXI), of_his(scene, "scores")
    same = filled["scores"][0].model_copy(
        update={key: his[key] for key in ("number", "name", "subject", "score")} | {"line": 90}
    )
    other = same.model_copy(update={"score": his["score"] - 1})
    said = scene.load("shortlist", WUXI, {**filled, "scores": (*filled["scores"], other)}, "2022-05-11T10:00")
    assert [(one.code, one.column, one.wrong) for one in said.errors] == [
        ("value.brought-along", "测试成绩", "与该生转入时的记录不同")
    ]
    assert scene.load("shortlist", WUXI, {**filled, "scores": (*filled["scores"], same)}, "2022-05-11T10:00").done


def of_his(scene: Scene, key: str) -> list[dict[str, Any]]:
    """His rows of a sheet of the new city, wherever they stand."""
    with scene.database.read() as connection:
        rows = draft_rows.rows(connection, YEAR, WUXI, key)
    return [{**row, "line": 0} for row in rows if row["number"] == FIRST]


def test_nobody_moves_to_a_city_that_files_its_students_again(scene: Scene) -> None:
    begun(scene).rerun("application", WUXI, "2022-05-10T09:00", date(2022, 5, 20))
    said = moved(scene)
    assert (said.outcome, "无锡 导师面试 因前面的阶段重新开放而暂缓" in said.message) == ("refused", True)


def test_what_he_did_before_stays_whatever_his_new_city_loads(scene: Scene) -> None:
    begun(scene)
    own, theirs = (sheets.students(scene.city(city))[:2] for city in (NANJING, WUXI))
    scene.load(CULTIVATION, NANJING, sheets.cultivation(own, visits=3), "2022-04-01T10:00")
    moved(scene)
    said = scene.load(CULTIVATION, WUXI, sheets.cultivation(theirs, visits=2), "2022-05-11T10:00")
    assert f"转入学生在转入前的记录照旧保留：{FIRST} 3 行。" in said.message
    assert visits(scene) == {FIRST: 3, theirs[0].number: 2, theirs[1].number: 2}
    scene.load(CULTIVATION, WUXI, sheets.cultivation([own[0], *theirs], visits=1), "2022-05-12T10:00")
    assert visits(scene)[FIRST] == 1


def visits(scene: Scene) -> Counter[str]:
    with scene.database.read() as connection:
        return Counter(row["number"] for row in draft_rows.rows(connection, YEAR, WUXI, "visits"))


def test_both_cities_hear_and_the_parties_of_either_side(scene: Scene) -> None:
    begun(scene).advance(AT)  # what the clock owes is written
    letters = moved(scene).changes.letters
    told = {to for _, _, to, _, _ in ledger.letters(scene.database, kind="amended")}
    assert told == {
        "city:nanjing", "mentor:南京导师1@南京大学", "school:南京一中@南京",
        "city:wuxi", "mentor:无锡导师1@无锡大学", "school:无锡一中@无锡",
    }  # fmt: skip
    said = sorted(
        (one.concerns, one.recipient.partition(":")[0], one.kind, "转往无锡市" in one.text, "自南京市转入" in one.text)
        for one in letters
    )
    whoever = ("city", "mentor", "school")
    left = [(NANJING, one, "amended", True, False) for one in whoever]
    assert said == [*left, *((WUXI, one, "amended", False, True) for one in whoever)]


@pytest.mark.parametrize(
    ("home", "number", "why"),
    [
        (replace(HOME, city=NANJING), FIRST, "同一个市"),
        (replace(HOME, city=XUZHOU), FIRST, "徐州 导师面试 现为“未开放”，还没有办结"),
        (replace(HOME, school="无锡九中"), FIRST, "无锡的“中学”表中没有无锡九中"),
        (replace(HOME, mentor=("南京导师1", "南京大学")), FIRST, "无锡导师名册中没有南京导师1（南京大学）"),
        (HOME, "3201-2022-0003", "不在培养"),
        (HOME, "3202-2022-0001", "不在培养"),
    ],
)
def test_what_cannot_be_is_refused(scene: Scene, home: NewHome, number: str, why: str) -> None:
    said = moved(begun(scene), number, home)
    assert said.outcome == "refused"
    assert why in said.message
    assert len(training(scene, NANJING)) == 2


def test_a_preview_changes_nothing(scene: Scene) -> None:
    before = ledger.fingerprint(begun(scene).database)
    assert moved(scene, dry_run=True).done
    assert ledger.fingerprint(scene.database) == before
