"""A mentor leaves in May: another trains the students from then on, or they leave with him; only they hear of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from acts.replace_mentor import Mentor, replace_mentor
from models import personal_changes
from models.columns import table_of
from models.facts.scope import in_training
from models.tables.city_drafts import draft_table
from models.tables.pool import Party
from phases.application import STUDENTS
from season.judging import scope_of
from season.outcome import Outcome
from season.unit_of_work import Season
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, stamp

MEETING, AT = "meeting", "2022-05-10T10:00"
FIRST, SECOND, THIRD = (f"3201-2022-000{place}" for place in range(1, 4))
GONE, AFTER, SMALL = ("南京导师1", "南京大学"), ("南京导师2", "南京大学"), ("南京导师3", "南京大学")


def begun(scene: Scene) -> Scene:
    """Three are in training: two of the first mentor's, one of the second's; the third has one place."""
    where = scene.city(NANJING)
    mentors = [sheets.mentor(where), sheets.mentor(where, 2, places=3), sheets.mentor(where, 3, places=1)]
    third = {"mentor": AFTER[0], "institution": AFTER[1]}
    applied = [sheets.student(where, place, **(third if place == 3 else {})) for place in range(1, 10)]
    return scene.through(
        MEETING,
        NANJING,
        **{
            "mentor-recommendation": sheets.roll(*mentors),
            "application": sheets.application(applied),
            "shortlist": sheets.shortlist(applied),
            "interview": sheets.interview(applied, 3, 2),
            MEETING: sheets.meeting(applied[:3]),
        },
    )


def left(
    scene: Scene, successor: Mentor | None = AFTER, mentor: Mentor = GONE, city: str = NANJING, *, dry_run: bool = False
) -> Outcome:
    given = (scene.database, YEAR, city, mentor, stamp(AT))
    return replace_mentor(*given, successor=successor, reason="调往外省工作", dry_run=dry_run)


def training(scene: Scene) -> dict[str, list[str]]:
    """Who trains whom."""
    with scene.database.read() as connection:
        season = Season.read(connection, YEAR, stamp("2023-01-01T00:00"), None, reading=True)
        numbers = in_training(scope_of(season, "interview", [NANJING]))[NANJING]
        found: dict[str, list[str]] = {}
        for one in personal_changes.mentors_of(connection, YEAR, NANJING, numbers):
            found.setdefault(one.mentor, []).append(one.number)
    return found


def told(scene: Scene) -> dict[str, set[str]]:
    """Who was written to, by name, about which of the three."""
    party = table_of(Party)
    with scene.database.read() as connection:
        names = {f"{row.kind}:{row.id}": row.name for row in connection.execute(select(party))}
        rows = [row for row in ledger.words(connection) if row.kind == "amended"]
    return {
        names.get(row.recipient, row.recipient): {n for n in (FIRST, SECOND, THIRD) if n in row.text} for row in rows
    }


def test_another_of_the_roll_takes_the_students_over(scene: Scene) -> None:
    others = ledger.of_others(begun(scene).database, NANJING)
    said = left(scene)
    assert (said.outcome, said.message) == (
        "done",
        f"南京 南京导师1（南京大学）不再担任导师：2 名学生改由南京导师2（南京大学）培养（{FIRST}、{SECOND}）。",
    )
    assert training(scene) == {AFTER[0]: [FIRST, SECOND, THIRD]}
    both = {FIRST, SECOND}
    assert told(scene) == {"city:nanjing": both, GONE[0]: both, AFTER[0]: both, "南京一中": both}
    assert ledger.of_others(scene.database, NANJING) == others


def test_who_no_longer_trains_them_hears_so_and_nobody_is_apologized_to(scene: Scene) -> None:
    letters = [one for one in left(begun(scene)).changes.letters if one.kind == "amended"]
    words = {f"{FIRST}：{said}" for said in ("不再由您指导", "由您指导", "培养导师变更")}
    said = [sorted(one for one in words if one in letter.text) for letter in letters]
    assert sorted(said) == [
        [f"{FIRST}：不再由您指导"],
        [f"{FIRST}：培养导师变更"],
        [f"{FIRST}：培养导师变更"],
        [f"{FIRST}：由您指导"],
    ]
    assert not any(word in letter.text for letter in letters for word in ("经核查", "歉意", "更正"))
    assert {letter.subject.partition("】")[2] for letter in letters} == {
        "2022年度学生变动情况（南京市）", "2022年度学生变动情况，请阅",
    }  # fmt: skip


def test_a_mentor_is_one_however_his_students_have_him_spelled(scene: Scene) -> None:
    with begun(scene).database.write(YEAR) as connection:
        student = draft_table(STUDENTS)
        spelled = update(student).where(student.c.number == SECOND).values(institution="南京 大学")
        connection.execute(spelled)
    assert left(scene).message.startswith("南京 南京导师1（南京大学）不再担任导师：2 名学生")


def test_where_nobody_takes_over_they_leave_training(scene: Scene) -> None:
    assert "无人接替，2 名学生退出培养" in left(begun(scene), None).message
    assert training(scene) == {AFTER[0]: [THIRD]}
    assert set(told(scene)) == {"city:nanjing", GONE[0], "南京一中"}


@pytest.mark.parametrize("first", [AFTER, None])
def test_who_left_takes_nobody_over(scene: Scene, first: Mentor | None) -> None:
    assert left(begun(scene), first).done
    said = left(scene, GONE, AFTER)
    assert (said.outcome, "南京导师1（南京大学）本年度已中途离开，不能接替" in said.message) == ("refused", True)


@pytest.mark.parametrize(
    ("mentor", "successor", "why"),
    [
        (GONE, SMALL, "计划招收 1 人，现有在培学生 0 人，不能再接 2 人"),
        (GONE, ("无锡导师1", "无锡大学"), "导师名册中没有无锡导师1（无锡大学）"),
        (("甲", "南京大学"), AFTER, "导师名册中没有甲（南京大学）"),
        (SMALL, AFTER, "没有在培学生"),
        (GONE, GONE, "是同一位"),
    ],
)
def test_what_cannot_be_is_refused(scene: Scene, mentor: Mentor, successor: Mentor, why: str) -> None:
    before = training(begun(scene))
    said = left(scene, successor, mentor)
    assert (said.outcome, why in said.message) == ("refused", True)
    assert training(scene) == before


def test_another_citys_mentor_is_none_of_it_and_nothing_is_done_before_admission(scene: Scene) -> None:
    scene.through("application", WUXI)
    said = left(scene, None, ("无锡导师1", "无锡大学"), WUXI)
    assert (said.outcome, "还没有办结" in said.message) == ("refused", True)


def test_a_preview_changes_nothing(scene: Scene) -> None:
    before = ledger.fingerprint(begun(scene).database)
    assert left(scene, dry_run=True).done
    assert ledger.fingerprint(scene.database) == before
