"""One child is one person: two who look like one are admitted only once it is settled whether they are."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from acts.consistency import contradictions
from acts.settle_child import settle_child
from gates.verdict import Finding
from models import loading
from models.columns import table_of
from models.facts.scope import Scope as Asked
from models.likely_children import LikelyChild, likely_children
from models.rolling import roll
from models.tables.city_drafts import draft_table
from models.tables.pool import PoolEntry
from phases.application import STUDENTS, likeness
from phases.matching_key import REHEARSED
from season.outcome import Outcome
from tests.support import ledger, sheets
from tests.support.scenes import FILED, NANJING, WUXI, YEAR, Scene, stamp

NAME, HERE, THERE = "王小明", "3201-2022-0001", "3202-2022-0001"
AT = "2022-02-11T10:00"
BORN = date(2006, 5, 6)


def applied(scene: Scene, city: str, name: str, school: str = "") -> sheets.Sheets:
    """A city's application of six, the first of that name, at a school of its own where none is said."""
    where = scene.city(city)
    first, *others = sheets.students(where)
    child = {"name": name, "born": BORN, "school": school or first.school}
    return sheets.application([first.model_copy(update=child), *others])


def of_that_name(scene: Scene, form: str, city: str, name: str, **changes: object) -> sheets.Sheets:
    filled = scene.sheets(form, city)
    key = "scores" if form == "shortlist" else "interviews"
    first, *others = filled[key]
    return {**filled, key: (first.model_copy(update={"name": name, **changes}), *others)}


@pytest.fixture
def both(scene: Scene) -> Scene:
    """Nanjing and Wuxi with a shortlist each, on which a boy of the same name and birth date stands."""
    for city, name in ((NANJING, NAME), (WUXI, "王 小明")):
        said = scene.through(
            "shortlist", city,
            application=applied(scene, city, name), shortlist=of_that_name(scene, "shortlist", city, name),
        )  # fmt: skip
        assert said
    return scene


def admits(scene: Scene, city: str, name: str = NAME, **changes: object) -> Outcome:
    scene.load("interview", city, of_that_name(scene, "interview", city, name, **changes), FILED["interview"])
    return scene.submit("interview", city, FILED["interview"])


def one_child(said: Outcome) -> Finding:
    assert said.verdict is not None
    return next(one for one in said.verdict.findings if one.rule == "interviews.one-child")


def settled(scene: Scene, number: str = HERE, *, same: bool, at: str = AT) -> Outcome:
    return settle_child(scene.database, YEAR, number, stamp(at), same=same, reason="两校学籍已核对")


def children(scene: Scene) -> list[LikelyChild]:
    with scene.database.read() as connection:
        return likely_children(Asked(connection, scene.year, {}, {}))


def test_an_open_suspicion_refuses_nothing_at_the_application_and_the_admission_of_any_of_them(both: Scene) -> None:
    assert [[(one.city, one.number) for one in child.applicants] for child in children(both)] == [
        [(NANJING, HERE), (WUXI, THERE)]
    ]
    said = admits(both, NANJING)
    found = one_child(said)
    assert (said.outcome, found.numbers, found.actor, found.found) == (
        "returned",
        (HERE,),
        "province",
        "待核定、重复 1 人",
    )
    assert "疑似与别处的申报学生为同一人" in found.mend
    nobody = settled(both, "3201-2022-0002", same=True)
    assert nobody.message.startswith("没有报名号为 3201-2022-0002 的疑似同一人")
    assert ledger.log(both.database, event="child") == [("child", "passed", "passed", True)]
    other = admits(both, WUXI, "王 小明", admitted=False, funding=None)
    assert one_child(other).ok, "who is not admitted need not be settled"


def test_who_are_two_are_both_admitted(both: Scene) -> None:
    admits(both, NANJING)
    assert settled(both, same=False).message == f"已核定：南京 {HERE}、无锡 {THERE}不是同一人；各自可以入选。"
    assert settled(both, same=False).outcome == "refused", "that stands so already"
    assert both.submit("interview", NANJING, AT).done
    assert admits(both, WUXI, "王 小明").done
    assert contradictions(both.database) == []
    for city in (NANJING, WUXI):
        assert ledger.log(both.database, city=city, event="child") == [("child", "passed", "passed", False)]


def test_who_is_one_is_admitted_once(both: Scene) -> None:
    assert settled(both, THERE, same=True, at="2022-02-09T10:00").done
    assert admits(both, NANJING).done, "nobody has admitted him elsewhere"
    found = one_child(admits(both, WUXI, "王 小明"))
    assert (found.numbers, found.actor) == ((THERE,), "city")
    assert "经核定与另一入选者为同一人" in found.mend


def test_settled_as_one_he_may_not_apply_twice(both: Scene) -> None:
    settled(both, same=True)
    assert both.rerun("application", WUXI, AT, date(2022, 2, 20)).done
    said = both.submit("application", WUXI, "2022-02-12T10:00")
    assert said.verdict is not None
    assert [(one.rule, one.numbers) for one in said.verdict.refusals] == [("applications.once", (THERE,))]


def test_whoever_joins_them_opens_the_question_again(both: Scene) -> None:
    settled(both, same=False)
    assert [child.same for child in children(both)] == [False]
    third = "xuzhou"
    both.through("mentor-recommendation", third)
    both.file("application", third, applied(both, third, NAME))
    assert [(child.same, len(child.applicants)) for child in children(both)] == [(None, 3)]


def test_last_years_student_keeps_the_priority_at_another_school(scene: Scene) -> None:
    scene.through("midterm", NANJING)
    with scene.database.write() as connection:
        roll(connection, scene.year)
        known = loading.pool(connection, YEAR + 1, "student")
    first = sheets.students(scene.city(NANJING))[0]
    assert likeness(REHEARSED, first.name, first.born) in known, "whatever school he is of"


def test_who_went_on_to_another_school_is_his_mentors_to_consider_first(scene: Scene) -> None:
    """初三 last year, 高一 now, elsewhere: what a year hands to the next is put before this one."""
    scene.through("interview", NANJING).through("mentor-recommendation", WUXI)
    pool, student = table_of(PoolEntry), draft_table(STUDENTS)
    with scene.database.write(YEAR) as connection:
        connection.execute(student.update().values(grade="初三", school="南京初中"))
        roll(connection, scene.year)
        connection.execute(pool.update().where(pool.c.kind == "student").values(year=YEAR))
    first, *others = sheets.students(scene.city(WUXI))
    before = sheets.students(scene.city(NANJING))[0]
    again = first.model_copy(update={"name": before.name, "born": before.born, "school": "无锡高中", "grade": "高一"})
    said = scene.file("application", WUXI, sheets.application([again, *others]))
    assert said.done, said
    with scene.database.read() as connection:
        query = select(student.c.number).where(student.c.city == WUXI, student.c.priority)
        assert connection.execute(query).scalars().all() == [THERE]
    (letter,) = [one for one in said.changes.letters if one.kind == "passed" and one.recipient.startswith("mentor")]
    assert f"共6名，其中往届学生1名（报名号：{THERE}），按规定请优先考虑。" in letter.text
