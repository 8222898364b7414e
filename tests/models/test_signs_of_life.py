"""Silence is noticed: what runs by itself leaves a sign, and one that is overdue is an alarm wherever people look."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from calendars.deadlines import TZ
from models import signs_of_life
from models.alarms import alarms
from models.database import Database
from models.signs_of_life import Sign, Work
from tests.support.scenes import YEAR, Scene

AT = datetime(2022, 1, 5, 9, 0, tzinfo=TZ)
MINUTE = timedelta(minutes=1)


def left(database: Database, work: Work, at: datetime, beat: timedelta = MINUTE) -> None:
    with database.write() as connection:
        signs_of_life.leave(connection, work, at, beat)


def silent(database: Database, now: datetime) -> tuple[Sign, ...]:
    with database.read() as connection:
        return signs_of_life.silent(connection, now)


@pytest.mark.parametrize("beat", [timedelta(seconds=5), MINUTE, 30 * MINUTE])
def test_a_beat_and_two_minutes_are_waited(database: Database, beat: timedelta) -> None:
    patience = beat + 2 * MINUTE
    Scene.begin(database, rehearsal=False)
    left(database, "watch", AT, beat)
    late = AT + patience + timedelta(seconds=1)
    assert silent(database, AT + patience) == ()
    assert silent(database, late) == (Sign("watch", AT, AT + patience),)


def test_a_new_sign_ends_the_silence_of_its_own_work_alone(database: Database) -> None:
    Scene.begin(database, rehearsal=False)
    for work in ("watch", "post"):
        left(database, work, AT)
    later = AT + 10 * MINUTE
    left(database, "watch", later)
    assert [(sign.work, sign.at) for sign in silent(database, later)] == [("post", AT)]
    with database.read() as connection:
        assert [sign.at for sign in signs_of_life.signs(connection)] == [AT, later]


def test_what_somebody_keeps_from_running_is_not_waited_for(database: Database) -> None:
    Scene.begin(database, rehearsal=False)
    left(database, "watch", AT)
    for work in ("watch", "post"):
        with database.write() as connection:
            signs_of_life.stopped(connection, work, AT + MINUTE)
    later = AT + MINUTE + timedelta(seconds=1)
    assert [(sign.work, sign.at) for sign in silent(database, later)] == [("post", AT + MINUTE), ("watch", AT)]
    left(database, "watch", later)
    assert [sign.work for sign in silent(database, later)] == ["post"]


def test_a_rehearsal_and_an_archived_year_wait_for_nobody(database: Database) -> None:
    scene = Scene.begin(database)
    left(database, "watch", AT)
    assert silent(database, AT + 60 * MINUTE) == ()
    with scene.database.read() as connection:
        assert alarms(connection, YEAR, AT + 60 * MINUTE).silent == ()


def test_it_is_an_alarm_of_its_year_and_of_no_past_instant(database: Database) -> None:
    Scene.begin(database, rehearsal=False)
    left(database, "watch", AT)
    with database.read() as connection:
        now, then = (alarms(connection, YEAR, at) for at in (AT + 60 * MINUTE, AT - 60 * MINUTE))
    assert (bool(now), bool(then)) == (True, False)
    assert now.as_json()["silent"] == [{"work": "watch", "since": AT.isoformat()}]
    assert [str(sign) for sign in now.silent] == ["自 01-05 09:00 起没有按日程办理（watch）"]


def test_what_never_begins_is_missed_and_what_did_is_left_alone(database: Database) -> None:
    Scene.begin(database, rehearsal=False)
    left(database, "worker", AT, 30 * MINUTE)
    with database.write() as connection:
        signs_of_life.expect(connection, AT + MINUTE)
    assert silent(database, AT + 3 * MINUTE) == ()
    assert silent(database, AT + 4 * MINUTE) == (Sign("prefect", AT + MINUTE, AT + 3 * MINUTE),)
