"""Single mentors of a roll are returned: the rest passes without them, or the roll waits for its city."""

from __future__ import annotations

from datetime import date

import pytest

from acts.return_mentors import return_mentors
from models import loading
from season.outcome import Outcome
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, YEAR, Scene, stamp

ROLL, FILED, AT = "mentor-recommendation", "2022-01-10T10:00", "2022-01-12T10:00"
FIRST, SECOND = "南京导师1（南京大学）", "南京导师2(南京 大学)"
PARTY = "mentor:南京导师{}@南京大学"


def filed(scene: Scene, count: int = 3) -> Scene:
    where = scene.city(NANJING)
    mentors = [sheets.mentor(where, place) for place in range(1, count + 1)]
    scene.load(ROLL, NANJING, sheets.roll(*mentors), FILED)
    assert scene.submit(ROLL, NANJING, FILED).done
    return scene


def returned(
    scene: Scene, *mentors: str, passes: bool = True, at: str = AT, until: date | None = None, dry_run: bool = False
) -> Outcome:
    given = (scene.database, YEAR, NANJING, mentors, stamp(at))
    return return_mentors(*given, reason="材料待核", passes=passes, until=until, dry_run=dry_run)


def roll(scene: Scene) -> set[str]:
    with scene.database.read() as connection:
        return {name for name, _ in loading.roll(connection, YEAR, NANJING)}


def test_the_rest_passes_and_only_they_are_appointed(scene: Scene) -> None:
    others = ledger.of_others(filed(scene).database, NANJING)
    said = returned(scene, FIRST, SECOND)
    assert (said.outcome, said.message) == (
        "done", "南京 导师推荐 已审定，不含南京导师1（南京大学）、南京导师2（南京大学）；阶段通过。",
    )  # fmt: skip
    assert scene.states(NANJING)[ROLL] == "passed"
    assert roll(scene) == {"南京导师3"}
    appointed = [to for _, _, to, _, _ in ledger.letters(scene.database, kind="appointment")]
    assert appointed == [PARTY.format(3)]
    (told,) = [letter for letter in said.changes.letters if letter.kind == "passed"]
    assert "南京导师1（南京大学）" in told.text
    assert "共1名导师：" in told.text
    assert "另有下列导师未予审定。原因：材料待核" in told.text
    assert ledger.of_others(scene.database, NANJING) == others
    applied = sheets.application([sheets.student(scene.city(NANJING), 1)])
    wrong = scene.load("application", NANJING, applied, "2022-01-13T10:00")
    assert [error.code for error in wrong.errors] == ["mentor.unknown"]


def test_or_the_roll_waits_for_its_city(scene: Scene) -> None:
    said = returned(filed(scene), FIRST, passes=False)
    assert said.message == "南京 导师推荐 已退回修改（南京导师1（南京大学）），请于 2022-01-17 24:00 前重新报送。"
    assert (scene.states(NANJING)[ROLL], len(roll(scene))) == ("returned", 3)
    assert ledger.letters(scene.database, kind="appointment") == []
    (told,) = [letter for letter in said.changes.letters if letter.kind == "returned" and "city" in letter.recipient]
    assert "南京导师1（南京大学）：材料待核。其余导师已经核对，没有意见。" in told.text


@pytest.mark.parametrize(
    ("mentors", "why"),
    [
        (("甲（江海大学）",), "导师名单中没有“甲（江海大学）”"),
        (("南京导师1",), "请写作 姓名（单位）"),
        ((), "没有写明退回哪几名导师"),
        ((FIRST, SECOND, "南京导师3（南京大学）"), "其余的不能审定：本市未推荐导师"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(scene: Scene, mentors: tuple[str, ...], why: str) -> None:
    said = returned(filed(scene), *mentors)
    assert (said.outcome, why in said.message) == ("refused", True)
    assert (scene.states(NANJING)[ROLL], len(roll(scene))) == ("submitted", 3)


def test_what_does_not_wait_for_the_province_is_not_looked_at(scene: Scene) -> None:
    scene.through(ROLL, NANJING)
    assert "不能审定" in returned(scene, FIRST).message


def test_after_the_due_day_a_city_is_given_time_to_mend(scene: Scene) -> None:
    late = returned(filed(scene), FIRST, passes=False, at="2022-01-17T10:00")
    assert (late.outcome, "须写明新的截止日" in late.message) == ("refused", True)
    assert returned(scene, FIRST, passes=False, at="2022-01-17T11:00", until=date(2022, 1, 21)).done


def test_a_preview_changes_nothing(scene: Scene) -> None:
    before = ledger.fingerprint(filed(scene).database)
    assert returned(scene, FIRST, dry_run=True).done
    assert ledger.fingerprint(scene.database) == before
