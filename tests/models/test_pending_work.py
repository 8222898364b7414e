"""What a run would find to do is seen by whatever was written, and by a letter that came due."""

from __future__ import annotations

from datetime import timedelta

from acts.offices import set_office
from models.database import Database
from models.pending_work import PendingWork, pending_work
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


def test_a_rehearsal_is_moved_on_by_nobody_s_clock(database: Database) -> None:
    Scene.begin(database)
    assert found(database).revisions == ()
