"""Work cut off anywhere leaves nothing half done; done again, it ends where it would have ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from models.database import Database
from phases.book import BOOK
from tests.support import ledger, sheets
from tests.support.kinds import EACH_ON_BOTH
from tests.support.scenes import NANJING, Scene, calendar

pytestmark = [pytest.mark.slow, EACH_ON_BOTH]

Step = Callable[[Scene], object]

ROLL, APPLICATION, SHORTLIST, INTERVIEW = "mentor-recommendation", "application", "shortlist", "interview"
AT, UNTIL = "2022-02-14T10:00", date(2022, 2, 18)


STRIDE = {"sqlite": 1, "postgresql": 3}
"""On PostgreSQL every third statement: what was begun is taken back by its server, whichever it was."""


class Cut(BaseException):
    """The plug is pulled: nothing above may catch it."""


@contextmanager
def cut_at(database: Database, statement: int, cut: Callable[[], None]) -> Iterator[list[int]]:
    """Pull the plug before that statement, counted from 0; the list counts those begun."""
    begun = [0]

    def before(*_: Any) -> None:  # noqa: ANN401 - the event's six arguments
        if begun[0] == statement:
            cut()
        begun[0] += 1

    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "commit", before)
    try:
        yield begun
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
        event.remove(database.engine, "commit", before)


def pull() -> None:
    raise Cut


def begun(database: Database) -> Scene:
    """Two cities, Nanjing filed as far as the interviews."""
    return Scene.begin(database, calendar(2)).through(INTERVIEW, NANJING)


def taken_away(scene: Scene) -> object:
    rows = sheets.students(scene.city(NANJING))
    changed = sheets.application([sheets.student(scene.city(NANJING), 1, taken=False), *rows[1:]])
    return scene.load(APPLICATION, NANJING, changed, AT)


STEPS: tuple[Step, ...] = (
    lambda scene: scene.rerun(APPLICATION, NANJING, AT, UNTIL),
    taken_away,
    lambda scene: scene.submit(APPLICATION, NANJING, AT),
    lambda scene: scene.load(SHORTLIST, NANJING, sheets.shortlist(sheets.students(scene.city(NANJING))[1:]), AT),
    lambda scene: scene.submit(SHORTLIST, NANJING, AT),
    lambda scene: scene.advance("2022-02-21T09:00"),
)
"""A rerun of a passed phase whose end is another than before: two later phases come back, one after the other."""


def test_a_rerun_cut_off_at_every_statement_ends_where_an_uninterrupted_one_does(
    database: Database, second_database: Database, kind: str
) -> None:
    uninterrupted = begun(second_database)
    for step in STEPS:
        step(uninterrupted)
    scene, cuts = begun(database), 0
    for step in STEPS:
        statement, before = 0, ledger.fingerprint(database)
        while True:
            try:
                with cut_at(database, statement, pull):
                    step(scene)
            except Cut:
                assert ledger.fingerprint(database) == before
                statement, cuts = statement + STRIDE[kind], cuts + 1
            else:
                break
    assert cuts > 100 / STRIDE[kind]
    assert ledger.story(database) == ledger.story(second_database)


def test_a_step_that_committed_half_way_would_be_seen(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with what each flush wrote committed at once, a cut leaves traces."""
    from season.unit_of_work import Season

    flush = Season.flush

    def hasty(season: Season) -> None:
        flush(season)
        season.connection.connection.commit()
        if season.connection.dialect.name == "sqlite":
            season.connection.exec_driver_sql("BEGIN IMMEDIATE")

    scene = begun(database)
    monkeypatch.setattr(Season, "flush", hasty)
    before = ledger.fingerprint(database)
    for statement in range(60):
        with pytest.raises(Cut), cut_at(database, statement, pull):
            scene.rerun(APPLICATION, NANJING, AT, UNTIL)
        if ledger.fingerprint(database) != before:
            return
    pytest.fail("no trace of what was written half")


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_killed_at_a_statement_leaves_nothing_half_done(
    database: Database, second_database: Database
) -> None:
    uninterrupted = begun(second_database)
    for step in STEPS:
        step(uninterrupted)
    begun(database)
    deaths = 0
    for step in STEPS:
        statement = 3
        while killed(database.url, step, statement):
            statement, deaths = statement + 7, deaths + 1
    assert deaths > 10
    assert ledger.story(database) == ledger.story(second_database)


def killed(url: str, step: Step, statement: int) -> bool:
    """Take the step in a process that dies before that statement, as by kill -9; False where it came to its end."""
    child = os.fork()
    if child == 0:
        database = Database(url, BOOK)
        with cut_at(database, statement, lambda: os._exit(9)):
            step(Scene(database, calendar(2)))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 9
