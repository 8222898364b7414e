"""What mentors, schools and institutions owe is due before the city's own day, so that a city can still file."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from models.columns import table_of
from models.database import Database
from models.tables.season import Letter
from tests.support import ledger
from tests.support.scenes import NANJING, Scene, calendar, instant

INTERVIEW = "interview"
DAY = re.compile(r"于2022年(\d+月\d+日)（星期.）\d\d时前")


def told(scene: Scene, kind: str) -> list[tuple[str, str, str]]:
    """Of Nanjing's letters of a kind about its interviews: to whom, when it was written, which day it names."""
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.kind, row.phase) == (kind, INTERVIEW)]
    mine = [row for row in rows if row.concerns == NANJING]
    return [(row.recipient.partition(":")[0], f"{row.queued_as_of:%m-%d}", DAY.findall(row.text)[0]) for row in mine]


def through_interviews(scene: Scene) -> Scene:
    scene.through("shortlist", NANJING)
    for ahead in range(21):
        scene.advance(f"{date(2022, 1, 31) + timedelta(days=ahead)}T09:00", [INTERVIEW], [NANJING])
    return scene


def test_a_mentor_is_given_a_day_before_the_city_s_and_reminded_twice(scene: Scene) -> None:
    through_interviews(scene)
    assert told(scene, "opened") == [("city", "01-31", "2月20日"), ("mentor", "01-31", "2月16日")]
    reminded = told(scene, "reminder")
    assert [day for who, day, _ in reminded if who == "mentor"] == ["02-09", "02-15"]
    assert [day for who, day, _ in reminded if who == "city"] == ["02-11", "02-17", "02-18"]
    assert {(who, named) for who, _, named in reminded} == {("city", "2月20日"), ("mentor", "2月16日")}


@pytest.mark.parametrize("days", [0, 1, 5])
def test_how_much_earlier_is_a_figure_of_the_year(database: Database, days: int) -> None:
    scene = through_interviews(Scene.begin(database, calendar(party_days=days)))
    named = {0: "2月20日", 1: "2月18日", 5: "2月14日"}
    assert {who: day for who, _, day in told(scene, "opened")}["mentor"] == named[days]


def test_where_that_day_has_come_it_is_the_next_working_day(scene: Scene) -> None:
    """A phase that opens late leaves its city three working days: a mentor gets one, not a day that is over."""
    scene.through("shortlist", NANJING)
    scene.advance("2022-02-17T10:00", [INTERVIEW], [NANJING])
    assert told(scene, "opened") == [("city", "02-17", "2月20日"), ("mentor", "02-17", "2月18日")]


def test_whom_an_earlier_release_told_a_day_of_the_meeting_hears_the_new_one(scene: Scene) -> None:
    """Who only comes is told none; whoever has one goes by it until he is told another."""
    scene.through("interview", NANJING)
    scene.advance("2022-02-23T09:00")
    mentor = table_of(Letter).c.recipient.startswith("mentor:") & (table_of(Letter).c.phase == "meeting")
    with scene.database.write(2022) as connection:
        told_then = {"state": "sent", "valid_until": instant("2022-03-01T00:00")}
        connection.execute(table_of(Letter).update().where(mentor).values(told_then))
    moved = scene.extend("meeting", [NANJING], "2022-02-23T10:00", date(2022, 3, 11)).changes.letters
    texts = [row.text for row in moved if row.recipient.startswith("mentor:")]
    assert [("由2022年2月28日" in text, "改为2022年3月8日" in text) for text in texts] == [(True, True)]
