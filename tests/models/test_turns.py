"""Turns within a process, and which years a transaction holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import Connection, Engine, event, select, text, update

from acts.advance import advance
from acts.contact_receipts import acknowledge, note_call
from acts.contacts import add_contact, end_contact
from acts.offices import set_office
from acts.settle_letter import settle
from acts.suppress import suppress, unsuppress
from models import database as database_module
from models import suppression
from models.columns import table_of
from models.contacts import MAIN
from models.database import Database, NotHeld, Turns, Within
from models.tables.season import Letter
from phases.book import BOOK
from season.outcome import Outcome
from tests.support.scenes import NANJING, YEAR, Scene, stamp

AT, ROLL = "2022-01-11T10:00", "mentor-recommendation"
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


def test_a_turn_is_waited_for_in_the_process(scene: Scene) -> None:
    """What came in before the due instant is not lost while others of its process are slow."""
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


def test_who_came_first_is_not_sent_away_before_those_behind_him(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The head of a process's queue waits in the database as long as the others wait behind it."""
    monkeypatch.setattr(database_module, "_PATIENCE", "PRAGMA busy_timeout=100")
    monkeypatch.setattr(database_module, "_PRAGMAS", ("PRAGMA journal_mode=WAL", "PRAGMA busy_timeout=100"))
    done, window = list[int](), Database(scene.database.url, BOOK)

    def write(number: int) -> None:
        with window.write(YEAR):
            done.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    with scene.database.write(YEAR):
        for waiting, thread in enumerate(threads, 1):
            thread.start()
            while sum(len(turns._queue) for turns in [*window._turns.values()]) < waiting:
                pass
        threads[0].join(0.5)  # longer than a driver waits by itself
        assert threads[0].is_alive()
    for thread in threads:
        thread.join()
    window.dispose()
    assert done == [0, 1, 2]


@pytest.mark.parametrize(("holds", "year"), [(None, YEAR), (YEAR, YEAR + 1), (YEAR, "every")])
def test_what_a_transaction_does_not_hold_is_not_written_in_it(scene: Scene, holds: int | None, year: int) -> None:
    with scene.database.write(holds) as connection:
        within = Within(scene.database, connection, holds)
        with pytest.raises(NotHeld), within.write(year):
            pass
        with within.write(holds), within.write():
            pass


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_years_are_locked_before_letters(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A year's writer that turns to its letters meets nobody who has those and waits for the year."""
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
    "add a contact": lambda database: add_contact(
        database, NANJING, "南京", stamp(AT), part=MAIN, email="new@city.example", name="示例"
    ),
    "office": lambda database: set_office(database, NANJING, "南京", email="new@city.example"),
    "receipt": lambda database: acknowledge(database, [1], stamp(AT)),
    "end a contact": lambda database: end_contact(database, 1, NANJING, "南京", stamp(AT), last=stamp(AT).at.date()),
}


@pytest.mark.parametrize("act", SHARED)
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_what_all_years_share_is_written_with_all_of_them_locked(scene: Scene, act: str) -> None:
    scene.advance(AT)
    said: list[str] = []
    note = lambda *given: said.append(given[2])  # noqa: E731
    event.listen(Engine, "before_cursor_execute", note)
    try:
        SHARED[act](scene.database)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    begun = [statement for statement in said if not statement.startswith("SET LOCAL")]
    assert begun[0] == "SELECT 1 FROM programme_year ORDER BY year FOR UPDATE"


def test_an_address_put_on_file_while_a_letter_is_written_lets_it_go(scene: Scene) -> None:
    """The letter that another transaction holds for want of that very address is not left behind."""
    said: list[Outcome] = []
    register = lambda: said.append(set_office(scene.database, NANJING, "南京", email="new@city.example"))  # noqa: E731
    thread = threading.Thread(target=register)
    with scene.database.write(YEAR) as connection:
        advance(Within(scene.database, connection, YEAR), YEAR, stamp(AT))
        letter = table_of(Letter)
        mine = (letter.c.recipient == f"city:{NANJING}", letter.c.kind == "opened")
        connection.execute(update(letter).where(*mine).values(state="held", address="", detail="未登记邮箱"))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join()
    with scene.database.read() as connection:
        (found,) = connection.execute(select(letter.c.state, letter.c.address).where(*mine)).tuples()
    assert (said[0].message, *found) == ("南京的邮箱已登记；1 封待发函件已放行。", "queued", "new@city.example")


def test_a_receipt_and_a_call_wait_while_a_year_is_held(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "ROW_SECONDS", 0.1)
    scene.advance(AT)
    calls: list[Callable[[], Outcome]] = [
        lambda: acknowledge(scene.database, [1], stamp(AT)),
        lambda: note_call(scene.database, YEAR, ROLL, NANJING, stamp(AT), whom="王示例", said="在办"),
    ]
    said: list[str] = []
    threads = [threading.Thread(target=lambda call=call: said.append(call().outcome)) for call in calls]
    with scene.database.write(YEAR):
        for thread in threads:
            thread.start()
        threads[0].join(0.4)
        assert [thread.is_alive() for thread in threads] == [True, True]
    for thread in threads:
        thread.join()
    assert said == ["done", "done"]
