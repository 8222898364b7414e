"""What time makes owed, where a bound lies: who is reminded on the last day, and what the daily list says of whom."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update

from acts.amend import amend
from acts.ask import ask
from acts.letter_marks import mark
from acts.try_post import try_post
from calendars.edits import with_days
from models.columns import table_of
from models.letter_marks import every
from models.tables.season import Letter
from tests.support.scenes import NANJING, YEAR, Scene, stamp
from tests.support.years import parse

ROLL, INTERVIEW = "mentor-recommendation", "interview"


def digest(scene: Scene, at: str) -> str:
    """What the province's list of that morning says; "" where there is none."""
    return next((one.text for one in scene.advance(at).changes.letters if one.kind == "digest"), "")


def reminded(scene: Scene, at: str, phase: str = ROLL) -> dict[str, str]:
    """Whom a pass reminds of a phase of Nanjing's, and in which words."""
    letters = scene.advance(at, [phase], [NANJING]).changes.letters
    return {one.recipient.partition(":")[0]: one.text for one in letters if one.kind == "reminder"}


def filed(scene: Scene, at: str = "2022-01-05T10:00") -> Scene:
    """Nanjing's roll waits for the province, by the fifth working day after."""
    scene.advance("2021-12-31T09:00")
    scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), at)
    assert scene.submit(ROLL, NANJING, at).done
    return scene


def test_a_city_whose_filing_was_returned_is_reminded_of_that(scene: Scene) -> None:
    filed(scene).reject(ROLL, NANJING, "2022-01-10T10:00")
    assert "退回修改中，尚未重新报送" in reminded(scene, "2022-01-12T09:00")["city"]


def test_nobody_is_reminded_on_the_day_of_a_party_itself(scene: Scene) -> None:
    scene.through("shortlist", NANJING).advance("2022-01-31T09:00")
    assert "mentor" not in reminded(scene, "2022-02-16T09:00", INTERVIEW)


def test_a_day_that_moves_holds_back_no_reminder_of_the_provinces_own(scene: Scene) -> None:
    """It is told of no other day: that by which it decides stays."""
    filed(scene)
    new = parse(with_days(scene.year.source_text, {(ROLL, "due"): date(2022, 1, 18)}), "日历")
    assert amend(scene.database, YEAR, new, stamp("2022-01-07T09:30"), reason="另行安排").done
    assert "province" in reminded(scene, "2022-01-07T10:00")


def test_the_list_says_by_when_the_province_decides_and_since_when_that_is_over(scene: Scene) -> None:
    filed(scene)
    decides = "南京市导师名单：待审定，1月12日（周三）24时前办结"
    early, late = digest(scene, "2022-01-10T09:00"), digest(scene, "2022-01-17T09:00")
    assert (decides in early, f"{decides}，已逾期" in early, f"{decides}，已逾期5天" in late) == (True, False, True)


def test_what_begins_during_the_day_waits_for_the_list_of_the_next(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    asked = stamp("2022-01-05T10:00")
    assert ask(scene.database, YEAR, ROLL, NANJING, asked, until=date(2022, 1, 20), reason="封控").done
    assert digest(scene, "2022-01-05T11:00") == ""
    assert "申请延期至1月20日" in digest(scene, "2022-01-06T09:00")


def test_the_list_counts_what_waits_for_its_release(scene: Scene) -> None:
    held = mark(scene.database, YEAR, every("opened", ROLL), "hold", stamp("2021-12-30T10:00"), reason="先看一遍")
    assert held.done
    scene.advance("2021-12-31T09:00")
    count = len(scene.year.cities)
    assert f"函件：{count}封留待放行，请阅后放行" in digest(scene, "2022-01-04T09:00")


def test_what_failed_and_is_of_no_city_is_the_provinces(scene: Scene) -> None:
    filed(scene)
    assert try_post(scene.database, YEAR, stamp("2022-01-06T10:00"), account=None).done
    letter = table_of(Letter)
    with scene.database.write(YEAR) as connection:
        connection.execute(update(letter).where(letter.c.kind == "test-letter").values(state="failed"))
    assert "全省：1封函件未能送达" in digest(scene, "2022-01-07T09:00")
