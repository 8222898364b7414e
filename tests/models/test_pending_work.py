"""What a run would find to do is seen by whatever was written, and by a letter that came due."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, insert, select, update

from acts.offices import set_office
from models.columns import table_of
from models.database import Database
from models.pending_work import PendingWork, pending_work
from models.tables.season import Letter
from models.tables.second_ways import ShortMessage
from tests.support.scenes import NANJING, OPENING, YEAR, Scene, instant

DAY = timedelta(days=1)
OPENED = instant(OPENING)


def found(database: Database, at: timedelta = DAY * 0) -> PendingWork:
    with database.read() as connection:
        return pending_work(connection, OPENED + at)


def test_what_is_written_moves_the_revision_and_what_is_due_is_named(database: Database) -> None:
    scene = Scene.begin(database, rehearsal=False)
    set_office(database, NANJING, NANJING, email="office@nanjing.example")
    (before,) = found(database).revisions
    scene.advance(OPENING)
    (after,) = found(database).revisions
    assert (before[0], after[0], after[1] > before[1]) == (YEAR, YEAR, True)
    scene.advance(OPENING)
    assert found(database).revisions == (after,)  # a run that finds nothing moves nothing
    assert (found(database, -DAY).letter, found(database, 10 * DAY).letter is None) == (None, False)


def test_a_letter_beside_which_a_short_message_is_due_is_work_too(database: Database) -> None:
    scene = Scene.begin(database, rehearsal=False)
    scene.advance(OPENING, ["mentor-recommendation"], [NANJING])
    letter = table_of(Letter)
    with database.write(YEAR) as connection:
        connection.execute(update(letter).values(state="sent"))
        number = connection.execute(select(func.max(letter.c.id))).scalar_one()
        message = {"letter": number, "whose": "lead", "way": "sms", "address": "13800000001", "says": "说", "tries": 1}
        connection.execute(insert(table_of(ShortMessage)).values(message | {"state": "queued", "due_at": OPENED + DAY}))
    assert [found(database, at).letter for at in (DAY * 0, DAY)] == [None, number]
    with database.write(YEAR) as connection:
        connection.execute(update(letter).values(state="awaiting"))
    assert found(database, DAY).letter is None, "nobody has released it"


def test_a_rehearsal_is_moved_on_by_nobody_s_clock(database: Database) -> None:
    Scene.begin(database)
    assert found(database).revisions == ()
