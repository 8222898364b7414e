"""What mentors and schools read: nothing of a window they cannot open, and the day that concerns them."""

from __future__ import annotations

from dataclasses import replace

from acts.advance import advance
from tests.support import ledger
from tests.support.scenes import NANJING, YEAR, Scene, stamp

BASE = "https://talent.example"


def test_only_offices_are_led_to_the_window(scene: Scene) -> None:
    scene.through("shortlist", NANJING)
    advance(scene.database, YEAR, replace(stamp("2022-01-31T09:00"), base_url=BASE))
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.kind, row.phase) == ("opened", "interview")]
    led = {row.recipient.split(":")[0]: (BASE in row.text, BASE in row.html) for row in rows}
    assert led == {"city": (True, True), "mentor": (False, False)}


def test_a_mentor_is_told_how_many_to_interview_and_until_when(scene: Scene) -> None:
    scene.through("shortlist", NANJING)
    with scene.database.read() as connection:
        (told,) = [
            row
            for row in ledger.words(connection)
            if (row.kind, row.phase) == ("passed", "shortlist") and row.recipient.startswith("mentor:")
        ]
    assert "请您面试的学生共6名。" in told.text
    assert "请于2022年2月16日（星期三）17时前完成面试" in told.text
    assert "联系人：南京市管理办公室示例，电话：000-00000000，邮箱：nanjing@city.example。" in told.text
