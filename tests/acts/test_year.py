"""The end of a year: put away once all is settled, and its people handed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from acts.year import close_year, roll_year
from models.columns import table_of
from models.database import Database
from models.tables.pool import PoolEntry
from models.tables.season import Letter
from models.taking_back import ARCHIVED
from season.unit_of_work import YearClosed
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, calendar, stamp
from tests.support.shelf import END

Played = Callable[[str], Scene]

NEW_YEAR = "2023-01-01T10:00"
SIGN = "请维护人员签署存档：talent year sign 2022。"


@pytest.fixture
def done(database: Database) -> Scene:
    """Two cities: one filed all year, and of its three admitted one left at the midterm; the other left the year."""
    scene = Scene.begin(database, calendar(2, interview_ratio=1))
    scene.withdraw(WUXI, "2022-01-04T10:00")
    students = sheets.students(scene.city(NANJING))
    scene.through("shortlist", NANJING)
    scene.file("interview", NANJING, sheets.interview(students, 3, 3))
    scene.file("meeting", NANJING, sheets.meeting(students[:3]))
    scene.file("midterm", NANJING, sheets.midterm(students[:3], leaving=1))
    assert scene.file("year-end", NANJING).done
    assert scene.file("cultivation", NANJING).done
    return scene


def test_a_year_with_work_left_is_not_put_away(scene: Scene) -> None:
    said = close_year(scene.database, YEAR, stamp(NEW_YEAR))
    assert said.outcome == "refused"
    assert said.message.startswith("2022 年度还不能归档，尚未办结：南京 导师推荐、")
    assert said.message.endswith(" 等 104 项。")


def test_a_year_that_is_settled_is_put_away_once_and_takes_no_act(done: Scene) -> None:
    assert close_year(done.database, YEAR, stamp(NEW_YEAR)).message == "2022 年度已归档，今后只能查阅。" + SIGN
    before = ledger.fingerprint(done.database)
    assert close_year(done.database, YEAR, stamp(NEW_YEAR)).message == "2022 年度已经归档，未作改动。"
    with pytest.raises(YearClosed):
        done.advance(NEW_YEAR)
    assert ledger.fingerprint(done.database) == before


def test_what_waits_for_an_address_or_a_release_goes_out_of_no_year_that_is_put_away(done: Scene) -> None:
    letter = table_of(Letter)
    with done.database.write() as connection:
        ids = connection.execute(select(letter.c.id).order_by(letter.c.id).limit(3)).scalars().all()
        for key, state in zip(ids, ("held", "awaiting", "queued"), strict=True):
            connection.execute(update(letter).where(letter.c.id == key).values(state=state, claim=None, detail=None))
        connection.execute(update(letter).where(letter.c.id.not_in(ids)).values(state="sent"))
    said = close_year(done.database, YEAR, stamp(NEW_YEAR)).message
    assert said == "2022 年度已归档，今后只能查阅。待补邮箱、留待放行的函件 2 封不再发出。" + SIGN
    with done.database.read() as connection:
        rows = connection.execute(
            select(letter.c.state, letter.c.detail).where(letter.c.id.in_(ids)).order_by(letter.c.id)
        )
        assert [tuple(row) for row in rows] == [("cancelled", ARCHIVED), ("cancelled", ARCHIVED), ("queued", None)]


def test_who_stayed_is_handed_on_and_who_left_is_not(done: Scene) -> None:
    said = roll_year(done.database, YEAR)
    table = table_of(PoolEntry)
    with done.database.read() as connection:
        pool = connection.execute(select(table.c.year, table.c.city, table.c.kind)).all()
    assert Counter(tuple(row) for row in pool) == {
        (YEAR + 1, NANJING, "mentor"): 1,
        (YEAR + 1, NANJING, "institution"): 1,
        (YEAR + 1, NANJING, "school"): 1,
        (YEAR + 1, NANJING, "student"): 2,
    }
    before = ledger.fingerprint(done.database)
    assert roll_year(done.database, YEAR) == said
    assert ledger.fingerprint(done.database) == before


@pytest.mark.slow
def test_the_season_of_the_pack_can_be_put_away(played: Played) -> None:
    assert close_year(played(END).database, YEAR, stamp(NEW_YEAR)).done
