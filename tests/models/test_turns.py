"""Turns within a process, and which years a transaction holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import Connection, Engine, event, text, update

from acts.contacts import end_contact
from acts.settle_letter import settle
from acts.suppress import suppress, unsuppress
from models import database as database_module
from models import suppression
from models.columns import table_of
from models.database import Database, NotHeld, Turns, Within
from models.tables.season import Letter
from phases.book import BOOK
from season.outcome import Outcome
from tests.support.scenes import NANJING, YEAR, Scene, stamp

AT = "2022-01-11T10:00"
ADDRESS = "nanjing@city.example"


def test_who_is_interrupted_in_the_queue_leaves_no_place_that_nobody_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    turns, call = Turns(), Turns._call

    def interrupted(_: Turns) -> None:
        monkeypatch.setattr(Turns, "_call", call)
        raise KeyboardInterrupt

    monkeypatch.setattr(Turns, "_call", interrupted)
    with pytest.raises(KeyboardInterrupt), turns.mine(0):
        pass
    with turns.mine(0):
        pass


def test_a_turn_is_waited_for_longer_than_the_database(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came in before the due instant is not lost while others of its process are slow."""
    monkeypatch.setattr(database_module, "WAIT_SECONDS", 0)
    done: list[bool] = []

    def write() -> None:
        with scene.database.write(YEAR):
            done.append(True)

    thread = threading.Thread(target=write)
    with scene.database.write(YEAR):
        (turns,) = (one for one in scene.database._turns.values() if one._queue)
        thread.start()
        while len(turns._queue) < 2 and thread.is_alive():
            pass
    thread.join()
    assert done == [True]


@pytest.mark.parametrize(("holds", "year"), [(None, YEAR), (YEAR, YEAR + 1), (YEAR, "every")])
def test_what_a_transaction_does_not_hold_is_not_written_in_it(scene: Scene, holds: int | None, year: int) -> None:
    with scene.database.write(holds) as connection:
        within = Within(scene.database, connection, holds)
        with pytest.raises(NotHeld), within.write(year):
            pass
        with within.write(holds), within.write():
            pass


def test_years_are_locked_before_letters(scene: Scene, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A year's writer that turns to its letters meets nobody who has those and waits for the year."""
    if kind == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    scene.advance(AT)
    has_letters, failures, bump = threading.Event(), list[Exception](), suppression._bump

    def bumped(connection: Connection) -> None:
        has_letters.set()
        bump(connection)

    monkeypatch.setattr(suppression, "_bump", bumped)
    other = Database(scene.database.url, BOOK)

    def give_up() -> None:
        try:
            suppress(other, ADDRESS, stamp(AT), reason="退信")
        except Exception as error:  # noqa: BLE001 -- it is what is looked at
            failures.append(error)

    thread = threading.Thread(target=give_up)
    with scene.database.write(YEAR) as connection:
        thread.start()
        while not has_letters.is_set() and not waits_for_a_lock(scene.database) and thread.is_alive():
            pass
        connection.execute(update(table_of(Letter)).values(detail="年度在办"))
    thread.join()
    other.dispose()
    assert failures == []


def waits_for_a_lock(database: Database) -> bool:
    """Whether somebody waits in this PostgreSQL database for what another has locked."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with database.read() as connection:
        return bool(connection.execute(text(query)).scalar_one())


SHARED: Mapping[str, Callable[[Database], Outcome]] = {
    "suppress": lambda database: suppress(database, ADDRESS, stamp(AT), reason="退信"),
    "unsuppress": lambda database: unsuppress(database, ADDRESS, stamp(AT)),
    "settle": lambda database: settle(database, [1], "dropped", stamp(AT)),
    "end a contact": lambda database: end_contact(database, 1, NANJING, "南京", stamp(AT), last=stamp(AT).at.date()),
}


@pytest.mark.parametrize("act", SHARED)
def test_what_all_years_share_is_written_with_all_of_them_locked(scene: Scene, kind: str, act: str) -> None:
    if kind == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    said: list[str] = []
    note = lambda *given: said.append(given[2])  # noqa: E731
    event.listen(Engine, "before_cursor_execute", note)
    try:
        SHARED[act](scene.database)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    begun = [statement for statement in said if not statement.startswith("SET LOCAL")]
    assert begun[0] == "SELECT 1 FROM programme_year ORDER BY year FOR UPDATE"
